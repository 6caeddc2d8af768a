"""Compiled searches: arrays in, arrays out; numpy and numba alone.

Both surfaces are searched with a bucket queue: a ring of buckets of equal width in time, each a plain stack of
entries that name a place. A place may wait in several buckets; an entry whose place was reached sooner is skipped
when its turn comes. A bucket is emptied in two passes, one that only looks and one that writes. Within a bucket the
order does not matter as long as no edge is shorter than the bucket; where one is, a place that gets better while its
bucket is open comes back into it. Either way the result is exactly Dijkstra's. Room in a bucket is checked before
each write: a kernel that finds none says so, and is called again with a roomier queue.

A kernel never checks its arguments: `siting.travel.tick_raster` and `siting.travel.tick_graph` do, once.
"""
