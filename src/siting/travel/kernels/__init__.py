"""Compiled searches: arrays in, arrays out; numpy and numba alone.

Both surfaces are searched with a bucket queue: a ring of buckets of equal width in time, each a plain list.
A place may wait in several buckets; the entry that no longer lies in the bucket of its best time is skipped
when its turn comes. Within a bucket the order does not matter as long as no edge is shorter than the bucket;
where one is, a place that gets better while its bucket is open is looked at again. Either way the result is
exactly Dijkstra's.

A kernel never checks its arguments: `siting.travel.casts` does, once.
"""
