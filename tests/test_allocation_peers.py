"""The same optimum as PySAL spopt, where it is installed (the ``bench`` extra), on shared instances."""

from __future__ import annotations

import warnings

import numpy as np
import pulp
import pytest

from siting.allocation import CellTimes, CoveredShare, compose, lscp, mclp, p_center, p_median, solve

locate = pytest.importorskip("spopt.locate")
pytestmark = pytest.mark.filterwarnings("ignore:Constructing LpVariable:DeprecationWarning")  # spopt's own


@pytest.fixture(scope="module", params=[0, 1, 2])
def instance(request):
    """40 cells and 14 sites in a square: (metres, persons, CellTimes)."""
    rng = np.random.default_rng(request.param)
    cells, sites = rng.random((40, 2)) * 1000, rng.random((14, 2)) * 1000
    metres = np.ceil(np.hypot(*(cells[:, None] - sites[None]).transpose(2, 0, 1)))
    persons = rng.integers(1, 100, 40).astype(float)
    start = np.arange(41) * 14
    times = CellTimes.from_csr(start, np.tile(np.arange(14), 40), metres.ravel(), n_sites=14, persons=persons)
    return metres, persons, times


def spopt_value(model) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.solve(pulp.HiGHS(msg=False)).problem.objective.value()


def test_lscp_and_backup(instance) -> None:
    metres, _, times = instance
    standard = float(np.sort(metres, axis=1)[:, 1].max())
    plan = solve(lscp(times.within(standard)))
    assert plan.objective == spopt_value(locate.LSCP.from_cost_matrix(metres, standard))
    each = CellTimes(times.cell_start, times.site, times.time_s, np.ones(40), 14).within(standard)
    backup = solve(compose(each, ["fewest_houses", "most_covered_twice"], clauses=[CoveredShare(1.0)]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = locate.LSCPB.from_cost_matrix(metres, standard, pulp.HiGHS(msg=False))
    assert [stage.objective for stage in backup.stages] == [plan.objective, spopt_value(model)]


@pytest.mark.parametrize("houses", [1, 3, 5])
def test_mclp_p_median_and_p_center(instance, houses: int) -> None:
    metres, persons, times = instance
    covered = solve(mclp(times.within(200), new_houses=houses))
    model = locate.MCLP.from_cost_matrix(metres, persons, 200, houses)
    assert covered.objective == pytest.approx(spopt_value(model))
    median = solve(p_median(times, new_houses=houses, penalty_s=2_000))
    model = locate.PMedian.from_cost_matrix(metres, persons, houses)
    assert median.objective == pytest.approx(spopt_value(model))
    center = solve(p_center(times, new_houses=houses))
    assert center.objective == pytest.approx(spopt_value(locate.PCenter.from_cost_matrix(metres, houses)))
    assert {covered.status, median.status, center.status} == {"optimal"}
