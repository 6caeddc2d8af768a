"""Commands that measure a territory as it is, without choosing any site."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siting.cli.options import Quiet, ScenarioFile
from siting.cli.stages import watch
from siting.errors import Fault, InputError
from siting.progress import unwatched


def diagnose(
    file: ScenarioFile,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Dossier à écrire [runs/<scenario>-diagnostic].")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Dire qui atteint quoi aujourd'hui.

    Sans choisir aucun site : une page et des tableaux par commune, EPCI, département et âge.
    """
    from siting.scenario import load

    scenario = load(file)
    from siting.report import RunFolder
    from siting.report.diagnosis import diagnose as diagnose_scenario
    from siting.report.diagnosis import diagnosis_answer
    from siting.report.diagnosis_files import write_diagnosis
    from siting.report.manifest import describe_file
    from siting.report.modes import mode_sentences

    target = out or Path("runs") / f"{scenario.scenario}-diagnostic"
    inputs = [file, *scenario.files.values()]
    with RunFolder(target, inputs=inputs) as folder:
        diagnosis = diagnose_scenario(scenario, watcher=unwatched if quiet else watch)
        write_diagnosis(diagnosis, folder.path)
        folder.finish({"inputs": {path.name: describe_file(path) for path in inputs}})
    if not quiet:
        lines = [
            f"{diagnosis_answer(diagnosis)}.",
            *(f"{mode} : {sentence}" for mode, sentence in mode_sentences(diagnosis)),
        ]
        print("\n".join(lines), f"\n\n→ {target / 'report.html'}", sep="")


def calibrate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Scénario YAML sur routes.")],
    times: Annotated[Path, typer.Option("--times", metavar="CSV", help="Trajets connus : deux lieux, des minutes.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="YAML", help="Fragment à écrire [<scenario>-vitesses.yaml].")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Graine du tirage des lieux mis à part.")] = 0,
    quiet: Quiet = False,
) -> None:
    """Caler les vitesses des routes sur des temps connus.

    Un tiers des lieux est mis à part : l'écart y est mesuré avant et après. Écrit un fragment YAML et un rapport JSON.
    """
    from siting.scenario import RoadTravel, load

    scenario = load(file)
    if not isinstance(scenario.travel, RoadTravel):
        raise InputError(scenario.fault("travel.surface", "le calage porte sur des routes", "surface: roads"))
    if not times.is_file():
        raise InputError(Fault(str(times), 0, 0, "--times", "fichier introuvable", "une table de trajets connus"))
    from siting.calibration import calibrate as calibrate_speeds
    from siting.calibration import read_known_times
    from siting.calibration.files import check_target, sentence, write_calibration
    from siting.territory import assemble

    target = out or Path(f"{scenario.scenario}-vitesses.yaml")
    check_target(target, [file, times, *scenario.files.values()])
    watcher = unwatched if quiet else watch
    known = read_known_times(times)
    with watcher("territory") as progress:
        territory = assemble(scenario, progress=progress)
    with watcher("calibration") as progress:
        found = calibrate_speeds(territory, scenario.travel, known, seed=seed, progress=progress)
    assert territory.roads is not None, "a scenario on roads assembles a road network"
    report = write_calibration(found, target, scenario=scenario, roads=territory.roads, times=times)
    if not quiet:
        for name, title in (("fitted", "Lieux du calage"), ("holdout", "Lieux mis à part")):
            print(f"{title}\n  avant : {sentence(found.before[name])}\n  après : {sentence(found.after[name])}")
        if not found.is_better:
            print("Les vitesses calées ne font pas mieux entre lieux mis à part : gardez les vôtres.")
        print(f"\n→ {target}, {report}")
