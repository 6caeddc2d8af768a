"""Derive the embedded facts of siting (src/siting/data) from the raw files they come from."""
