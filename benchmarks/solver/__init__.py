"""Benchmarks of the solver: synthetic countries, and what siting and its peers make of them."""
