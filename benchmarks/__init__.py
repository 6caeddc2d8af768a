"""Benchmarks: what siting takes, next to its peers, in one process."""
