"""Compiled loops over the sites of each cell: arrays in, arrays out; numpy and numba alone."""
