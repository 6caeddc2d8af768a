"""Contracted chains: the same times between the nodes that stay, tick for tick."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from naive.travel import dijkstra
from siting.travel.chains import contract_chains


def contracted(n_nodes, edges, kept):
    tail, head, ticks = np.array(edges, np.int64).reshape(-1, 3).T
    is_kept = np.isin(np.arange(n_nodes), kept)
    return list(zip(*(part.tolist() for part in contract_chains(n_nodes, tail, head, ticks, is_kept)), strict=True))


def street(*nodes):
    pairs = list(pairwise(nodes))
    return [(a, b, 10 + a) for a, b in pairs] + [(b, a, 10 + a) for a, b in pairs]


def test_a_street_becomes_one_edge_each_way() -> None:
    assert sorted(contracted(4, street(0, 1, 2, 3), kept=[])) == [(0, 3, 33), (3, 0, 33)]


def test_a_node_that_something_hangs_on_stays() -> None:
    assert sorted(contracted(4, street(0, 1, 2, 3), kept=[2])) == [(0, 2, 21), (2, 0, 21), (2, 3, 12), (3, 2, 12)]


def test_a_one_way_chain_keeps_its_direction() -> None:
    assert contracted(4, [(0, 1, 5), (1, 2, 6), (2, 3, 7), (3, 0, 1), (0, 3, 1)], kept=[]) == [
        (0, 3, 18),
        (3, 0, 1),
        (0, 3, 1),
    ]


def test_a_ring_of_its_own_goes_and_a_dead_end_stays() -> None:
    ring = [*street(0, 1, 2), (2, 0, 1), (0, 2, 1)]
    assert contracted(4, ring, kept=[]) == []
    assert sorted(contracted(4, ring, kept=[0])) == [(0, 0, 22), (0, 0, 22)]
    assert sorted(contracted(2, street(0, 1), kept=[])) == [(0, 1, 10), (1, 0, 10)]


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_random_graphs_keep_their_times(data) -> None:
    n_nodes = data.draw(st.integers(2, 10))
    node = st.integers(0, n_nodes - 1)
    edges = []
    for a, b, ticks, both in data.draw(
        st.lists(st.tuples(node, node, st.integers(0, 50), st.booleans()), min_size=1, max_size=14)
    ):
        edges += [(a, b, ticks), (b, a, ticks + 1)] if both else [(a, b, ticks)]
    kept = data.draw(st.lists(node, min_size=1, max_size=4))
    fewer = contracted(n_nodes, edges, kept)
    assert len(fewer) <= len(edges)
    for source in kept:
        before, after = dijkstra(edges, [source]), dijkstra(fewer, [source])
        assert [before.get(other) for other in kept] == [after.get(other) for other in kept]
