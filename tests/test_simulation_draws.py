"""Draws, their bands and tables; the world and the first state that a run is given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from simulation_worlds import NOTHING, START, no_plan, random_rules, start, toy
from siting.simulation import (
    INDICATORS,
    JUNIORS,
    NEVER,
    SOLIDARITY,
    Demography,
    Forecast,
    Reach,
    Rows,
    Rules,
    Schedule,
    Staff,
    areas_of,
    build_world,
    delivered_table,
    first_state,
    ledger_table,
    quarters_table,
    run_draws,
    simulate,
    write_tables,
)
from siting.simulation.indicators import of_state
from siting.simulation.rules import Recruitment
from siting.simulation.trips import mean_trips, nearest_by
from siting.simulation.world import red_zones
from siting.territory.values import Communes, Demand
from siting.travel.travel_times import TravelTimes

DOCTORS = np.array([10, 2, 0])


def draw(rules, *, n_draws=6, threads=1, levels=("departement", "epci", "commune"), n_quarters=5, schedule=None):
    world = toy(0.01)
    draws = run_draws(
        world,
        Staff.of(DOCTORS),
        schedule or no_plan(),
        rules,
        start=START,
        n_quarters=n_quarters,
        n_draws=n_draws,
        seed=3,
        areas=tuple(areas_of(world, level) for level in levels),
        threads=threads,
    )
    return world, draws


FULL = Rules(
    mean_consultations=2445.0,
    demography=Demography(),
    solidarity=SOLIDARITY["announced"],
    juniors=JUNIORS["announced"],
)


def test_one_worker_or_many_write_the_same_bytes(tmp_path):
    written = []
    for threads in (1, 4):
        world, draws = draw(FULL, threads=threads)
        folder = tmp_path / str(threads)
        folder.mkdir()
        write_tables(Forecast(world, no_plan(), FULL, draws, (), 0), folder)
        written.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert set(written[0]) == {"quarters.csv", "quarters.parquet", "ledger.csv", "delivered.csv", "costs.csv"}
    assert written[0] == written[1]


def test_indicators_by_hand_at_the_start():
    """Bourg: 10 doctors, Val: 2; 1000 consultations each. Weights 1 within 10 min, 0.3 at 12, 0.1 at 18."""
    world = toy()
    found = of_state(world, start(), no_plan(), NOTHING, (areas_of(world, "commune"),), since=START)[0]
    at_bourg, at_val = 10_000 / (4_000 + 0.3 * 1_000), 2_000 / (0.3 * 4_000 + 1_000 + 0.1 * 500)
    per_person = [at_bourg + 0.3 * at_val, 0.3 * at_bourg + at_val, 0.1 * at_val]
    table = pd.DataFrame(found, columns=INDICATORS, index=world.code)
    assert table.consultations_per_person.tolist() == pytest.approx(per_person, rel=1e-6)
    assert table.doctors.tolist() == [10, 2, 0]
    assert table.persons_per_doctor.tolist()[:2] == [400, 500] and np.isnan(table.persons_per_doctor.iloc[2])
    assert table.consultations_offered.tolist() == [10_000, 2_000, 0]
    # The four doctors of 65 to 69 in Bourg are above the age bound of the index.
    young = 6_000 / (4_000 + 300)
    assert table.apl.tolist() == pytest.approx([young + 0.3 * at_val, 0.3 * young + at_val, 0.1 * at_val], rel=1e-6)
    assert table.persons_below_2_5.tolist() == [0, 1_000, 500]
    assert table.persons_without_access.tolist() == [0, 0, 0]


def test_a_house_is_aided_from_its_opening_until_its_aid_ends():
    schedule = Schedule(np.array([START + 1, NEVER, NEVER]), np.array(["label", "practice", "practice"]))
    _, draws = draw(NOTHING, n_draws=1, n_quarters=15, levels=("departement",), schedule=schedule)
    aid = draws.figures[0][0, :, 0, INDICATORS.index("cost_eur")]
    assert aid.tolist() == [0] + [12_500] * 12 + [0] * 3
    assert draws.figures[0][0, :, 0, INDICATORS.index("houses")].tolist() == [0] + [1] * 15


@settings(deadline=None, max_examples=25)
@given(random_rules())
def test_all_that_is_given_is_delivered_or_out_of_reach(rules):
    world, draws = draw(rules, n_draws=1, n_quarters=3, levels=("departement",))
    delivered = delivered_table(draws, world, rules)
    by_quarter = delivered.groupby("quarter", sort=False).consultations.sum()
    supply = [state.supply(rules).sum() / 4 for state in draws.central.states]
    assert by_quarter.tolist() == pytest.approx(supply, rel=1e-9)


@settings(deadline=None, max_examples=25)
@given(random_rules())
def test_departements_add_up_their_communes(rules):
    world, draws = draw(rules, n_draws=3, n_quarters=2)
    of = np.unique(world.departement, return_inverse=True)[1]
    for name in ("doctors", "vacancies", "consultations_offered", "persons_below_2_5", "houses", "cost_eur"):
        at = INDICATORS.index(name)
        by_commune = draws.figures[2][:, :, :, at]
        summed = np.stack([by_commune[:, :, of == code].sum(axis=2) for code in range(of.max() + 1)], axis=2)
        assert draws.figures[0][:, :, :, at] == pytest.approx(summed, rel=1e-5, abs=1e-2)


def test_the_ledger_explains_the_change_of_supply():
    world, draws = draw(FULL)
    booked = ledger_table(draws, world).groupby("kind").consultations_per_year.sum()
    states = draws.central.states
    change = states[-1].supply(FULL).sum() - states[0].supply(FULL).sum()
    assert booked.get("created", 0) - booked.get("lost", 0) == pytest.approx(change)
    assert booked["moved"] > 0


def test_a_band_holds_its_mean_share_of_draws():
    _, draws = draw(FULL, n_draws=40)
    table = quarters_table(draws)
    assert len(table) == (2 + 2 + 3) * 6
    assert table.level.unique().tolist() == ["departement", "epci", "commune"]
    assert (table.doctors_p10 <= table.doctors_p90).all()
    inside = (table.doctors >= table.doctors_p10 - 1) & (table.doctors <= table.doctors_p90 + 1)
    assert inside.all()


def test_draws_choose_among_the_speeds_and_the_first_takes_the_usual_one():
    """So slow that nobody leaves home, Bourg has 10,000 / 4,000 consultations each, and no more from Val."""
    world = toy()
    world = replace(world, cells=replace(world.cells, by_car_at_speeds=(world.cells.by_car,)))
    still = replace(world.catchments, weighted_demand=sparse.csr_array(np.diag([4_000.0, 1_000.0, 500.0])))
    draws = run_draws(
        replace(world, catchments_at_speeds=(still,)),
        Staff.of(DOCTORS),
        no_plan(),
        NOTHING,
        start=START,
        n_quarters=1,
        n_draws=30,
        seed=3,
        areas=(areas_of(world, "commune"),),
    )
    bourg = draws.figures[0][:, 1, 0, INDICATORS.index("consultations_per_person")]
    usual = 10_000 / 4_300 + 0.3 * 2_000 / 2_250
    assert bourg[0] == pytest.approx(usual, rel=1e-6)
    assert np.unique(bourg).tolist() == pytest.approx([2.5, usual], rel=1e-6)


def test_nothing_off_or_on_changes_the_bands_of_a_still_world():
    _, draws = draw(NOTHING, n_draws=5)
    doctors = draws.figures[0][:, :, :, 0]
    assert (doctors == doctors[0, 0]).all()


def test_demand_grows_by_its_rate():
    world = replace(toy(), growth_per_year=np.array([0.1, 0.0, -0.1]))
    assert world.growth(8) == pytest.approx([1.21, 1, 0.81])


def test_the_national_number_of_doctors_follows_the_forecast():
    """99,457 in 2023, 92,427 in 2028 [press]: with the default rules, within 3 %."""
    doctors = np.array([99_457, 0, 0])
    rules = Rules(mean_consultations=2313.0, demography=Demography())
    begin = first_state(Staff.of(doctors), rules, national_share=1.0, quarter=2022 * 4 + 3, seed=(0, 0))
    world = replace(toy(), national_share=1.0)
    simulation = simulate(world, begin, no_plan(), rules, n_quarters=20, seed=(0, 0))
    assert simulation.states[-1].doctors.sum() == pytest.approx(92_427, rel=0.03)


def test_the_first_state_has_every_doctor_and_a_market_in_motion_where_doctors_leave():
    rules = replace(NOTHING, demography=Demography(), recruitment=Recruitment(pool_per_year=4_000, fill_chance=0.25))
    state = first_state(Staff.of(np.array([1_000, 0])), rules, national_share=0.01, quarter=START, seed=(1, 2))
    assert state.doctors.sum(axis=1).tolist() == [1_000, 0]
    assert state.arriving.tolist() == [[10, 10], [0, 0]] and state.vacancies.tolist() == [40, 0]
    still = first_state(Staff.of(np.array([1_000, 0])), NOTHING, national_share=0.01, quarter=START, seed=(1, 2))
    assert not still.arriving.any() and not still.vacancies.any()


def test_red_zones_are_the_epci_worst_served():
    epci = np.array(["b", "a", "a", "", "c"])
    access, demand = np.array([2.0, 1.0, 4.0, 0.0, 2.5]), np.array([10.0, 10.0, 30.0, 5.0, 10.0])
    assert red_zones(access, demand, epci, share=0.11).tolist() == [True, False, False, False, False]
    assert red_zones(access, demand, epci, share=0.5).tolist() == [True, False, False, False, True]
    assert not red_zones(access, demand, np.full(5, ""), share=0.11).any()


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 3)), unique_by=lambda trip: trip[:2], max_size=20
    )
)
def test_the_nearest_candidate_is_that_of_a_loop(trips):
    columns = np.array(trips, np.int64).reshape(-1, 3).T
    nearest, least_s = nearest_by(columns[0], columns[1], columns[2].astype(float), 4)
    for place in range(4):
        here = sorted((seconds, candidate) for candidate, at, seconds in trips if at == place)
        expected = here[0] if here else (np.inf, -1)
        assert (least_s[place], nearest[place]) == expected


@given(st.data())
def test_mean_trips_are_those_of_a_loop(data):
    n_sites, n_cells, n_areas = 4, 6, 3
    area = np.array(data.draw(st.lists(st.integers(0, 2), min_size=n_cells, max_size=n_cells)), np.int32)
    persons = np.array(data.draw(st.lists(st.integers(0, 9), min_size=n_cells, max_size=n_cells)), np.float64)
    within = [sorted(data.draw(st.sets(st.integers(0, n_cells - 1)))) for _ in range(n_sites)]
    cell = np.array([one for cells in within for one in cells], np.int32)
    time_s = np.array(data.draw(st.lists(st.integers(0, 1200), min_size=len(cell), max_size=len(cell))), np.uint16)
    start = np.append(0, np.cumsum([len(cells) for cells in within])).astype(np.int64)
    trips = mean_trips(TravelTimes(start, cell, time_s, n_cells, 1200), area, persons, n_areas)
    found = dict(zip(zip(trips.site.tolist(), trips.area.tolist(), strict=True), trips.time_s, strict=True))
    expected = {}
    for site in range(n_sites):
        for place in range(n_areas):
            pairs = [at for at in range(start[site], start[site + 1]) if area[cell[at]] == place]
            people = sum(persons[cell[at]] for at in pairs)
            if people > 0:
                expected[(site, place)] = sum(persons[cell[at]] * int(time_s[at]) for at in pairs) / people
    assert found == pytest.approx(expected)


def test_the_world_of_three_communes_by_hand():
    """Col is worst served: its EPCI is the red zone, Val (1080 s) reaches it within the cutoff, Bourg does not."""
    text, whole, real = np.array(["b", "v", "c"]), np.array([4_000, 1_000, 500]), np.zeros(3)
    communes = Communes(
        code=text,
        name=text,
        departement=np.array(["2A", "2A", "2B"]),
        epci=np.array(["1", "1", "2"]),
        epci_name=text,
        persons=whole,
        x_m=real,
        y_m=real,
        gp_practices=DOCTORS,
        nurse_practices=whole,
        in_study_area=np.ones(3, np.bool_),
    )
    by_age = np.outer(whole, [0.2, 0.6, 0.2])
    rows = np.arange(3, dtype=np.int32)
    demand = Demand(rows.astype(np.int64), whole.astype(float), by_age, rows, rows)
    times = TravelTimes(
        site_start=np.array([0, 2, 5, 7]),
        cell=np.array([0, 1, 0, 1, 2, 1, 2], np.int32),
        time_s=np.array([0, 720, 720, 0, 1080, 1080, 0], np.uint16),
        n_cells=3,
        cutoff_s=1200,
    )
    on_foot = TravelTimes(np.arange(4), np.arange(3, dtype=np.int32), np.zeros(3, np.uint16), n_cells=3, cutoff_s=720)
    world = build_world(
        communes,
        demand,
        times,
        Rows(text, rows, Staff.of(DOCTORS), rows),
        reach=Reach(720, on_foot, whole / 10),
        mean_consultations=1000.0,
        national_doctors=1200.0,
    )
    assert world.is_red.tolist() == [False, False, True]
    assert world.red_row.tolist() == [-1, 2, -1]
    assert world.trip_to_red_s.tolist() == [np.inf, 1080, np.inf]
    assert world.outpost.tolist() == [2, 1, 0]
    assert world.trip_to_outpost_s.tolist() == [1080, 0, 0]
    assert world.national_share == pytest.approx(0.01)
    assert world.catchments.demand.tolist() == pytest.approx((whole * (0.2 * 0.8 + 0.6 * 0.85 + 0.2 * 1.6)).tolist())
    assert world.persons_old.tolist() == pytest.approx([800, 200, 100])
    assert world.cells.persons_no_car.tolist() == (whole / 10).tolist()
    assert world.cells.by_car.site.tolist() == [0, 1, 0, 1, 2] and world.cells.without_car.site.tolist() == [0, 1, 2]
    assert world.transport.tolist() == [2]  # nobody of Col reaches a doctor on foot
