"""The checker: bounds right whatever the multipliers, faults found, certificates re-proven."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation_worlds import World, worlds
from naive import allocation as naive
from siting import checker
from siting.allocation import lscp, mclp, solve

MULTIPLIERS = st.lists(st.integers(0, 3 << 20).map(lambda n: n * 2.0**-20), min_size=14, max_size=14)


def matrix_of(world: World) -> checker.CoverMatrix:
    cover = world.cover
    rules = {name: np.array(rows, dtype=np.int32) for name, rows in world.rules.items()}
    return checker.CoverMatrix(cover.cell_start, cover.site, cover.persons, cover.n_sites, **rules)


@settings(max_examples=200, deadline=None)
@given(worlds(), MULTIPLIERS)
def test_no_multipliers_prove_more_than_the_lscp_optimum(world: World, multipliers: list[float]) -> None:
    best = naive.lscp(world.cells, world.n_sites, world.existing, world.forced, world.forbidden)
    nothing = np.zeros(0, dtype=np.int32)
    checked = checker.check_lscp(matrix_of(world), nothing, np.array(multipliers[: len(world.cells)]))
    assert checked.bound <= best


@settings(max_examples=200, deadline=None)
@given(worlds(), MULTIPLIERS, st.integers(0, 3))
def test_no_multipliers_prove_less_than_the_mclp_optimum(world: World, multipliers: list[float], extra: int) -> None:
    houses = len(world.forced) + extra
    best = naive.mclp(world.cells, world.persons, world.n_sites, houses, world.existing, world.forced, world.forbidden)
    nothing = np.zeros(0, dtype=np.int32)
    u = 20 * np.array(multipliers[: len(world.cells)])
    checked = checker.check_mclp(matrix_of(world), nothing, u, new_houses=houses)
    assert checked.bound >= best * (1 - 1e-12)


@settings(max_examples=80, deadline=None)
@given(worlds())
def test_the_checker_recounts_what_the_certificate_says(world: World) -> None:
    plan = solve(lscp(world.cover, **world.rules))
    checked = checker.check_lscp(matrix_of(world), plan.opened, plan.multipliers)
    assert checked == checker.Checked((), plan.objective, plan.certificate.arithmetic_bound)
    houses = len(world.forced) + 2
    most = solve(mclp(world.cover, new_houses=houses, **world.rules))
    checked = checker.check_mclp(matrix_of(world), most.opened, most.multipliers, new_houses=houses)
    assert checked.faults == ()
    assert checked.objective == most.objective
    assert checked.bound == pytest.approx(most.certificate.arithmetic_bound, rel=1e-9, abs=1e-5)


def test_every_broken_rule_is_named() -> None:
    world = World(
        cells=(frozenset({0, 1}), frozenset({2}), frozenset({3})),
        persons=(1.0, 2.0, 3.0),
        n_sites=5,
        existing=frozenset({0}),
        forced=frozenset({4}),
        forbidden=frozenset({1}),
    )
    opened = np.array([0, 1, 2, 2], dtype=np.int32)
    faults = checker.check_lscp(matrix_of(world), opened, np.zeros(3), max_new=3).faults
    assert len(faults) == 5
    assert any("1 cells that some site could cover" in fault for fault in faults)
    assert len(checker.check_mclp(matrix_of(world), opened, np.zeros(3), new_houses=3).faults) == 4


def test_the_checker_shares_no_code_with_the_solver() -> None:
    files = sorted(Path(checker.__file__).parent.glob("*.py"))
    imports = {
        name
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in (
            [node.module]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }
    others = {name for name in imports if not name.startswith("siting.checker")}
    assert len(files) == 5
    assert not {name for name in others if name.startswith(("siting", "pulp", "highspy", "numba"))}
