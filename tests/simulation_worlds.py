"""A toy of three communes for the simulation tests, its rules with everything off, and random worlds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from siting.access import APL_STEPS, catchments_by_area, within_standard
from siting.simulation import (
    NEVER,
    Assistants,
    Cells,
    Demography,
    Forecast,
    Juniors,
    Outposts,
    Recruitment,
    Rules,
    Schedule,
    Solidarity,
    Staff,
    State,
    Transport,
    World,
    areas_of,
    run_draws,
    unscheduled,
)
from siting.travel.travel_times import TravelTimes

START = 2027 * 4  # 2027-Q1
NOTHING = Rules(mean_consultations=1000.0, ages=Demography(replacement_ratio=1.0))
"""Everything off; each doctor gives 1000 consultations a year whatever the age."""


def toy(national_share=0.001, is_red=(False, False, True)) -> World:
    """Bourg (4000 people), Val (1000), Col (500, red): one row each, Val 12 min from Bourg, Col 18 min from Val.

    Each is one cell; within the standard of 12 minutes by car are Bourg and Val of each other; on foot one stays home.
    A tenth of the people have no car. The trips to Col take 1944 s from Bourg and 1080 s from Val: of a day of
    38,880 s, 0.9 and 17/18 are left.
    """
    times = TravelTimes(
        site_start=np.array([0, 2, 5, 7]),
        cell=np.array([0, 1, 0, 1, 2, 1, 2], np.int32),
        time_s=np.array([0, 720, 720, 0, 1080, 1080, 0], np.uint16),
        n_cells=3,
        cutoff_s=1200,
    )
    persons = np.array([4000.0, 1000.0, 500.0])
    area = np.arange(3, dtype=np.int32)
    red = np.array(is_red)
    return World(
        row_id=np.array(["bourg", "val", "col"]),
        commune=area,
        code=np.array(["2A001", "2A002", "2B003"]),
        epci=np.array(["200000001", "200000001", "200000002"]),
        departement=np.array(["2A", "2A", "2B"]),
        in_study_area=np.ones(3, np.bool_),
        persons=persons,
        persons_old=persons / 5,
        persons_ill=persons / 8,
        home=area,
        own_days=np.zeros(3, np.int64),
        cells=Cells(
            commune=area,
            persons=persons,
            persons_no_car=persons / 10,
            by_car=within_standard(times, standard_s=720),
            without_car=within_standard(times, standard_s=0),
        ),
        catchments=catchments_by_area(times, demand=persons, area=area, n_areas=3, decay=APL_STEPS),
        is_red=red,
        outpost=np.array([2, 1], np.int32),
        transport=np.array([2], np.int32),
        trip_to_red_s=np.array([1944.0, 1080.0, np.inf]),
        red_row=np.array([2, 2, -1], np.int32),
        trip_to_outpost_s=np.array([1080.0, 0.0]),
        national_share=national_share,
        growth_per_year=np.zeros(3),
    )


def start(doctors=((0, 6, 0, 0, 0, 4, 0), (2, 0, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0, 0))) -> State:
    """Ten doctors in Bourg, two in Val, none in Col."""
    n = len(doctors)
    nobody = np.zeros(n, np.int64)
    return State(
        quarter=START,
        doctors=np.array(doctors, np.int64),
        vacancies=nobody,
        arriving=np.zeros((n, 2), np.int64),
        juniors=nobody.copy(),
        assistants=nobody.copy(),
        nurses=np.array([3, 1, 0])[:n],
        nurse_vacancies=nobody.copy(),
        granted=np.zeros((n, 4)),
        is_house=np.zeros(n, np.bool_),
    )


def no_plan(n_rows=3) -> Schedule:
    """No house opens."""
    return unscheduled(np.full(n_rows, "practice"))


def small_forecast() -> Forecast:
    """Nine draws of five quarters of the toy; the third row is the plan's only house, open from the second quarter."""
    world, rules = toy(0.01), replace(NOTHING, demography=Demography())
    schedule = Schedule(np.array([NEVER, NEVER, START + 2]), np.array(["practice", "practice", "create"]))
    draws = run_draws(
        world,
        Staff.of(np.array([10, 2, 0])),
        schedule,
        rules,
        start=START,
        n_quarters=5,
        n_draws=9,
        seed=1,
        areas=tuple(areas_of(world, level) for level in ("total", "departement")),
    )
    return Forecast(world, schedule, rules, draws, (), n_houses=1)


@st.composite
def random_rules(draw) -> Rules:
    """Any mixture of instruments, at any strength."""

    def maybe(value):
        return value if draw(st.booleans()) else None

    amount = st.floats(0, 1e8)
    ages = Demography(replacement_ratio=draw(st.floats(1, 2)))
    return Rules(
        mean_consultations=draw(st.floats(100, 5000)),
        ages=ages,
        demography=maybe(ages),
        recruitment=Recruitment(
            pool_per_year=draw(st.floats(0, 1e5)),
            fill_chance=draw(st.floats(0.01, 0.99)),
            delay_quarters=2,
        ),
        solidarity=maybe(Solidarity(draw(amount))),
        juniors=maybe(Juniors(draw(st.floats(0, 1e5)), draw(st.floats(0, 5000)))),
        assistants=maybe(Assistants(draw(st.floats(0, 1e5)))),
        outposts=Outposts(
            tele_sites=draw(st.integers(0, 3)),
            medicobus_rounds=draw(st.integers(0, 1)),
            part_time_houses=draw(st.integers(0, 2)),
            stops_per_round=draw(st.integers(1, 5)),
        ),
        transport=Transport(shuttles=draw(st.integers(0, 2)), on_demand=draw(st.integers(0, 2))),
        installation_aid_until=maybe(START + draw(st.integers(0, 9))),
    )


@st.composite
def random_starts(draw) -> State:
    """Any number of doctors of any age in the three communes."""
    counts = st.lists(st.integers(0, 40), min_size=7, max_size=7)
    return start(tuple(tuple(draw(counts)) for _ in range(3)))
