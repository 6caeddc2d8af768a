"""Prepared roads: the graph of a file of roads, kept so that the file need not be read again."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from siting.territory.whole_file import whole_file

FORMAT = "siting-roads-1"
"""Changes when the arrays or their meaning do; a file of another format is not read."""
SUFFIX = ".npz"


@dataclass(frozen=True)
class PreparedRoads:
    """A directed road graph in its own CRS, with what its source tells of each link.

    Attributes
    ----------
    crs : str
    node_x, node_y : float64 arrays, shape (n_nodes,)
        Longitude and latitude in EPSG:4326.
    link_from, link_to : int32 arrays, shape (n_links,)
    link_length_m : float64 array, shape (n_links,)
        True length, bends included.
    link_class : uint8 array, shape (n_links,)
        Row of ``classes``.
    link_maxspeed_kmh, link_own_kmh : float32 arrays, shape (n_links,)
        Legal limit, and the speed of a ferry that says how long it takes; NaN where not known.
    link_is_unpaved, link_is_off_ground : bool arrays, shape (n_links,)
    classes : tuple of str
        OpenStreetMap ``highway`` values, and ``"ferry"``.
    source : str
        Attribution and licence, to print beside anything derived from it.
    about : dict of str to str
        Of the file it was made from: ``file`` (its name), ``sha256``, ``importer`` and ``licence``.
    """

    crs: str
    node_x: NDArray[np.float64]
    node_y: NDArray[np.float64]
    link_from: NDArray[np.int32]
    link_to: NDArray[np.int32]
    link_length_m: NDArray[np.float64]
    link_class: NDArray[np.uint8]
    link_maxspeed_kmh: NDArray[np.float32]
    link_own_kmh: NDArray[np.float32]
    link_is_unpaved: NDArray[np.bool_]
    link_is_off_ground: NDArray[np.bool_]
    classes: tuple[str, ...]
    source: str
    about: dict[str, str]

    def only(self, is_kept: NDArray[np.bool_]) -> PreparedRoads:
        """Some of the links, and the nodes that these join."""
        used, ends = np.unique(np.concatenate([self.link_from[is_kept], self.link_to[is_kept]]), return_inverse=True)
        n_kept = int(is_kept.sum())
        links = {
            name: getattr(self, name)[is_kept]
            for name in _ARRAYS
            if name.startswith("link_") and name not in ("link_from", "link_to")
        }
        return replace(
            self,
            node_x=self.node_x[used],
            node_y=self.node_y[used],
            link_from=ends[:n_kept].astype(np.int32),
            link_to=ends[n_kept:].astype(np.int32),
            **links,
        )


_ARRAYS = tuple(one.name for one in fields(PreparedRoads) if str(one.type).startswith("NDArray"))
_WORDS = ("crs", "classes", "source", "about")


def save(roads: PreparedRoads, path: Path) -> None:
    """Write the graph to a file, whole or not at all; the same graph gives the same bytes.

    Raises
    ------
    OSError
    """
    words = json.dumps({"format": FORMAT} | {name: getattr(roads, name) for name in _WORDS}, ensure_ascii=False)
    with whole_file(path) as stream:
        np.savez(stream, words=np.array(words), **{name: getattr(roads, name) for name in _ARRAYS})


def read(path: Path) -> PreparedRoads:
    """A graph that `save` wrote.

    Raises
    ------
    ValueError
        The file is none, is damaged, or has another format.
    OSError
    """
    try:
        with np.load(path, allow_pickle=False) as held:
            words = json.loads(str(held["words"]))
            if words.pop("format") != FORMAT:
                raise ValueError("another format")
            words["classes"] = tuple(words["classes"])
            roads = PreparedRoads(**words, **{name: held[name] for name in _ARRAYS})
    except OSError:
        raise
    except Exception as error:  # a damaged archive may raise whatever zipfile, json or NumPy like
        raise ValueError(f"{path}: {error!r}") from error
    n_nodes, n_links = len(roads.node_x), len(roads.link_from)
    ends = np.concatenate([roads.link_from, roads.link_to])
    links = [getattr(roads, name) for name in _ARRAYS if name.startswith("link_")]
    if any(len(one) != n_links for one in links) or (n_links and (ends.min() < 0 or ends.max() >= n_nodes)):
        raise ValueError(f"{path}: links that join no nodes")
    return roads
