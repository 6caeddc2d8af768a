"""What a reader must be told about a planner's roads, in the scenario's language."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from siting.territory.values import RoadNetwork

WHOLE_SHARE = 0.95
"""A network whose largest piece holds less of the road length is said to be in pieces."""

REPAIRS = {
    "empty": ("tracés vides écartés", "empty shapes left out"),
    "parts": ("parties de tracés multiples séparées", "parts of multiple shapes taken apart"),
    "twice": ("routes en double écartées", "roads given twice left out"),
}
"""Counts of `siting.territory.vector_roads`, in words."""


def road_notes(roads: RoadNetwork | None, language: str) -> tuple[str, ...]:
    """Every note that applies to roads from a file; none for an embedded network."""
    if roads is None or not roads.about:
        return ()
    which = 0 if language == "fr" else 1
    return tuple(pair[which] for pair in _notes(roads))


def _notes(roads: RoadNetwork) -> Iterator[tuple[str, str]]:
    about = dict(roads.about)
    counts = [(about[name], REPAIRS[name]) for name in REPAIRS if name in about]
    if counts:
        french, english = ("; ".join(f"{words[i]}: {n}" for n, words in counts) for i in (0, 1))
        yield f"{about['file']} : {french.replace(';', ' ;').replace(':', ' :')}.", f"{about['file']}: {english}."
    n_pieces, share = largest_piece(roads)
    if share < WHOLE_SHARE:
        percent = f"{100 * share:.0f}"
        yield (
            f"Le réseau de {about['file']} est en {n_pieces} morceaux sans lien ; le plus grand tient {percent} % de "
            "la longueur des routes. Qui habite près d'un autre ne va pas plus loin (« réseau local coupé du reste »). "
            "Une ligne doit être coupée à chacun de ses carrefours.",
            f"The network of {about['file']} is in {n_pieces} pieces without a link; the largest holds {percent}% of "
            "the road length. People near another get no farther. A line must be cut at each of its crossings.",
        )


def largest_piece(roads: RoadNetwork) -> tuple[int, float]:
    """How many pieces the network is in, without regard to direction, and the share of length of the largest."""
    ends = (roads.link_from, roads.link_to)
    n_nodes = len(roads.node_x_m)
    graph = csr_array((np.ones(len(ends[0]), np.int8), ends), shape=(n_nodes, n_nodes))
    label = connected_components(graph, directed=False)[1]
    length_m = np.bincount(label[roads.link_from], roads.link_length_m)
    return int((length_m > 0).sum()), float(length_m.max() / length_m.sum())
