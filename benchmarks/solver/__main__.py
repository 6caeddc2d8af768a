"""``python -m benchmarks.solver [departement|mclp|region|france|or-library|peers]``: the table, a process a row.

Columns, in CPU seconds: cover (travel times to cover sets), build (model objects of a peer), reduce (the exact
reductions), solve (all the rest); then rows × columns left, objective, gap proven, who proves it, peak memory.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pulp

from benchmarks.solver.countries import Country, country
from benchmarks.solver.or_library import random_pmed, random_scp
from siting.allocation import CoverSets, cell_times, cover_sets, lscp, mclp, p_median, solve

Row = dict[str, Any]
LIMIT_S = 300


def siting_lscp(
    name: str, existing: int, limit_s: float, crowding: float = 2.0, seed: int = 0, by_commune: bool = False
) -> Row:
    land, cover, cover_s = _covered(name, 30, crowding, seed, by_commune)
    return _solved(lscp(cover, existing=land.practices[:existing]), limit_s, cover_s)


def siting_mclp(name: str, minutes: int, houses: int, limit_s: float, seed: int = 0) -> Row:
    _, cover, cover_s = _covered(name, minutes, seed=seed)
    return _solved(mclp(cover, new_houses=houses), limit_s, cover_s)


def siting_p_median(name: str, houses: int, limit_s: float) -> Row:
    land = country(name)
    begin = time.process_time()
    times = cell_times(land.times, persons=land.persons)
    return _solved(p_median(times, new_houses=houses, penalty_s=1800), limit_s, time.process_time() - begin)


def siting_scp(family: str, limit_s: float) -> Row:
    return _solved(random_scp(family, 0), limit_s, 0.0)


def siting_pmed(points: int, houses: int, limit_s: float) -> Row:
    return _solved(random_pmed(points, houses, 0), limit_s, 0.0)


def plain_pulp(name: str, model: str, solver: str) -> Row:
    """The textbook model written with lpSum, no reduction."""
    _, cover, cover_s = _covered(name, 30)
    begin = time.process_time()
    rows = np.split(cover.site, cover.cell_start[1:-1])
    x = [pulp.LpVariable(f"x{j}", cat="Binary") for j in range(cover.n_sites)]
    if model == "lscp":
        problem = pulp.LpProblem("lscp", pulp.LpMinimize)
        problem += pulp.lpSum(x)
        for sites in rows:
            problem += pulp.lpSum(x[j] for j in sites) >= 1
    else:
        problem = pulp.LpProblem("mclp", pulp.LpMaximize)
        y = [pulp.LpVariable(f"y{i}", 0, 1) for i in range(cover.n_cells)]
        problem += pulp.lpSum(w * v for w, v in zip(cover.persons, y, strict=True))
        for sites, covered in zip(rows, y, strict=True):
            problem += pulp.lpSum(x[j] for j in sites) >= covered
        problem += pulp.lpSum(x) <= 10
    build_s = time.process_time() - begin
    return _run_peer(lambda: problem.solve(_solver(solver)), lambda: problem.objective.value(), cover_s, build_s)


def spopt_cbc(name: str, model: str) -> Row:
    """PySAL spopt on its dense cost matrix, solved with CBC."""
    from spopt.locate import LSCP, MCLP

    land = country(name)
    begin = time.process_time()
    dense = np.full((land.times.n_cells, land.times.n_sites), 9_999.0)
    site = np.repeat(np.arange(land.times.n_sites), np.diff(land.times.site_start))
    dense[land.times.cell, site] = land.times.time_s
    cover_s = time.process_time() - begin
    begin = time.process_time()
    if model == "lscp":
        problem = LSCP.from_cost_matrix(dense, 1800)
    else:
        problem = MCLP.from_cost_matrix(dense, land.persons, 1800, 10)
    build_s = time.process_time() - begin
    run = lambda: problem.solve(_solver("cbc"), results=False)  # noqa: E731
    return _run_peer(run, lambda: problem.problem.objective.value(), cover_s, build_s)


CASES: dict[str, list[tuple[str, Callable[..., Row], tuple[Any, ...]]]] = {
    "departement": [
        ("département, LSCP, siting", siting_lscp, ("departement", 0, 60)),
        ("département, MCLP p = 10, siting", siting_mclp, ("departement", 30, 10, 60)),
    ],
    "peers": [
        ("département, LSCP, PuLP + HiGHS", plain_pulp, ("departement", "lscp", "highs")),
        ("département, LSCP, PuLP + CBC", plain_pulp, ("departement", "lscp", "cbc")),
        ("département, LSCP, spopt + CBC", spopt_cbc, ("departement", "lscp")),
        ("département, MCLP p = 10, PuLP + HiGHS", plain_pulp, ("departement", "mclp", "highs")),
        ("département, MCLP p = 10, PuLP + CBC", plain_pulp, ("departement", "mclp", "cbc")),
        ("département, MCLP p = 10, spopt + CBC", spopt_cbc, ("departement", "mclp")),
    ],
    "mclp": [
        (f"département {seed}, {minutes} min, p = {houses}", siting_mclp, ("departement", minutes, houses, 60, seed))
        for seed, minutes, houses in (
            *((0, 15, 10), (0, 20, 10), (0, 15, 40), (1, 20, 20), (1, 30, 10)),
            *((2, 20, 20), (2, 30, 10), (3, 15, 40), (3, 20, 20), (4, 30, 8)),
        )
    ],
    "region": [
        ("region, 300 existing, LSCP 30 min", siting_lscp, ("region", 300, 60)),
        ("region, blank map, LSCP 30 min, 10 s", siting_lscp, ("region", 0, 10)),
        ("region, blank map, LSCP 30 min, 60 s", siting_lscp, ("region", 0, 60)),
    ],
    "or-library": [
        *((f"as {family}", siting_scp, (family, 60)) for family in ("scp4", "scp6", "scpa", "scpd", "scpe", "scpnre")),
        *(
            (f"as pmed, {points} points, p = {houses}", siting_pmed, (points, houses, 60))
            for points, houses in ((100, 5), (200, 67), (400, 5), (500, 10), (700, 140), (800, 10), (900, 5), (900, 90))
        ),
    ],
    "france": [
        ("France, 5,000 existing, LSCP 30 min", siting_lscp, ("france", 5000, 120)),
        ("France, 2,500 existing, LSCP 30 min", siting_lscp, ("france", 2500, 120)),
        *(
            (
                f"France no. {seed}, 2,500 existing by people of the commune",
                siting_lscp,
                ("france", 2500, 120, 2.0, seed, True),
            )
            for seed in (0, 1, 2)
        ),
        ("France, people spread more evenly, 2,500 existing, LSCP 30 min", siting_lscp, ("france", 2500, 120, 1.0)),
        ("France, MCLP 10 min, p = 5,000", siting_mclp, ("france", 10, 5000, 120)),
        ("France, MCLP 15 min, p = 1,000", siting_mclp, ("france", 15, 1000, 120)),
        ("France, p-median p = 5,000", siting_p_median, ("france", 5000, 60)),
        ("France, blank map, LSCP 30 min", siting_lscp, ("france", 0, 600)),
        ("France, p-median p = 2,000", siting_p_median, ("france", 2000, 120)),
        ("France, p-median p = 500", siting_p_median, ("france", 500, 120)),
    ],
}


def main(arguments: list[str]) -> int:
    """Print the table of the groups asked for; or, with a row's number, that row as JSON."""
    if arguments[:1] == ["row"]:
        _, run, settings = CASES[arguments[1]][int(arguments[2])]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            row = run(*settings)
        row["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print("ROW " + json.dumps(row))
        return 0
    if unknown := [group for group in arguments if group not in CASES]:
        print(f"no such group: {', '.join(unknown)}\n\n{__doc__}", file=sys.stderr)
        return 2
    print("| case | cover s | build s | reduce s | solve s | left | objective | gap % | proven by | MB |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for group in arguments or ["departement"]:
        for number, (title, _, _) in enumerate(CASES[group]):
            print(f"| {title} | {_in_a_process(group, number)} |", flush=True)
    return 0


def _in_a_process(group: str, number: int) -> str:
    command = [sys.executable, "-m", "benchmarks.solver", "row", group, str(number)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    row = json.loads(next(line for line in lines if line.startswith("ROW "))[4:])
    gap = "not shown" if row["gap"] is None else f"{100 * row['gap']:.3f}"
    return (
        f"{row['cover_s']:.2f} | {row['build_s']:.2f} | {row.get('reduce_s', 0):.2f} | {row['solve_s']:.2f} | "
        f"{row.get('left', '')} | {row['objective']:,.0f} | {gap} | "
        f"{row['by']} | {row['peak_mb']:.0f}"
    )


def _covered(
    name: str, minutes: int, crowding: float = 2.0, seed: int = 0, by_commune: bool = False
) -> tuple[Country, CoverSets, float]:
    land = country(name, cutoff_min=minutes, crowding=crowding, seed=seed, by_commune=by_commune)
    begin = time.process_time()
    cover = cover_sets(land.times, standard_s=60 * minutes, persons=land.persons)
    return land, cover, time.process_time() - begin


def _solved(problem: Any, limit_s: float, cover_s: float) -> Row:
    """The search says where it is for the first time when its reductions are done."""
    begin, told = time.process_time(), []
    plan = solve(problem, time_limit_s=limit_s, progress=lambda *_: told.append(time.process_time() - begin))
    solve_s = time.process_time() - begin
    left = plan.certificate.reductions
    return {
        "cover_s": cover_s,
        "build_s": 0.0,
        "reduce_s": told[0],
        "solve_s": solve_s - told[0],
        "left": "" if left is None else f"{left.n_rows_left:,} × {left.n_columns_left:,}",
        "objective": plan.objective,
        "gap": plan.gap,
        "by": plan.certificate.bound_by,
    }


def _run_peer(run: Callable[[], Any], value: Callable[[], float], cover_s: float, build_s: float) -> Row:
    """CPU seconds of this process and of its children: CBC runs in one of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime + time.process_time()
    run()
    solve_s = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime + time.process_time() - before
    row = {"cover_s": cover_s, "build_s": build_s, "solve_s": solve_s, "objective": value()}
    return row | {"gap": None, "by": f"limit {LIMIT_S} s"}


def _solver(name: str) -> pulp.LpSolver:
    if name == "cbc":
        return pulp.PULP_CBC_CMD(msg=False, timeLimit=LIMIT_S, threads=1)
    return pulp.HiGHS(msg=False, timeLimit=LIMIT_S, threads=1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
