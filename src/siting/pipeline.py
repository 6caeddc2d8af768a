"""One scenario, from its file to its report: the whole way of the data, in order."""

from __future__ import annotations

import base64
import json
import math
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from siting.access import (
    ModeTimes,
    mean_min,
    measure_modes,
    mode_figures,
    percentile_min,
    persons_by_reason,
    persons_within,
    served_from_outside,
    uncoverable_reason,
)
from siting.allocation import Certificate, Plan
from siting.errors import DataError, Fault
from siting.outlook import Outlook, look_ahead
from siting.posing import KeptRule, Posed, ask, kept_rules, pose, solve_posed
from siting.progress import Progress, Watcher, unwatched
from siting.report import Findings, RunFolder, build_report
from siting.report.documents import describe_travel, described_inputs, input_copies
from siting.report.manifest import peak_memory_mb
from siting.report.sentences import answer, proof
from siting.report.simulation_page import write_simulation_page
from siting.scenario import Scenario, changed_settings, dump, load
from siting.territory import Demand, Territory, assemble
from siting.territory.inputs import embedded_inputs
from siting.travel import build_surface, nearest, nearest_everywhere, travel_times
from siting.travel.screening import MEAN_ERROR_MIN
from siting.travel.travel_times import NearestTimes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PEAK_MEMORY_STEP_MB = 1024
"""summary.json rounds ``peak_memory_mb`` up to this, so that two runs agree; manifest.json has the exact figure."""


@dataclass(frozen=True)
class Run:
    """What a run found, and how long each stage took.

    Attributes
    ----------
    findings : Findings
    seconds : dict
        Stage -> wall-clock seconds, in order.
    threads : int
    outlook : Outlook or None
        None where the scenario has no ``simulation:`` block.
    """

    findings: Findings
    seconds: dict[str, float]
    threads: int
    outlook: Outlook | None = None

    @property
    def plan(self) -> Plan:
        """The sites to open, and how good that is."""
        return self.findings.plan

    def plot(self) -> Figure:
        """Today and with the plan, side by side: the figure of ``map.png``."""
        from siting.report.map import draw_map  # brings matplotlib, which a check does not need

        return draw_map(self.findings)

    def _repr_html_(self) -> str:
        from siting.report.map import draw_map_png

        picture = base64.b64encode(draw_map_png(self.findings, dpi=90)).decode("ascii")
        text = escape(f"{answer(self.findings)}. {proof(self.findings)}")
        return f'<p>{text}</p><img alt="{text}" src="data:image/png;base64,{picture}">'

    def save(self, folder: str | Path, *, watcher: Watcher = unwatched) -> Path:
        """Write the run folder, whole or not at all, and return its path.

        Raises
        ------
        RunFolderError
            The folder holds other people's files or one of the inputs, is held by another run, or cannot be written.
        """
        with RunFolder(Path(folder), inputs=list(self.findings.scenario.files.values())) as target:
            write_run(self, target, watcher=watcher)
        return Path(folder)


@dataclass
class _Stopwatch:
    """Tells a watcher of each stage and keeps the seconds it took."""

    watcher: Watcher
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[Progress]:
        start = time.perf_counter()
        with self.watcher(name) as progress:
            yield progress
        self.seconds[name] = round(time.perf_counter() - start, 3)


