"""Colours and sizes of the map, chosen to read in print, without colour and by colour-blind people."""

DENSITY_STEPS = (20.0, 100.0, 500.0)
"""Residents per km² between the four shades of a cell."""

WITHIN = ("#e2e2de", "#cbccc9", "#b3b5b4", "#9a9d9d")
BEYOND = ("#d0553f", "#b23327", "#86181a", "#4d060c")
SEA, LAND, LAND_BEYOND, LAND_OUTSIDE = "#e6eef2", "#ffffff", "#f7e3d4", "#f4f4f1"
LINE, ROAD = "#3d4548", "#6b7478"
HATCH, HATCH_LINE = "/////", "#c29a7e"
HOUSE = "#00558c"

NUMBERED = 12
"""Houses whose rank is written on the map and listed beside it."""

MAIN_ROADS = {"motorway": 0.9, "trunk": 0.8, "primary": 0.6, "secondary": 0.4}
"""Classes drawn, and the width of their lines in points."""
