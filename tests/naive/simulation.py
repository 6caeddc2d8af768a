"""The flows, the supply and the ledger in plain loops."""

from __future__ import annotations

import numpy as np

from siting.simulation.ledger import OUTSIDE


def naive_flows(world, rules, doctors_supply):
    """[solidarity, medicobus, part_time, tele] of each row, from the rules as they are told."""
    flows = [[0.0, 0.0, 0.0, 0.0] for _ in range(world.n_rows)]
    could, most, left = 0.0, {}, {}
    for row in range(world.n_rows):
        if world.red_row[row] >= 0 and rules.solidarity:
            left[row] = max(0.0, 1 - 2 * world.trip_to_red_s[row] / rules.day.day_s)
            days = rules.solidarity.most_days_per_year / rules.day.days_per_year
            is_near = world.trip_to_red_s[row] <= rules.solidarity.longest_trip_s
            most[row] = doctors_supply[row] * days if is_near else 0.0
            could += most[row] * left[row]
    if could > 0:
        share = min(1.0, rules.solidarity.consultations_per_year * world.national_share / could)
        for row, amount in most.items():
            flows[row][0] -= amount * share
            flows[world.red_row[row]][0] += amount * share * left[row]
    places = list(zip(world.outpost, world.trip_to_outpost_s, strict=True))
    stops = rules.outposts.medicobus_rounds * rules.outposts.stops_per_round
    for row, trip_s in places[:stops]:
        left_of_day = max(0.0, 1 - 2 * trip_s / rules.day.day_s)
        flows[row][1] = rules.outposts.visit_consultations_per_day * rules.outposts.visit_weeks_per_year * left_of_day
    visited = stops + rules.outposts.part_time_houses
    for row, trip_s in places[stops:visited]:
        left_of_day = max(0.0, 1 - 2 * trip_s / rules.day.day_s)
        days = rules.outposts.part_time_days * rules.outposts.visit_weeks_per_year
        flows[row][2] = rules.outposts.visit_consultations_per_day * days * left_of_day
    for row, _ in places[visited : visited + rules.outposts.tele_sites]:
        commune = world.commune[row]
        old = world.persons_old[commune]
        people = max(world.persons[commune] - old, 0) + old * rules.outposts.tele_share_of_old
        cap = rules.outposts.tele_share * (230e6 / 68.6e6) * people
        flows[row][3] = min(rules.outposts.tele_consultations_per_year, cap)
    return flows


def naive_accounts(supply, booked):
    """What each account holds after the entries, the outside included: their sum never changes."""
    accounts = dict(enumerate(supply)) | {OUTSIDE: 0.0}
    for origin, destination, amount in zip(booked.origin, booked.destination, booked.consultations, strict=True):
        accounts[int(origin)] -= amount
        accounts[int(destination)] += amount
    return accounts


def naive_erlang_c(servers, load):
    """Erlang's C from the recursion of B: B_k = a B_(k-1) / (k + a B_(k-1))."""
    lost = 1.0
    for k in range(1, servers + 1):
        lost = load * lost / (k + load * lost)
    return lost / (1 - load / servers * (1 - lost))


def naive_calendar_queue(mask, staff, *, slots_per_day, requests_per_open_day, n, seed):
    """Share of the requests of weekdays that begin within 48 hours, from a queue played request by request.

    Requests come at random while the door is open, so many a day; slots last a random time, and time stands still
    while the door is closed. Each request then asks what calendar time its wait is.
    """
    random = np.random.default_rng(seed)
    open_days = [day for day in range(7) if mask >> day & 1]

    def calendar(open_time):
        week, rest = divmod(open_time, len(open_days))
        return 7 * week + open_days[int(rest)] + rest % 1

    free = [0.0] * staff
    clock, served, counted = 0.0, 0, 0
    for request in range(n):
        clock += random.exponential(1 / requests_per_open_day)
        at = free.index(min(free))
        begins = max(clock, free[at])
        free[at] = begins + random.exponential(1 / slots_per_day)
        if request > n / 20 and calendar(clock) % 7 < 5:
            counted += 1
            served += calendar(begins) - calendar(clock) <= 2
    return served / counted
