"""How places join the roads, found one place at a time: the other path of `siting.travel`'s access."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.territory import RoadNetwork


@dataclass(frozen=True)
class Join:
    """Where a place meets the roads: at a node, or at a share of a street (``node`` is then -1)."""

    place: int
    node: int
    street: int
    share: float
    length_m: float


@dataclass(frozen=True)
class Streets:
    """The pairs of nodes between which places may join the roads, by the least x of each.

    ``begin`` is the lower node row; ``there_s`` and ``back_s`` are the least seconds each way, inf where there is none;
    ``west_m, east_m, south_m, north_m`` bound each; ``rank`` orders streets by their nodes.
    """

    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    there_s: NDArray[np.float64]
    back_s: NDArray[np.float64]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    west_m: NDArray[np.float64]
    east_m: NDArray[np.float64]
    south_m: NDArray[np.float64]
    north_m: NDArray[np.float64]
    widest_m: float
    rank: NDArray[np.int64]

    @classmethod
    def of(
        cls, roads: RoadNetwork, tail: NDArray[np.int64], head: NDArray[np.int64], link_s: NDArray[np.float64]
    ) -> Streets:
        least: dict[tuple[int, int], list[float]] = {}
        for a, b, seconds in zip(tail.tolist(), head.tolist(), link_s.tolist(), strict=True):
            both = least.setdefault((min(a, b), max(a, b)), [np.inf, np.inf])
            both[a > b] = min(both[a > b], seconds)
        pairs = sorted(least)
        begin, end = (np.array([pair[i] for pair in pairs], dtype=np.int64) for i in (0, 1))
        there_s, back_s = (np.array([least[pair][i] for pair in pairs], dtype=np.float64) for i in (0, 1))
        x_m, y_m = (np.sort([at_m[begin], at_m[end]], axis=0) for at_m in (roads.node_x_m, roads.node_y_m))
        west_m = x_m[0]
        order = np.argsort(west_m, kind="stable")
        return cls(
            begin=begin[order],
            end=end[order],
            there_s=there_s[order],
            back_s=back_s[order],
            x_m=roads.node_x_m,
            y_m=roads.node_y_m,
            west_m=west_m[order],
            east_m=x_m[1][order],
            south_m=y_m[0][order],
            north_m=y_m[1][order],
            widest_m=float((x_m[1] - west_m).max(initial=0.0)),
            rank=order,
        )

    def joins(
        self, place: int, x_m: float, y_m: float, is_main: NDArray[np.bool_], most: int, max_m: float
    ) -> list[Join]:
        """The nearest points of all streets, and of those with both ends in the main component, without doubles."""
        first, last = np.searchsorted(self.west_m, [x_m - max_m - self.widest_m - 1, x_m + max_m + 1])
        near = slice(first, last)
        is_near = self.east_m[near] >= x_m - max_m - 1  # a metre more than `max_m`, here and above, for rounding
        is_near &= (self.north_m[near] >= y_m - max_m - 1) & (self.south_m[near] <= y_m + max_m + 1)
        street = first + np.flatnonzero(is_near)
        a, b = self.begin[street], self.end[street]
        run_m, rise_m = self.x_m[b] - self.x_m[a], self.y_m[b] - self.y_m[a]
        square = run_m * run_m + rise_m * rise_m
        projected = (x_m - self.x_m[a]) * run_m + (y_m - self.y_m[a]) * rise_m
        share = np.divide(projected, square, out=np.zeros(len(street)), where=square > 0)
        node = np.select([share <= 0, share >= 1], [a, b], -1)
        foot_x_m = np.where(node >= 0, self.x_m[node], self.x_m[a] + share * run_m)
        foot_y_m = np.where(node >= 0, self.y_m[node], self.y_m[a] + share * rise_m)
        length_m = np.hypot(foot_x_m - x_m, foot_y_m - y_m)
        in_reach = np.flatnonzero(length_m <= max_m)
        found: dict[tuple[int, int], Join] = {}
        for some in (in_reach, in_reach[is_main[a[in_reach]] & is_main[b[in_reach]]]):
            ranked = some[np.lexsort((self.rank[street[some]], node[some], node[some] < 0, length_m[some]))]
            points: dict[tuple[int, int], Join] = {}
            for i in ranked.tolist():
                if len(points) == most:
                    break
                at = (int(node[i]), -1 if node[i] >= 0 else int(street[i]))
                points.setdefault(at, Join(place, at[0], at[1], float(share[i]), float(length_m[i])))
            found |= points
        return list(found.values())

    def ways(self, join: Join, *, leaves: bool) -> Iterator[tuple[int, float, float]]:
        """(node, share of the street, its seconds) of the ways from a place to the nodes, or from them to it."""
        if join.node >= 0:
            yield join.node, 0.0, 0.0
            return
        there_s, back_s = float(self.there_s[join.street]), float(self.back_s[join.street])
        to_begin_s, to_end_s = (back_s, there_s) if leaves else (there_s, back_s)
        if np.isfinite(to_begin_s):
            yield int(self.begin[join.street]), join.share, to_begin_s
        if np.isfinite(to_end_s):
            yield int(self.end[join.street]), 1 - join.share, to_end_s

    def meetings(self, joins: list[Join], others: list[Join]) -> Iterator[tuple[Join, Join, float]]:
        """(one, other, seconds between) where both join one street and the way from the one to the other is open."""
        others_on: dict[int, list[Join]] = {}
        for join in others:
            if join.node < 0:
                others_on.setdefault(join.street, []).append(join)
        for one in joins:
            for other in others_on.get(one.street, []):
                part = other.share - one.share
                whole_s = float((self.there_s if part > 0 else self.back_s)[one.street])
                if part == 0 or np.isfinite(whole_s):
                    yield one, other, 0.0 if part == 0 else abs(part) * whole_s
