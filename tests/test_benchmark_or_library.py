"""The formats of the OR-Library, on instances written out here, and its families."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from benchmarks.solver import or_library

from naive import allocation as naive
from siting.allocation import solve

SCP = """ 4 5
 3 2 2 1 9
 2
 1 2
 3
 1 3
 4
 2
 4 5
 1
 3
"""
PMED = """ 5 6 2
1 2 9
2 3 4
3 4 2
4 5 7
5 1 3
1 2 1
"""


def test_a_covering_file_is_read_and_solved(tmp_path: Path) -> None:
    (tmp_path / "scp.txt").write_text(SCP)
    problem = or_library.read_scp(tmp_path / "scp.txt")
    cells = [{0, 1}, {0, 2, 3}, {3, 4}, {2}]
    best = naive.lscp_cost(cells, [3, 2, 2, 1, 9], set(), set(), set())
    plan = solve(problem)
    assert (plan.status, plan.objective, best) == ("optimal", 5.0, 5.0)
    assert plan.opened.tolist() == [1, 2, 3]


def test_a_median_file_is_closed_by_shortest_paths_and_its_last_length_holds(tmp_path: Path) -> None:
    (tmp_path / "pmed.txt").write_text(PMED)
    problem = or_library.read_pmed(tmp_path / "pmed.txt")
    distance = np.array([[0, 1, 5, 7, 3], [1, 0, 4, 6, 4], [5, 4, 0, 2, 8], [7, 6, 2, 0, 7], [3, 4, 8, 7, 0]])
    times = problem.times
    for i in range(5):
        span = slice(times.cell_start[i], times.cell_start[i + 1])
        assert dict(zip(times.site[span].tolist(), times.time_s[span].tolist(), strict=True)) == dict(
            enumerate(distance[i].tolist())
        )
    plan = solve(problem)
    best = min(distance[:, list(pair)].min(axis=1).sum() for pair in combinations(range(5), 2))
    assert (plan.status, plan.objective, len(plan.opened)) == ("optimal", best, 2)


@pytest.mark.parametrize("family", ["scp4", "scpe"])
def test_a_random_covering_has_the_sizes_of_its_family(family: str) -> None:
    problem, made = or_library.random_scp(family, 0), or_library.FAMILIES[family]
    cover = problem.cover
    assert (cover.n_cells, cover.n_sites) == (made.rows, made.columns)
    assert np.diff(cover.cell_start).min() >= 2
    assert np.diff(cover.by_site()[0]).min() >= 1
    assert cover.n_pairs / (cover.n_cells * cover.n_sites) == pytest.approx(made.share, rel=0.1)
    assert 1 <= problem.cost.min() <= problem.cost.max() <= made.most_cost


def test_a_random_median_is_solved_to_its_optimum() -> None:
    plan = solve(or_library.random_pmed(100, 5, 0))
    assert plan.status == "optimal"
