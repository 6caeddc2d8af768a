"""``python -m benchmarks.solver.pmedcap [FILE]``: capacitated p-median on public or generated instances.

FILE has the layout of ``pmedcap1.txt`` of the OR-Library (Osman and Christofides, 1994): how many problems, then
for each its number and best known value; customers, medians and capacity; and a line ``number x y demand`` for each
customer. Distances are Euclidean, rounded down to whole numbers. Without FILE, instances of the same sizes are drawn.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siting.allocation import CapacitatedPMedian, CellTimes, capacitated_p_median, solve

LIMIT_S = 120
GENERATED = ((50, 5, 0), (50, 5, 1), (50, 5, 2), (100, 10, 0), (100, 10, 1), (100, 10, 2), (200, 15, 0), (400, 30, 0))


@dataclass(frozen=True)
class Instance:
    """One problem: its points, demand, houses, capacity, and the best value known (nan if none)."""

    name: str
    xy: np.ndarray
    demand: np.ndarray
    houses: int
    capacity: int
    best_known: float = math.nan

    def problem(self) -> CapacitatedPMedian:
        """The capacitated p-median: every point is a customer of weight 1 and a site."""
        n = len(self.xy)
        distance = np.floor(np.hypot(*(self.xy[:, None] - self.xy[None]).transpose(2, 0, 1)))
        times = CellTimes.from_csr(np.arange(n + 1) * n, np.tile(np.arange(n), n), distance.ravel(), n_sites=n)
        return capacitated_p_median(times, new_houses=self.houses, demand=self.demand, capacity=self.capacity)


def read(path: Path) -> Iterator[Instance]:
    """The problems of a file in the layout of the OR-Library."""
    numbers = iter(path.read_text(encoding="ascii").split())
    for _ in range(int(next(numbers))):
        name, best_known = next(numbers), float(next(numbers))
        n, houses, capacity = (int(next(numbers)) for _ in range(3))
        table = np.array([[float(next(numbers)) for _ in range(4)] for _ in range(n)])
        yield Instance(f"pmedcap {name}", table[:, 1:3], table[:, 3].astype(np.int64), houses, capacity, best_known)


def draw(n: int, houses: int, seed: int) -> Instance:
    """Points of a square of side 100, demands of 1 to 20, houses that are full to nine tenths."""
    rng = np.random.default_rng(seed)
    xy, demand = rng.integers(1, 101, (n, 2)), rng.integers(1, 21, n)
    return Instance(
        f"{n} points, p = {houses}, draw {seed}", xy, demand, houses, math.ceil(demand.sum() / houses / 0.9)
    )


def main(arguments: list[str]) -> int:
    """Print the table."""
    instances = read(Path(arguments[0])) if arguments else (draw(*size) for size in GENERATED)
    print("| instance | best known | found | bound | by arithmetic | gap % | CPU s |")
    print("|---|---|---|---|---|---|---|")
    for one in instances:
        begin = time.process_time()
        plan = solve(one.problem(), time_limit_s=LIMIT_S)
        known = "" if math.isnan(one.best_known) else f"{one.best_known:.0f}"
        print(
            f"| {one.name} | {known} | {plan.objective:.0f} | {plan.bound:.0f} | "
            f"{plan.certificate.arithmetic_bound:.0f} | {100 * plan.gap:.2f} | {time.process_time() - begin:.1f} |",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
