"""One scenario, from its file to its report: the whole way of the data, in order."""

from __future__ import annotations

import base64
import os
import shutil
import threading
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from siting.access import ModeTimes, measure_modes
from siting.allocation import Plan
from siting.ground import ground_of
from siting.outlook import Changes, Outlook, look_ahead
from siting.plan_access import measure_plan
from siting.posing import fillings, pose, solve_posed
from siting.progress import Stopwatch, Watcher, unwatched
from siting.report import Findings, RunFolder, build_report
from siting.report.documents import describe_travel, described_inputs, input_copies
from siting.report.sentences import answer, proof
from siting.scenario import Scenario
from siting.summary import summary_of
from siting.territory.inputs import embedded_inputs

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
    clock = Stopwatch(watcher)
    ground = ground_of(scenario, watcher=clock.stage, threads=threads)
    territory, times = ground.territory, ground.times
    stop = stop or threading.Event()
    with clock.stage("plan") as progress:
        posed = pose(scenario, territory, times, ground.asked)
        plan = solve_posed(scenario, territory, times, posed, progress=progress, stop=stop)
    with clock.stage("nearest"):
        access = measure_plan(territory, ground.surface, posed, plan)
        filled = fillings(scenario, territory, times, plan)
    modes: tuple[ModeTimes, ...] = ()
    if scenario.modes:
        with clock.stage("modes"):
            modes = measure_modes(territory, scenario.travel, scenario.modes, access.open_sites)
    outlook = None
    if scenario.simulation is not None:
        outlook = look_ahead(
            scenario,
            scenario.simulation,
            territory,
            Changes.of(plan),
            threads=threads,
            watcher=clock.stage,
        )
    findings = Findings(
        scenario=scenario,
        territory=replace(territory, notes=(*territory.notes, *outlook.notes)) if outlook else territory,
        times=times,
        plan=plan,
        before=access.near["before"],
        after=access.near["after"],
        before_everywhere=access.everywhere["before"],
        after_everywhere=access.everywhere["after"],
        reason=access.reason,
        summary=summary_of(scenario, territory, plan, posed, access, modes, filled),
        forecast=outlook.forecast if outlook else None,
        pocket_cells=ground.surface.pocket_sizes(),
        from_outside=access.from_outside,
        modes=modes,
        fillings=filled,
    )
    findings.summary["interrupted"] = stop.is_set()
    findings.summary["seconds"] = clock.seconds
    return Run(findings, clock.seconds, threads, outlook)


def write_run(run: Run, folder: RunFolder, *, watcher: Watcher = unwatched) -> None:
    """Write everything a run found into a folder that is held, and finish it."""
    clock = Stopwatch(watcher, run.seconds)
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