def run(
    scenario: Scenario,
    *,
    watcher: Watcher = unwatched,
    threads: int | None = None,
    stop: threading.Event | None = None,
) -> Run:
    """Assemble the territory, compute travel times, choose sites and measure what they change.

    Parameters
    ----------
    scenario : Scenario
    watcher : Watcher, optional
        Told of the stages ``territory, surface, travel_times, plan, nearest``, and ``modes, world, simulation`` if any.
    threads : int, optional
        All processors by default. The result is the same with any number.
    stop : threading.Event, optional
        Set it to end the search for a plan with the best one so far, its true gap, and the rest of the run.

    Raises
    ------
    InputError
        What the scenario names is wrong.
    InfeasibleError, SolverError
        No plan satisfies the scenario, or none was found.
    """
    threads = threads or os.cpu_count() or 1
    clock = _Stopwatch(watcher)
    with clock.stage("territory") as progress:
        territory = assemble(scenario, progress=progress)
        asked = ask(scenario, territory)
    with clock.stage("surface"):
        surface = build_surface(territory, scenario.travel)
    with clock.stage("travel_times") as progress:
        times = travel_times(surface, cutoff_s=scenario.travel.cutoff_s, progress=progress, threads=threads)
    stop = stop or threading.Event()
    with clock.stage("plan") as progress:
        posed = pose(scenario, territory, times, asked)
        plan = solve_posed(scenario, territory, times, posed, progress=progress, stop=stop)
    with clock.stage("nearest"):
        open_before = np.flatnonzero(territory.sites.is_existing)
        open_after = np.union1d(open_before, plan.opened)
        before, after = nearest(surface, open_before), nearest(surface, open_after)
        from_outside = {
            "before": served_from_outside(surface, open_before, before),
            "after": served_from_outside(surface, open_after, after),
        }
        everywhere = [nearest_everywhere(surface, rows) for rows in (open_before, open_after)]
        reason = uncoverable_reason(
            surface.unreached_reason(np.arange(len(territory.sites))),
            covered_by_any=posed.cover.is_coverable,
            covered_by_allowed=posed.is_coverable,
        )
    modes: tuple[ModeTimes, ...] = ()
    if scenario.modes:
        with clock.stage("modes"):
            open_sites = {"before": open_before, "after": open_after}
            modes = measure_modes(territory, scenario.travel, scenario.modes, open_sites)
    outlook = None
    told = territory
    if scenario.simulation is not None:
        outlook = look_ahead(
            scenario, scenario.simulation, territory, plan.opened, threads=threads, watcher=clock.stage
        )
        told = replace(territory, notes=(*territory.notes, *outlook.notes))
    findings = Findings(
        scenario=scenario,
        territory=told,
        times=times,
        plan=plan,
        before=before,
        after=after,
        before_everywhere=everywhere[0],
        after_everywhere=everywhere[1],
        reason=reason,
        summary=_summary(
            scenario, territory, plan, posed, before=before, after=after, reason=reason, from_outside=from_outside
        )
        | _mode_summary(scenario, territory, modes, {"before": before, "after": after}),
        forecast=outlook.forecast if outlook else None,
        pocket_cells=surface.pocket_sizes(),
        from_outside=from_outside,
        modes=modes,
    )
    findings.summary["interrupted"] = stop.is_set()
    findings.summary["seconds"] = clock.seconds
    return Run(findings, clock.seconds, threads, outlook)


def write_run(run: Run, folder: RunFolder, *, watcher: Watcher = unwatched) -> None:
    """Write everything a run found into a folder that is held, and finish it."""
    clock = _Stopwatch(watcher, run.seconds)
    findings = run.findings
    copies = dict(input_copies(findings.scenario).values())
    with clock.stage("report"):
        for name, path in copies.items():
            shutil.copyfile(path, folder.path / name)
        build_report(findings, folder.path)
        if run.outlook:
            run.outlook.save(folder.path)
    folder.finish(
        {
            "inputs": described_inputs(findings.scenario) | embedded_inputs(),
            "travel": describe_travel(findings),
            "seconds": run.seconds,
            "threads": run.threads,
        }
    )


def simulate_again(
    folder: Path,
    target: RunFolder,
    *,
    changes: dict[str, str],
    watcher: Watcher = unwatched,
    threads: int | None = None,
) -> Outlook:
    """Simulate the plan of a run folder under other settings, and write that into another, held folder.

    Parameters
    ----------
    folder : Path
        Written by `write_run`; its plan is read, not searched again.
    target : RunFolder
        Gets the tables, ``simulation.json`` and ``scenario.yaml`` with the settings as changed.
    changes : dict
        Key of the ``simulation:`` block -> value, as text.

    Raises
    ------
    InputError
        The folder holds no run, its scenario no such block, or a change is no setting.
    """
    try:
        opened_ids = json.loads((folder / "certificate.json").read_text(encoding="utf-8"))["sites"]["opened"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            Fault(str(folder), 0, 0, "", "ce dossier ne contient pas de calcul", "un dossier écrit par « siting run »")
        ) from error
    scenario = load(folder / "scenario.yaml")
    settings = changed_settings(scenario, changes)
    threads = threads or os.cpu_count() or 1
    clock = _Stopwatch(watcher)
    with clock.stage("territory") as progress:
        territory = assemble(scenario, progress=progress)
    opened = np.flatnonzero(np.isin(territory.sites.id, opened_ids)).astype(np.int32)
    outlook = look_ahead(scenario, settings, territory, opened, threads=threads, watcher=clock.stage)
    copies = input_copies(scenario)
    with clock.stage("report"):
        outlook.save(target.path)
        write_simulation_page(
            outlook.forecast, target.path, title=scenario.title, language=scenario.language, notes=outlook.notes
        )
        for name, path in copies.values():
            shutil.copyfile(path, target.path / name)
        text = dump(
            scenario.model_copy(update={"simulation": settings}),
            files={field: name for field, (name, _) in copies.items()},
        )
        (target.path / "scenario.yaml").write_text(text, encoding="utf-8", newline="\n")
    target.finish({"inputs": embedded_inputs(), "seconds": clock.seconds, "threads": threads})
    return outlook


