"""When houses open: dated phases that the plan itself decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from siting.scenario.contradiction import Contradiction
from siting.scenario.fields import NOT_EMPTY, Between, Section, manual
from siting.scenario.rules import Euros
from siting.scenario.simulation_settings import Quarter

LEAD_QUARTERS = {"label": 0, "upgrade": 4, "create": 8, "itinerant": 4, "tele": 2, "close": 0}


class PhaseSettings(Section):
    """Phases of a plan: nested, dated, each with what it may have cost and opened by its end."""

    section: ClassVar[str] = "phases"

    decided: Annotated[
        Quarter,
        manual(
            "Trimestre de la décision, à partir duquel courent les délais.",
            "Quarter of the decision, from which lead times count.",
            examples=["2026-Q1"],
        ),
    ]
    until: Annotated[
        tuple[Quarter, ...],
        manual(
            "Dernier trimestre de chaque phase, dans l'ordre. Ce qui ouvre dans une phase reste ouvert ; le but compte "
            "à la fin de la dernière, puis le plan couvre le plus d'habitants dès la première.",
            "Last quarter of each phase, in order. What opens in a phase stays open; the goal counts at the end of the "
            "last, then the plan covers most people from the first phase on.",
            examples=[["2026-Q4", "2027-Q4"]],
        ),
        NOT_EMPTY,
        Field(json_schema_extra={"minItems": 1}),
    ]
    at_most_houses: Annotated[
        tuple[Annotated[int, Between(0, 35_000)], ...],
        manual(
            "Maisons nouvelles ouvertes au plus à la fin de chaque phase (cumul) ; sans valeur ([]) : pas de limite.",
            "Most new houses open by the end of each phase (cumulated); without a value ([]): no limit.",
            examples=[[5, 12]],
        ),
    ] = ()
    at_most_eur: Annotated[
        tuple[Euros, ...],
        manual(
            "Coût au plus à la fin de chaque phase (cumul, voir costs) ; sans valeur ([]) : pas de limite.",
            "Highest cost by the end of each phase (cumulated, see costs); without a value ([]): no limit.",
            examples=[[300_000, 900_000]],
        ),
    ] = ()
    lead_quarters: Annotated[
        dict[Literal["label", "upgrade", "create", "itinerant", "tele", "close"], Annotated[int, Between(0, 40)]],
        manual(
            "Trimestres entre la décision et l'ouverture, par nature ; les natures non citées gardent : label 0, "
            "upgrade 4, create 8, itinerant 4, tele 2, close 0 (hypothèses). Un délai du fichier passe avant.",
            "Quarters from the decision to the opening, by kind; kinds left out keep: label 0, upgrade 4, create 8, "
            "itinerant 4, tele 2, close 0 (assumptions). The lead time of a file comes first.",
            examples=[{"create": 6}],
        ),
        Field(default_factory=dict),
    ]

    def lead(self, kind: str) -> int:
        """Quarters from the decision until a kind of house opens."""
        own: dict[str, int] = dict(self.lead_quarters.items())
        return own.get(kind, LEAD_QUARTERS[kind])


def quarters_between(first: str, last: str) -> int:
    """``"2026-Q1", "2027-Q4"`` -> 7."""
    (from_year, from_quarter), (to_year, to_quarter) = (map(int, text.split("-Q")) for text in (first, last))
    return 4 * (to_year - from_year) + to_quarter - from_quarter


def phase_contradictions(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    """Every contradiction that `phases` is part of."""
    until, decided = valid.get("phases.until"), valid.get("phases.decided")
    if until is None:
        return
    if any(quarters_between(a, b) <= 0 for a, b in pairwise(until)):
        yield Contradiction("milestones_not_ascending", "phases.until")
    if decided is not None and quarters_between(decided, until[0]) < 0:
        yield Contradiction("decided_after", "phases.decided", "phases.until", {"value": decided, "until": until[0]})
    limits = [path for path in ("phases.at_most_houses", "phases.at_most_eur") if valid.get(path)]
    for path in limits:
        if list(valid[path]) != sorted(valid[path]):
            yield Contradiction("milestones_not_ascending", path)
        if len(valid[path]) != len(until):
            values = {"n_quarters": len(until), "n_houses": len(valid[path])}
            yield Contradiction("phases_without_limits", path, "phases.until", values)
    if not limits and len(until) > 1:
        yield Contradiction("no_phase_limit", "phases.until")
    if valid.get("goal.model") == "p_center":
        yield Contradiction("choice_of_other_model", "phases.until", "goal.model")
    if valid.get("simulation.milestone_quarters"):
        yield Contradiction("phases_and_milestones", "simulation.milestone_quarters", "phases.until")
