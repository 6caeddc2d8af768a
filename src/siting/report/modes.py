"""Those who travel otherwise than by car, in words and in a table: the worse result beside the better one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from siting.access import ModeTimes, mode_figures
from siting.report.findings import Measured
from siting.report.page_table import PageTable
from siting.report.sentences import minutes, standard, texts_of


def mode_sentences(measured: Measured) -> list[tuple[str, str]]:
    """(mode, what is said of the people who travel so), in the order of the scenario."""
    texts = texts_of(measured)
    said = []
    for mode in measured.modes:
        figures = _figures(measured, mode)
        last = list(mode.moments)[-1]
        shares = {when: texts.number.percent(figures[f"covered_{when}"]["share"]) for when in mode.moments}
        beyond = figures["persons"] - figures[f"covered_{last}"]["persons"]
        sentence = texts(
            f"mode_covered_{last}",
            persons=texts.number.whole(figures["persons"]),
            standard=standard(measured),
            before=shares["before"],
            after=shares[last],
            beyond=texts.number.whole(beyond),
            car=texts.number.percent(figures[f"covered_by_car_{last}"]["share"]),
        )
        said.append((texts(f"mode_{mode.name}"), sentence))
    return said


def mode_table(measured: Measured) -> PageTable:
    """With and without a car: everybody by car, then the people of each mode in their way, at each moment."""
    texts, persons = texts_of(measured), measured.territory.demand.persons
    everybody = _figures(measured, ModeTimes("car", persons, measured.moments))
    columns = [
        (f"{texts(f'mode_{name}')} ({texts(when)})", figures, when)
        for name, figures in [("car", everybody), *((mode.name, _figures(measured, mode)) for mode in measured.modes)]
        for when in measured.moments
    ]
    whole, percent = texts.number.whole, texts.number.percent
    kinds: dict[str, Callable[[dict[str, Any], str], str]] = {
        "mode_persons": lambda of, _: whole(of["persons"]),
        "share_covered": lambda of, when: percent(of[f"covered_{when}"]["share"]),
        "mode_by_car": lambda of, when: percent(of[f"covered_by_car_{when}"]["share"]),
        "not_covered": lambda of, when: whole(of["persons"] - of[f"covered_{when}"]["persons"]),
        "mode_everyone": lambda of, when: percent(of[f"everyone_covered_{when}"]["share"]),
        "mean_minutes": lambda of, when: minutes(measured, of[f"mean_minutes_{when}"]),
        "p99_minutes": lambda of, when: minutes(measured, of[f"p99_minutes_{when}"]),
        "max_minutes": lambda of, when: minutes(measured, of[f"max_minutes_{when}"]),
        "no_way": lambda of, when: whole(of[f"persons_reaching_no_site_{when}"]),
    }
    rows = [
        (texts(key, standard=standard(measured)), *(figure(of, when) for _, of, when in columns))
        for key, figure in kinds.items()
    ]
    head = (texts("figure"), *(title for title, _, _ in columns))
    return PageTable("modes", texts("table_modes", standard=standard(measured)), head, rows, 1)


def _figures(measured: Measured, mode: ModeTimes) -> dict[str, Any]:
    demand, standard_s = measured.territory.demand, measured.scenario.goal.standard_s
    return mode_figures(mode, car=measured.moments, persons=demand.persons, standard_s=standard_s)
