"""Covering the most people: the search for the best few sites."""
