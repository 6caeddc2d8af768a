"""Chains of road between two junctions, drawn together into one edge that takes exactly as long."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.travel.ticks import LONGEST_EDGE

Ints = NDArray[np.int64]


def contract_chains(
    n_nodes: int, tail: Ints, head: Ints, ticks: NDArray[np.uint32], is_kept: NDArray[np.bool_]
) -> tuple[Ints, Ints, NDArray[np.uint32]]:
    """The edges of a graph without the nodes that are only passed through, with the same times between the others.

    A node goes if it need not be kept and has just two neighbours, with one edge to and one from each (a street
    open both ways), or one edge from the one and one to the other (one way). A ring of such nodes alone goes
    whole: nothing enters or leaves it.

    Parameters
    ----------
    n_nodes : int
    tail, head : int64 arrays, shape (n_edges,)
    ticks : uint32 array, shape (n_edges,)
    is_kept : bool array, shape (n_nodes,)
        Nodes that must stay, because something else hangs on them.

    Returns
    -------
    tail, head : int64 arrays
        Nodes keep their numbers.
    ticks : uint32 array
        Sums of ticks, exact; a chain longer than 6 days, which no cutoff reaches the end of, counts as 6 days.
    """
    is_passed = ~is_kept & _is_passage(n_nodes, tail, head)
    following = _following(tail, head, is_passed)
    end, total = head.copy(), ticks.astype(np.int64)
    # each round doubles how far an edge has followed its chain; what has not ended then goes round for ever
    for _ in range(max(len(tail), 1).bit_length() + 1):
        on_chain = np.flatnonzero(following >= 0)
        behind = following[on_chain]
        end[on_chain], total[on_chain] = end[behind], total[on_chain] + total[behind]
        following[on_chain] = following[behind]
    stays = ~is_passed[tail] & (following < 0)
    return tail[stays], end[stays], np.minimum(total[stays], LONGEST_EDGE - 1).astype(np.uint32)


def _is_passage(n_nodes: int, tail: Ints, head: Ints) -> NDArray[np.bool_]:
    """Nodes that can only be passed through, from one neighbour to the other or back."""
    n_out, n_in = np.bincount(tail, minlength=n_nodes), np.bincount(head, minlength=n_nodes)
    first_out, last_out = _least_and_most(n_nodes, tail, head)
    first_in, last_in = _least_and_most(n_nodes, head, tail)
    has_loop = np.zeros(n_nodes, np.bool_)
    has_loop[tail[tail == head]] = True
    is_street = (n_out == 2) & (n_in == 2) & (first_out != last_out) & (first_out == first_in) & (last_out == last_in)
    is_one_way = (n_out == 1) & (n_in == 1) & (first_out != first_in)
    return np.asarray((is_street | is_one_way) & ~has_loop)


def _least_and_most(n_nodes: int, ends: Ints, others: Ints) -> tuple[Ints, Ints]:
    least, most = np.full(n_nodes, n_nodes, np.int64), np.full(n_nodes, -1, np.int64)
    np.minimum.at(least, ends, others)
    np.maximum.at(most, ends, others)
    return least, most


def _following(tail: Ints, head: Ints, is_passed: NDArray[np.bool_]) -> Ints:
    """For each edge into a node that is passed, the edge on which it goes on (never back); -1 for the others."""
    following = np.full(len(tail), -1, np.int64)
    out = np.flatnonzero(is_passed[tail])
    out = out[np.argsort(tail[out], kind="stable")]
    first = np.searchsorted(tail[out], head)
    into = np.flatnonzero(is_passed[head])
    one = out[first[into]]
    other = out[np.minimum(first[into] + 1, len(out) - 1)]
    goes_back = head[one] == tail[into]
    following[into] = np.where(goes_back, other, one)
    return following
