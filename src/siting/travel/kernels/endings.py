"""How a kernel that searches from one source after the other ends."""

ALL_DONE, QUEUE_FULL, FOUND_FULL = 0, 1, 2
