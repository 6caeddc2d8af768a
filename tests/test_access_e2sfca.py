"""E2SFCA / APL: by hand, against loops, against PySAL access, and what no world may break."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from naive.e2sfca import naive_e2sfca, official_weight
from siting.access import (
    APL_STEPS,
    AtSpeed,
    ExponentialDecay,
    GaussianDecay,
    StepDecay,
    catchments_by_area,
    e2sfca,
    standardised_demand,
    supply_below_age,
)
from siting.errors import DataError
from siting.travel.travel_times import TravelTimes


def times_of(pairs, n_sites, n_cells, cutoff_s=1800) -> TravelTimes:
    """TravelTimes of {(site, cell): seconds}."""
    ordered = sorted(pairs)
    counts = np.bincount([site for site, _ in ordered], minlength=n_sites)
    return TravelTimes(
        site_start=np.append(0, np.cumsum(counts)).astype(np.int64),
        cell=np.array([cell for _, cell in ordered], np.int32),
        time_s=np.array([pairs[pair] for pair in ordered], np.uint16),
        n_cells=n_cells,
        cutoff_s=cutoff_s,
    )


@st.composite
def worlds(draw):
    n_sites, n_cells = draw(st.integers(1, 5)), draw(st.integers(1, 8))
    every = [(site, cell) for site in range(n_sites) for cell in range(n_cells)]
    some = draw(st.lists(st.sampled_from(every), unique=True))
    pairs = {pair: draw(st.integers(0, 1800)) for pair in some}
    amounts = st.floats(0, 1e6).map(lambda value: round(value, 3))
    supply = np.array([draw(amounts) for _ in range(n_sites)])
    demand = np.array([draw(amounts) for _ in range(n_cells)])
    return pairs, supply, demand


def test_three_communes_by_hand():
    """A (1000 people) and B (500) are 12 minutes apart, C (200) 18 from B and 30 from A.

    Site 0 in A, 4000 consultations: A at 0 min (weight 1), B at 12 (0.3): 4000 / (1000 + 0.3 × 500) = 3.4783.
    Site 1 in B, 1000 consultations: B 1, A 0.3, C at 18 (0.1): 1000 / (500 + 300 + 20) = 1.2195.
    """
    times = times_of({(0, 0): 0, (0, 1): 720, (0, 2): 1800, (1, 0): 720, (1, 1): 0, (1, 2): 1080}, 2, 3)
    found = e2sfca(times, supply=np.array([4000.0, 1000.0]), demand=np.array([1000.0, 500.0, 200.0]), decay=APL_STEPS)
    a, b = 4000 / 1150, 1000 / 820
    assert found.per_demand == pytest.approx([a, b])
    assert found.per_person == pytest.approx([a + 0.3 * b, 0.3 * a + b, 0.1 * b])


@pytest.mark.parametrize(
    ("time_s", "weight"), [(0, 1), (600, 1), (601, 0.3), (900, 0.3), (901, 0.1), (1200, 0.1), (1201, 0), (65535, 0)]
)
def test_official_steps_are_inclusive(time_s, weight):
    assert APL_STEPS(np.array([time_s], np.uint16))[0] == weight == official_weight(time_s)


@pytest.mark.parametrize("decay", [APL_STEPS, GaussianDecay(1200), ExponentialDecay(half_s=300, reach_s=1200)])
def test_a_decay_starts_at_one_never_rises_and_ends_at_its_reach(decay):
    weight = decay(np.arange(2000))
    assert weight[0] == 1 and (np.diff(weight) <= 0).all() and (weight[1201:] == 0).all()


def test_at_another_speed_times_stretch():
    slow = AtSpeed(APL_STEPS, 0.5)
    assert slow.reach_s == 600
    assert slow(np.array([300, 301, 450, 451, 600, 601])).tolist() == [1, 0.3, 0.3, 0.1, 0.1, 0]


def test_smooth_decays_by_hand():
    assert ExponentialDecay(half_s=300, reach_s=1200)(np.array([300, 600])) == pytest.approx([0.5, 0.25])
    half_way = (np.exp(-1 / 8) - np.exp(-1 / 2)) / (1 - np.exp(-1 / 2))
    assert GaussianDecay(1200)(np.array([600, 1200])) == pytest.approx([half_way, 0], abs=1e-12)


@pytest.mark.parametrize(
    ("limits_s", "weights"), [((600,), (1.0, 0.5)), ((900, 600), (1.0, 0.5)), ((600, 900), (0.5, 1.0)), ((), ())]
)
def test_steps_that_make_no_sense_are_refused(limits_s, weights):
    with pytest.raises(ValueError, match="weights"):
        StepDecay(limits_s, weights)


@given(worlds())
def test_it_equals_the_naive_twin(world):
    pairs, supply, demand = world
    found = e2sfca(times_of(pairs, len(supply), len(demand)), supply=supply, demand=demand, decay=APL_STEPS)
    access, ratio = naive_e2sfca(pairs, supply, demand, official_weight)
    assert found.per_person == pytest.approx(access, rel=1e-9)
    assert found.per_demand == pytest.approx(ratio, rel=1e-9)


@given(worlds())
def test_what_people_are_within_reach_of_adds_up_to_the_supply(world):
    pairs, supply, demand = world
    found = e2sfca(times_of(pairs, len(supply), len(demand)), supply=supply, demand=demand, decay=GaussianDecay(1800))
    received = float(demand @ found.per_person)
    assert received + found.out_of_reach == pytest.approx(supply.sum(), rel=1e-9, abs=1e-9)


@given(worlds(), st.integers(1, 4), st.data())
def test_areas_give_the_mean_of_their_cells_exactly(world, n_areas, data):
    pairs, supply, demand = world
    area = np.array([data.draw(st.integers(0, n_areas - 1)) for _ in demand], np.int32)
    growth = np.array([data.draw(st.sampled_from([0.5, 1.0, 2.0])) for _ in range(n_areas)])
    times = times_of(pairs, len(supply), len(demand))
    catchments = catchments_by_area(times, demand=demand, area=area, n_areas=n_areas, decay=APL_STEPS)
    by_area = catchments.access(supply, growth=growth)
    by_cell = e2sfca(times, supply=supply, demand=demand * growth[area], decay=APL_STEPS)
    total = np.bincount(area, demand, n_areas)
    expected = np.bincount(area, demand * by_cell.per_person, n_areas)
    assert by_area.per_person * total == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert by_area.out_of_reach == pytest.approx(by_cell.out_of_reach)


def test_demand_is_standardised_by_age_and_supply_stops_at_the_age_bound():
    assert standardised_demand(np.array([[10.0, 100.0, 50.0]]), (0.8, 0.85, 1.6)) == pytest.approx([8 + 85 + 80])
    consultations = np.array([[100.0, 200.0, 400.0]])
    assert supply_below_age(consultations, np.array([30, 55, 65]), age_bound=65) == pytest.approx([300])


def test_a_decay_that_reaches_beyond_the_times_is_refused():
    times = times_of({(0, 0): 0}, 1, 1, cutoff_s=600)
    with pytest.raises(DataError, match="1200 s, the travel times stop at 600 s"):
        e2sfca(times, supply=np.ones(1), demand=np.ones(1), decay=APL_STEPS)
    with pytest.raises(DataError, match=r"supply: has shape \(2,\)"):
        e2sfca(times, supply=np.ones(2), demand=np.ones(1), decay=StepDecay((600,), (1.0,)))


@pytest.mark.filterwarnings("ignore")
def test_pysal_access_finds_the_same_on_a_symmetric_world():
    """PySAL weighs both steps by one matrix of costs: the same as ours where there and back take the same time."""
    fca = pytest.importorskip("access.fca")
    pd = pytest.importorskip("pandas")
    random = np.random.default_rng(4)
    n = 12
    drawn = random.integers(1, 1500, (n, n))
    seconds = np.triu(drawn, 1) + np.triu(drawn, 1).T
    demand, supply = random.integers(1, 500, n).astype(float), random.integers(0, 9000, n).astype(float)
    costs = pd.DataFrame(
        [(i, j, float(seconds[i, j])) for i in range(n) for j in range(n)], columns=["origin", "dest", "cost"]
    )
    theirs = fca.two_stage_fca(
        pd.DataFrame({"geoid": range(n), "demand": demand}),
        pd.DataFrame({"supply": supply}),
        costs,
        max_cost=1200,
        weight_fn=lambda seconds: float(APL_STEPS(seconds)),
    )
    pairs = {(site, cell): int(seconds[site, cell]) for site in range(n) for cell in range(n)}
    ours = e2sfca(times_of(pairs, n, n), supply=supply, demand=demand, decay=APL_STEPS)
    assert ours.per_person == pytest.approx(theirs.reindex(range(n)).fillna(0).to_numpy(), rel=1e-9)
