"""Verify: a run folder recounted from its files alone, by another path than the one that made it.

Times come from SciPy's Dijkstra on graphs built here (`scipy_times`), people are counted plainly (`recount`), and each
figure of the folder is compared (`checks`); the bound is proven again from its multipliers (`bound`). Neither the
kernels nor the solver is asked.
"""

from __future__ import annotations

from pathlib import Path

from siting.progress import Watcher, unwatched
from siting.territory import assemble
from siting.territory.inputs import PREFIX, embedded_inputs
from siting.verify import checks
from siting.verify.bound import check_bound
from siting.verify.check import Check, none_of
from siting.verify.consultations import check_consultations
from siting.verify.decisions import check_decisions
from siting.verify.modes import check_modes
from siting.verify.phases import check_phases
from siting.verify.quarters import check_quarters
from siting.verify.recount import Recount
from siting.verify.rules import check_rules
from siting.verify.run_files import RunFiles, check_manifest, read_run

__all__ = ["Check", "verify"]


def verify(folder: str | Path, *, watcher: Watcher = unwatched) -> list[Check]:
    """Recount a run folder; the run holds when every check does.

    Parameters
    ----------
    folder : path
        As ``siting run`` wrote it. Nothing is written.
    watcher : Watcher, optional
        Told of the stages ``files, territory, times, sites, figures, bound``.

    Raises
    ------
    VerificationError
        There is no manifest, or it is not one of ours.
    """
    folder = Path(folder)
    with watcher("files"):
        found = check_manifest(folder)
        run, unreadable = read_run(folder)
    if run is None:
        return [*found, *unreadable]
    found.append(_check_embedded(run))
    with watcher("territory") as progress:
        territory = assemble(run.scenario, progress=progress)
    with watcher("times"):
        recount = Recount.of(run.scenario, territory, run.sites)
        found.append(checks.check_raster("travel_time_before.tif", run.before, recount.before_everywhere_s, recount))
        found.append(checks.check_raster("travel_time_after.tif", run.after, recount.after_everywhere_s, recount))
    sites = list(checks.check_sites(run, recount))
    found.extend(sites)
    with watcher("sites"):
        if all(check.holds for check in sites):
            found.extend(checks.check_persons_of_sites(run, recount))
            found.append(checks.check_opening_order(run, recount))
    with watcher("figures"):
        found.append(checks.check_cells(run, recount))
        found.extend(checks.check_population(run, recount))
        found.extend(checks.check_communes(run, recount))
        found.extend(checks.check_summary(run, recount))
        found.extend(check_modes(run, recount))
        found.extend(checks.check_certificate(run, recount))
        found.extend(checks.check_goal(run, recount))
        found.extend(check_rules(run, recount))
        found.extend(check_decisions(run, recount))
        found.extend(check_consultations(folder, run, recount))
        found.extend(check_phases(run, recount))
        found.extend(check_quarters(folder, run))
    with watcher("bound") as progress:
        found.extend(check_bound(run, recount, progress=progress))
    return found


def _check_embedded(run: RunFiles) -> Check:
    """Whether the run was made from the facts that this version of siting carries."""
    used = {name: about for name, about in run.manifest.get("inputs", {}).items() if name.startswith(PREFIX)}
    carried = embedded_inputs()
    differing = sorted(name for name in used | carried if used.get(name) != carried.get(name))
    return none_of("données embarquées", differing, otherwise=f"les {len(carried)} tables de cette version")
