"""The quarterly engine: from a world, a state and a schedule to a sequence of frozen states, and their ledger."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from siting.simulation import events
from siting.simulation.closures import close
from siting.simulation.instruments import flows
from siting.simulation.ledger import Entries, check, entries, joined
from siting.simulation.rules import FIRST_JUNIORS, Rules
from siting.simulation.values import Schedule, State, World

_EVENTS = ("ageing", "departure", "withdrawal", "hiring", "pool", "juniors", "assistants", "nurses", "closure")

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Simulation:
    """What happened.

    Attributes
    ----------
    states : tuple of State
        The start, then one for each quarter.
    booked : tuple of Entries
        Of each quarter after the start; `siting.simulation.ledger.check` held for each.
    """

    states: tuple[State, ...]
    booked: tuple[Entries, ...]


def simulate(
    world: World, start: State, schedule: Schedule, rules: Rules, *, n_quarters: int, seed: tuple[int, ...]
) -> Simulation:
    """Let ``n_quarters`` pass.

    Parameters
    ----------
    world : World
    start : State
    schedule : Schedule
        What the plan opens, and when.
    rules : Rules
    n_quarters : int
    seed : tuple of int
        The same seed gives the same states, byte for byte.

    Raises
    ------
    LedgerError
        Supply changed by something that no entry tells of.
    """
    states, booked = [start], []
    for _ in range(n_quarters):
        state, of_quarter = step(world, states[-1], schedule, rules, seed=seed)
        check(states[-1].supply(rules), state.supply(rules), of_quarter)
        states.append(state)
        booked.append(of_quarter)
    return Simulation(tuple(states), tuple(booked))


def step(
    world: World, state: State, schedule: Schedule, rules: Rules, *, seed: tuple[int, ...]
) -> tuple[State, Entries]:
    """One quarter: closures, ageing, departures, openings, recruitment, juniors, assistants, then the flows."""
    quarter = state.quarter + 1
    random = {name: np.random.default_rng([*seed, quarter, code]) for code, name in enumerate(_EVENTS)}
    per_doctor = np.array(rules.consultations_per_doctor)
    rows = np.arange(world.n_rows)
    closing = schedule.closures.share_of_rows(quarter, world.n_rows)
    state, of_closing = close(state, closing, per_doctor, random["closure"])
    doctors, vacancies, booked = _leaving(state, rules, random)
    booked.append(of_closing)
    vacancies, is_house = _opening(vacancies, state, schedule, rules, quarter)
    nurses, nurse_vacancies = _nurses(state, is_house, schedule, rules, random["nurses"])
    odds = _odds_factor(world, is_house, schedule, rules, quarter)
    arrived, vacancies, arriving = _recruiting(world, vacancies, state, rules, odds, random)
    doctors[:, 0] += arrived
    booked.append(entries("recruitment", arrived * per_doctor[0], destination=rows))
    juniors = _juniors(world, state, doctors.sum(axis=1), rules, quarter, random["juniors"])
    assistants = _assistants(world, state, doctors.sum(axis=1), rules, quarter, random["assistants"])
    if rules.juniors:
        more = np.asarray((juniors - state.juniors) * rules.juniors.consultations_per_junior, np.float64)
        booked.append(entries("juniors", more, destination=rows))
    if rules.assistants:
        more = np.asarray((assistants - state.assistants) * rules.assistants.consultations_per_assistant, np.float64)
        booked.append(entries("assistants", more, destination=rows))
    granted, of_flows = flows(world, rules, doctors_supply=doctors @ per_doctor, granted=state.granted)
    after = State(
        quarter, doctors, vacancies, arriving, juniors, assistants, nurses, nurse_vacancies, granted, is_house
    )
    return after, joined([*booked, of_flows])


def _leaving(state: State, rules: Rules, random: dict[str, Generator]) -> tuple[Whole, Whole, list[Entries]]:
    if rules.demography is None:
        return state.doctors.copy(), state.vacancies.copy(), []
    per_doctor = np.array(rules.consultations_per_doctor)
    doctors, of_ageing = events.age(state.doctors, rules.ages.age_from, per_doctor, random["ageing"])
    doctors, posts, of_leaving = events.leave(doctors, rules.demography, per_doctor, random["departure"])
    vacancies = events.give_up(state.vacancies, rules.recruitment, random["withdrawal"]) + posts
    return doctors, vacancies, [of_ageing, of_leaving]


def _opening(
    vacancies: Whole, state: State, schedule: Schedule, rules: Rules, quarter: int
) -> tuple[Whole, NDArray[np.bool_]]:
    """Houses that open look for doctors, if their kind has posts; where the aid ends, vacant ones are given up."""
    posts = np.zeros(len(vacancies), np.int64)
    for kind, number in rules.houses.posts.items():
        posts[schedule.kind == kind] = number
    is_new = (schedule.opens <= quarter) & ~state.is_house
    vacancies = vacancies + posts * is_new
    brings_posts = np.isin(schedule.kind, list(rules.houses.posts))
    has_ended = brings_posts & (quarter - schedule.opens == rules.houses.aid_quarters)
    return np.where(has_ended, 0, vacancies), state.is_house | is_new


def _nurses(
    state: State, is_house: NDArray[np.bool_], schedule: Schedule, rules: Rules, random: Generator
) -> tuple[Whole, Whole]:
    """(nurses, vacant posts for them): a created house looks for its nurses from the quarter that it opens."""
    is_new = is_house & ~state.is_house & (schedule.kind == "create")
    wanted = state.nurse_vacancies + rules.houses.nurses_per_creation * is_new
    hired = events.some(random, wanted, np.array(rules.houses.nurse_fill_chance))
    return state.nurses + hired, wanted - hired


def _odds_factor(
    world: World, is_house: NDArray[np.bool_], schedule: Schedule, rules: Rules, quarter: int
) -> NDArray[np.float64]:
    """What raises the odds of filling a post: aid in red zones until it ends, salaries in created houses."""
    until = rules.installation_aid_until
    is_aided = world.is_red[world.commune] & (until is not None and quarter <= until)
    is_salaried = is_house & (schedule.kind == "create") & (quarter - schedule.opens < rules.houses.aid_quarters)
    return np.where(is_aided, rules.recruitment.aid_odds, 1.0) * np.where(is_salaried, rules.houses.salaried_odds, 1.0)


def _recruiting(
    world: World,
    vacancies: Whole,
    state: State,
    rules: Rules,
    odds_factor: NDArray[np.float64],
    random: dict[str, Generator],
) -> tuple[Whole, Whole, Whole]:
    """(arrived, vacancies, arriving): who was hired ``delay_quarters`` ago comes, others are hired."""
    pool = rules.recruitment.pool_per_year / 4 * world.national_share
    n_pool = int(events.whole(random["pool"], np.array([pool]))[0])
    hired = events.hire(vacancies, events.fill_chance(rules.recruitment, odds_factor), n_pool, random["hiring"])
    arriving = np.column_stack([state.arriving[:, 1:], hired])
    return state.arriving[:, 0], vacancies - hired, arriving


def _juniors(world: World, state: State, hosts: Whole, rules: Rules, quarter: int, random: Generator) -> Whole:
    """A cohort comes each fourth quarter (November), for a year, and leaves where its host has left."""
    if rules.juniors is None or quarter < FIRST_JUNIORS:
        return state.juniors
    if quarter % 4 == 3 or not state.juniors.any():
        return events.place(rules.juniors.cohort * world.national_share, hosts, random)
    return np.where(hosts > 0, state.juniors, 0)


def _assistants(world: World, state: State, hosts: Whole, rules: Rules, quarter: int, random: Generator) -> Whole:
    """New contracts, while they last; one ends where no doctor is left to assist."""
    if rules.assistants is None:
        return state.assistants
    number = (
        rules.assistants.contracts_per_quarter * world.national_share
        if quarter <= rules.assistants.last_quarter
        else 0.0
    )
    return np.where(hosts > 0, state.assistants + events.place(number, hosts, random), 0)
