"""Verify: a run folder recounted from its files alone, by another path than the one that made it.

Times come from SciPy's Dijkstra on graphs built here (`scipy_times`), people are counted plainly (`recount`), and each
figure of the folder is compared (`checks`); the bound is proven again from its multipliers (`bound`). Neither the
kernels nor the solver is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
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
from siting.verify.single_source import check_single_source

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
        for when in ("before", "after"):
            name, seconds = f"travel_time_{when}.tif", getattr(recount, f"{when}_everywhere_s")
            found.append(checks.check_raster(name, getattr(run, when), seconds, recount))
    sites = _compared("sites.csv", checks.check_sites, run, recount)
    found.extend(sites)
    with watcher("sites"):
        if all(check.holds for check in sites):
            found.extend(_compared("sites.csv", checks.check_persons_of_sites, run, recount))
            found.extend(_compared("sites.csv", checks.check_opening_order, run, recount))
    with watcher("figures"):
        for name, part in _FIGURES:
            found.extend(_compared(name, part, run, recount))
        found.extend(_compared("consultations", partial(check_consultations, folder), run, recount))
        found.extend(_compared("phases", check_phases, run, recount))
        found.extend(_compared("quarters.csv", lambda run, _: check_quarters(folder, run), run, recount))
    with watcher("bound") as progress:
        found.extend(_compared("multipliers.npz", partial(check_bound, progress=progress), run, recount))
        single_source = partial(check_single_source, folder, progress=progress)
        found.extend(_compared("consultations.parquet", single_source, run, recount))
    return found


_FIGURES: tuple[tuple[str, Callable[[RunFiles, Recount], Iterable[Check]]], ...] = (
    ("sites.gpkg", checks.check_layer),
    ("cells.parquet", checks.check_cells),
    ("population_report.csv", checks.check_population),
    ("communes.csv", checks.check_communes),
    ("summary.json", checks.check_summary),
    ("summary.json", check_modes),
    ("certificate.json", checks.check_certificate),
    ("certificate.json", checks.check_goal),
    ("summary.json", check_rules),
    ("sites.csv", check_decisions),
)


def _compared(
    name: str, part: Callable[[RunFiles, Recount], Iterable[Check]], run: RunFiles, recount: Recount
) -> list[Check]:
    """The checks of one part; a folder that lacks what they compare, or holds it in no shape to compare, fails."""
    found: list[Check] = []
    try:
        found.extend(part(run, recount))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        found.append(Check(name, False, f"pas comparable : {type(error).__name__}, {error}"))
    return found


def _check_embedded(run: RunFiles) -> Check:
    """Whether the run was made from the facts that this version of siting carries."""
    used = {name: about for name, about in run.manifest.get("inputs", {}).items() if name.startswith(PREFIX)}
    carried = embedded_inputs()
    differing = sorted(name for name in used | carried if used.get(name) != carried.get(name))
    return none_of("données embarquées", differing, otherwise=f"les {len(carried)} tables de cette version")
