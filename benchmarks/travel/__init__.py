"""Benchmarks of travel times, on rasters and on road graphs."""
