"""Where to open France Santé care houses: exact travel times, proven plans, honest figures."""
