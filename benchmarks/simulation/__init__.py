"""Measurements of access and of the simulation."""
