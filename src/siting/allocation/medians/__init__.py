"""Shortest trips: the searches for the least total time, with or without capacities, and the least longest trip."""