def _summary(
    scenario: Scenario,
    territory: Territory,
    plan: Plan,
    posed: Posed,
    *,
    before: NearestTimes,
    after: NearestTimes,
    reason: np.ndarray,
    from_outside: dict[str, np.ndarray],
) -> dict[str, Any]:
    """What summary.json holds, its ``seconds`` apart."""
    persons, sites = territory.demand.persons, territory.sites
    total = float(persons.sum())
    standard_s = scenario.goal.standard_s
    by_reason = persons_by_reason(reason, persons)
    coverable = float(persons[reason == 0].sum())

    def covered(near: NearestTimes) -> dict[str, float]:
        within = persons_within(near.time_s, persons, standard_s=standard_s)
        return {"persons": within, "share": within / total if total else 0.0}

    return {
        "scenario": scenario.scenario,
        "title": scenario.title,
        "model": scenario.goal.model,
        "search": posed.search,
        "standard_min": scenario.goal.standard_min,
        "travel": scenario.travel.surface,
        **({"screening_mean_error_min": MEAN_ERROR_MIN} if scenario.travel.surface == "friction" else {}),
        "persons_total": total,
        "persons_coverable": coverable,
        "persons_uncoverable": {"total": total - coverable, "by_reason": by_reason},
        "covered_before": covered(before),
        "covered_after": covered(after),
        "mean_minutes_before": mean_min(before.time_s, persons),
        "mean_minutes_after": mean_min(after.time_s, persons),
        "p99_minutes_before": percentile_min(before.time_s, persons, share=0.99),
        "p99_minutes_after": percentile_min(after.time_s, persons, share=0.99),
        "persons_reaching_no_site": {
            "before": float(persons[np.isinf(before.time_s)].sum()),
            "after": float(persons[np.isinf(after.time_s)].sum()),
        },
        "persons_served_from_outside": {when: float(persons[who].sum()) for when, who in from_outside.items()},
        **_intervals(territory.demand, {"before": before, "after": after}, standard_s),
        "sites": {
            "existing": int(sites.is_existing.sum()),
            "existing_outside": int((sites.is_existing & ~sites.in_study_area).sum()),
            "candidates": int((~sites.is_existing).sum()),
            "opened": len(plan.opened),
        },
        "rules": [_rule(one) for one in kept_rules(scenario, territory, posed.cover, plan.opened)],
        "status": plan.status,
        "objective": plan.objective,
        "bound": plan.bound,
        "stages": [_stage(one, posed) for one in plan.stages if scenario.goal.model == "lexicographic"],
        "objective_minutes": posed.minutes(plan.objective),
        "bound_minutes": posed.minutes(plan.bound),
        "gap": plan.gap,
        "peak_memory_mb": math.ceil(peak_memory_mb() / PEAK_MEMORY_STEP_MB) * PEAK_MEMORY_STEP_MB,
    }


def _intervals(demand: Demand, moments: dict[str, NearestTimes], standard_s: int) -> dict[str, Any]:
    """Least and most persons, in all and covered, where statistical secrecy hides some; nothing elsewhere."""
    if demand.persons_low is None or demand.persons_high is None:
        return {}
    bounds = (demand.persons_low, demand.persons_high)
    within = {when: near.time_s <= standard_s for when, near in moments.items()}
    return {
        "persons_interval": {
            "total": [float(bound.sum()) for bound in bounds],
            **{f"covered_{when}": [float(bound[is_in].sum()) for bound in bounds] for when, is_in in within.items()},
        }
    }


def _stage(stage: Certificate, posed: Posed) -> dict[str, Any]:
    """One of several goals as summary.json has it."""
    is_time = stage.model == "least_time"
    return {
        "goal": stage.model,
        "objective": stage.objective,
        "objective_minutes": posed.mean_minutes(stage.objective) if is_time else None,
        "bound": stage.bound,
        "gap": stage.gap,
        "status": stage.status,
    }


def _rule(kept: KeptRule) -> dict[str, Any]:
    """A rule as summary.json has it; None where there was nothing to count."""
    values = asdict(kept) | {"left": kept.left}
    return {key: None if value != value else value for key, value in values.items()}


def _mode_summary(
    scenario: Scenario, territory: Territory, modes: tuple[ModeTimes, ...], car: dict[str, NearestTimes]
) -> dict[str, Any]:
    """The ``modes`` of summary.json, if any."""
    persons, standard_s = territory.demand.persons, scenario.goal.standard_s
    figures = {mode.name: mode_figures(mode, car=car, persons=persons, standard_s=standard_s) for mode in modes}
    return {"modes": figures} if modes else {}
