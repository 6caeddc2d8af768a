"""What choices at sites and capacities cannot be together with the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from siting.scenario.contradiction import Contradiction


def choice_contradictions(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    """Every contradiction that `existing.kept_may`, `candidates.kinds` or `capacity` is part of."""
    kept_may, kinds = valid.get("existing.kept_may") or (), valid.get("candidates.kinds") or ()
    for path, given in (("existing.kept_may", kept_may), ("candidates.kinds", kinds if len(kinds) > 1 else ())):
        if given and valid.get("goal.model") == "p_center":
            yield Contradiction("choice_of_other_model", path, "goal.model")
    if kept_may and _keeps_none(valid):
        other = "existing.treatment" if "existing.treatment" in valid else "existing.categories"
        yield Contradiction("nothing_kept", "existing.kept_may", other)
    if valid.get("existing.never_close") and "existing.kept_may" in valid and "close" not in kept_may:
        yield Contradiction("never_close_without_close", "existing.never_close", "existing.kept_may")
    has_capacity = any(path.startswith("capacity.") for path in valid)
    yield from _single_source(valid, has_capacity=has_capacity)
    goals = valid.get("goal.goals") or ()
    if "upgrade" in kept_may and not has_capacity:
        yield Contradiction("upgrade_without_capacity", f"existing.kept_may[{kept_may.index('upgrade')}]")
    if "most_served" in goals and not has_capacity:
        yield Contradiction("served_without_capacity", f"goal.goals[{goals.index('most_served')}]")


def _single_source(valid: Mapping[str, Any], *, has_capacity: bool) -> Iterator[Contradiction]:
    """What a search of its own does not know."""
    if valid.get("goal.model") != "capacitated_p_median":
        return
    if not has_capacity:
        yield Contradiction("model_without_capacity", "goal.model")
    is_given = {
        "rules[0]": "rules[0]" in valid,
        "existing.kept_may": bool(valid.get("existing.kept_may")),
        "candidates.kinds": len(valid.get("candidates.kinds") or ()) > 1,
        "phases.until": "phases.until" in valid,
    }
    for path in (path for path, given in is_given.items() if given):
        yield Contradiction("goal_on_its_own", path, "goal.model", {"value": "capacitated_p_median"})


def _keeps_none(valid: Mapping[str, Any]) -> bool:
    treatment, categories = valid.get("existing.treatment", "keep"), valid.get("existing.categories")
    return treatment != "keep" or (categories is not None and "keep" not in categories.values())
