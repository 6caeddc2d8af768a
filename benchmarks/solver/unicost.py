"""``python -m benchmarks.solver.unicost``: set covering at unit costs, on public families that a definition makes.

- ``stein``: meet every line of the affine space of 3ⁿ points (the Steiner triple systems A9, A27 and A81 of Fulkerson,
  Nemhauser and Trotter 1974). Least: 3ⁿ less the largest cap set, 4, 9, 20 and 45 points (Edel 2004).
- ``cyc``: meet every 4-cycle of the hypercube of n dimensions by edges (Grossman and Wool 1997, European Journal of
  Operational Research 101(1)). Least: all edges but 3, 9, 24, 56, 132 (Harborth and Nienborg 1994).
- ``clr``: sets of 4 out of n such that every parting in two holds one of them on one side (Grossman and Wool 1997).
  Least: 25 for 10, 23 from 11 on (Östergård 2014).
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from siting.allocation import CoverSets, lscp, solve

LIMIT_S = 60


@dataclass(frozen=True)
class Instance:
    """Rows of columns of which each needs one, and the fewest columns that do."""

    name: str
    rows: list[list[int]]
    n_columns: int
    least: int

    def cover(self) -> CoverSets:
        """The same as a cover matrix."""
        start = np.concatenate([[0], np.cumsum([len(row) for row in self.rows])])
        return CoverSets.from_csr(start, np.concatenate(self.rows), n_sites=self.n_columns)


def stein(n: int) -> Instance:
    """Lines of the affine space of ``n`` dimensions over three numbers: three points that add up to 0."""
    points = list(product(range(3), repeat=n))
    place = {point: j for j, point in enumerate(points)}
    lines = set()
    for a, b in combinations(points, 2):
        third = tuple((-x - y) % 3 for x, y in zip(a, b, strict=True))
        lines.add(tuple(sorted((place[a], place[b], place[third]))))
    return Instance(f"stein{3**n}", [list(line) for line in sorted(lines)], 3**n, 3**n - (2, 4, 9, 20, 45)[n - 1])


def cyc(n: int) -> Instance:
    """4-cycles of the hypercube of ``n`` dimensions; an edge is a vertex and a direction in which it has a 0."""
    edges = [(vertex, k) for vertex in range(2**n) for k in range(n) if not vertex >> k & 1]
    place = {edge: j for j, edge in enumerate(edges)}
    rows = []
    for vertex in range(2**n):
        for a, b in combinations([k for k in range(n) if not vertex >> k & 1], 2):
            cycle = ((vertex, a), (vertex, b), (vertex | 1 << a, b), (vertex | 1 << b, a))
            rows.append([place[edge] for edge in cycle])
    return Instance(f"cyc{n}", rows, len(edges), len(edges) - {2: 3, 3: 9, 4: 24, 5: 56, 6: 132}[n])


def clr(n: int) -> Instance:
    """Partings of ``n`` points in two; the sets of 4 on one side."""
    sets = list(combinations(range(n), 4))
    masks = np.array([sum(1 << point for point in one) for one in sets])
    rows = []
    for side in range(1, 2 ** (n - 1)):
        held = masks & side
        rows.append(np.flatnonzero((held == 0) | (held == masks)).tolist())
    return Instance(f"clr{n}", rows, len(sets), 25 if n == 10 else 23)


INSTANCES = (*map(stein, (2, 3, 4)), *map(cyc, (3, 4, 5, 6)), *map(clr, (10, 11)))


def main() -> int:
    """Print the table; an optimum missed or a bound above it ends with an error."""
    print("| instance | rows × columns | least known | found | bound | proven by | CPU s |")
    print("|---|---|---|---|---|---|---|")
    is_wrong = False
    for one in INSTANCES:
        begin = time.process_time()
        plan = solve(lscp(one.cover()), time_limit_s=LIMIT_S)
        seconds = time.process_time() - begin
        is_wrong |= plan.bound > one.least or (plan.status == "optimal" and plan.objective != one.least)
        by = plan.certificate.bound_by if plan.status == "optimal" else "open"
        size = f"{len(one.rows)} × {one.n_columns}"
        figures = f"{one.least} | {plan.objective:.0f} | {plan.bound:.0f} | {by} | {seconds:.1f}"
        print(f"| {one.name} | {size} | {figures} |", flush=True)
    return int(is_wrong)


if __name__ == "__main__":
    sys.exit(main())
