"""``python -m siting.cli``."""

from siting.cli import main

main()
