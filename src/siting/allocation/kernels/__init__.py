"""Compiled loops over cover sets: arrays in, arrays out; numpy and numba alone.

A cover matrix is given by rows (cells): ``start``, ``site``; its transpose by columns (sites):
``site_start``, ``row``. Ties always go to the lowest number.
"""
