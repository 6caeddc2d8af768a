"""Covering everybody: the search for the fewest, or the cheapest, sites that leave nobody out."""
