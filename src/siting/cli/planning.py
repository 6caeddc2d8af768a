"""Commands that go from a scenario to a plan."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from siting.cli.options import Json, Quiet, ScenarioFile, Threads
from siting.cli.stages import interruptible, watch
from siting.errors import Fault, InputError
from siting.progress import unwatched


def new(
    departement: Annotated[
        str, typer.Argument(metavar="DÉPARTEMENT", help="Code ou nom d'un département : 71, 2A, Lozère…")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Dossier où écrire le scénario.")] = Path(),
) -> None:
    """Écrire un premier scénario commenté.

    Pour un département ; un fichier qui existe n'est pas touché.
    """
    from siting.starter import write_starter

    path = write_starter(departement, out)
    print(f"→ {path} (siting check {path}, puis siting run {path})")


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Scénarios YAML.")],
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Dire toutes les fautes d'un scénario.

    Lit aussi les fichiers de sites et les codes qu'il cite ; ne calcule et n'écrit rien. Code 2 s'il est fautif.
    """
    from siting.posing import check_asked
    from siting.report.documents import road_file
    from siting.scenario import load
    from siting.territory import assemble

    faults: list[Fault] = []
    for file in files:
        try:
            scenario = load(file)
            with (unwatched if quiet or as_json or not road_file(scenario) else watch)("territory") as progress:
                territory = assemble(scenario, progress=progress)
            check_asked(scenario, territory)
        except InputError as error:
            faults.extend(error.faults)
        else:
            if not (quiet or as_json):
                print(f"{file}: « {scenario.title} » est un scénario valide")
    if as_json:
        print(json.dumps([vars(fault) for fault in faults], ensure_ascii=False, indent=2))
    elif faults:
        print(*faults, sep="\n", file=sys.stderr)
    raise typer.Exit(InputError.exit_code if faults else 0)


def run(
    file: ScenarioFile,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Dossier à écrire [runs/<scenario>].")
    ] = None,
    threads: Threads = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Calculer un plan et écrire son dossier.

    Le dossier tient une page, une carte, des tableaux et le certificat ; il est écrit entier ou pas du tout. Ctrl-C
    pendant le choix des sites garde le meilleur plan trouvé, avec son écart ; un second Ctrl-C abandonne.
    """
    from siting.scenario import load

    scenario = load(file)
    from siting import pipeline
    from siting.outlook.texts import render_outlook
    from siting.report import RunFolder, render_summary

    stop = threading.Event()
    watcher = interruptible(unwatched if quiet or as_json else watch, stop)
    target = out or Path("runs") / scenario.scenario
    inputs = [file, *scenario.files.values()]
    with RunFolder(target, inputs=inputs) as folder:
        done = pipeline.run(scenario, watcher=watcher, threads=threads, stop=stop)
        pipeline.write_run(done, folder, watcher=watcher)
    if as_json:
        print((target / "summary.json").read_text(encoding="utf-8"), end="")
    elif not quiet:
        print(render_summary(done.findings))
        if done.outlook:
            print(f"\n{render_outlook(done.outlook.forecast, done.outlook.results, language=done.outlook.language)}")
        print(f"\n→ {target / 'report.html'}")


def frontier(
    file: ScenarioFile,
    houses: Annotated[str, typer.Option(metavar="N,N…", help="Nombres de maisons nouvelles : 5,10,20.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Dossier à écrire [runs/<scenario>-frontiere].")
    ] = None,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """Dire combien d'habitants couvriraient plus de maisons.

    Pour chaque nombre, le plus d'habitants à la norme du scénario, ses règles tenues, et ce qui en est prouvé : un
    tableau et une figure. Ctrl-C garde les meilleurs plans trouvés.
    """
    numbers = [word.strip() for word in houses.split(",")]
    wrong = [word for word in numbers if not (word.isdecimal() and 1 <= int(word) <= 35_000)]
    if wrong:
        raise InputError([Fault("--houses", 0, 0, word, "n'est pas un nombre de maisons", "5,10,20") for word in wrong])
    from siting.scenario import load

    scenario = load(file)
    from siting.frontier import frontier_of
    from siting.report import RunFolder
    from siting.report.frontier_files import render_frontier, write_frontier
    from siting.report.manifest import describe_file

    stop = threading.Event()
    watcher = interruptible(unwatched if quiet else watch, stop)
    target = out or Path("runs") / f"{scenario.scenario}-frontiere"
    inputs = [file, *scenario.files.values()]
    with RunFolder(target, inputs=inputs) as folder:
        points = frontier_of(scenario, list(map(int, numbers)), watcher=watcher, threads=threads, stop=stop)
        write_frontier(points, scenario, folder.path)
        folder.finish({"inputs": {path.name: describe_file(path) for path in inputs}})
    if not quiet:
        print(render_frontier(points, scenario), f"\n→ {target / 'frontier.png'}", sep="\n")


def alternatives(
    file: ScenarioFile,
    count: Annotated[int, typer.Option(min=1, max=50, metavar="N", help="Nombre de plans au plus.")] = 5,
    loss: Annotated[float, typer.Option(min=0, max=1, metavar="PART", help="Perte admise sur le but : 0.01.")] = 0.01,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Dossier à écrire [runs/<scenario>-choix].")
    ] = None,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """Dire quels autres plans se valent.

    Les meilleurs plans à une perte près, les sites qui sont dans tous, et ce qui pourrait remplacer chaque maison : un
    tableau. Pour un département ou une région.
    """
    from siting.scenario import load

    scenario = load(file)
    from siting.alternatives import alternatives_of
    from siting.report import RunFolder
    from siting.report.alternatives_files import alternatives_table, render_alternatives, write_alternatives
    from siting.report.manifest import describe_file

    target = out or Path("runs") / f"{scenario.scenario}-choix"
    inputs = [file, *scenario.files.values()]
    with RunFolder(target, inputs=inputs) as folder:
        watcher = unwatched if quiet else watch
        found = alternatives_of(scenario, count=count, loss_share=loss, watcher=watcher, threads=threads)
        table = alternatives_table(
            found.plans, found.territory, in_all=found.in_all, stand_in=found.stand_in, lost=found.lost
        )
        write_alternatives(table, folder.path)
        folder.finish({"inputs": {path.name: describe_file(path) for path in inputs}})
    if not quiet:
        text = render_alternatives(table, found.plans, found.minutes, scenario, loss_share=loss)
        print(text, f"\n→ {target / 'alternatives.csv'}", sep="\n")


def schema() -> None:
    """Écrire le schéma JSON des scénarios.

    Un éditeur de texte en tire aide et complétion : siting schema > siting.schema.json
    """
    from siting.scenario import json_schema

    print(json.dumps(json_schema(), ensure_ascii=False, indent=2))
