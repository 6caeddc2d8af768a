"""The command line: each command is a few lines over the library."""

from __future__ import annotations

import json
import math
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from siting import cli_data
from siting.errors import Fault, InputError, SitingError
from siting.progress import Progress, Standing, Watcher, unwatched

app = typer.Typer(
    name="siting",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(cli_data.app, name="data")

STAGES = {
    "territory": "Territoire (population, communes, sites)",
    "calibration": "Calage des vitesses",
    "surface": "Réseau et vitesses",
    "travel_times": "Temps de trajet",
    "plan": "Choix des sites",
    "nearest": "Accès avant et après",
    "modes": "Accès à pied et sans voiture",
    "world": "Offre, recours et temps de trajet des communes",
    "simulation": "Trimestres simulés",
    "report": "Écriture du dossier",
    "files": "Lecture du dossier",
    "times": "Temps de trajet recalculés (SciPy)",
    "sites": "Habitants autour de chaque site",
    "figures": "Chiffres recomptés",
    "bound": "Borne prouvée de nouveau",
}

INTERRUPTED = 130
"""What typer makes of Ctrl-C."""

Json = Annotated[bool, typer.Option("--json", help="Écrire le résultat en JSON sur la sortie standard.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Ne rien écrire d'autre que les fautes.")]


def _print_version(asked: bool) -> None:
    if asked:
        print(f"siting {version('siting')}")
        raise typer.Exit


@app.callback()
def siting(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Dire la version et finir.")
    ] = False,
) -> None:
    """Où ouvrir les maisons France Santé : temps de trajet exacts, plans prouvés."""


@app.command()
def new(
    departement: Annotated[str, typer.Argument(metavar="DÉPARTEMENT", help="Code d'un département : 71, 2A…")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Dossier où écrire le scénario.")] = Path(),
) -> None:
    """Écrire un premier scénario commenté.

    Pour un département ; un fichier qui existe n'est pas touché.
    """
    from siting.starter import write_starter

    path = write_starter(departement, out)
    print(f"→ {path} (siting check {path}, puis siting run {path})")


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Scénarios YAML.")],
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Dire toutes les fautes d'un scénario.

    Lit aussi les fichiers de sites et les codes qu'il cite ; ne calcule et n'écrit rien. Code 2 s'il est fautif.
    """
    from siting.report.documents import road_file
    from siting.scenario import load
    from siting.territory import assemble

    faults: list[Fault] = []
    for file in files:
        try:
            scenario = load(file)
            with (unwatched if quiet or as_json or not road_file(scenario) else _watch)("territory") as progress:
                assemble(scenario, progress=progress)
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


@app.command()
def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Scénario YAML.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Dossier à écrire [runs/<scenario>].")
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Fils de calcul [tous les processeurs].")] = None,
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
    from siting.report import RunFolder, render_summary

    stop = threading.Event()
    watcher = _interruptible(unwatched if quiet or as_json else _watch, stop)
    target = out or Path("runs") / scenario.scenario
    inputs = [file, *scenario.files.values()]
    with RunFolder(target, inputs=inputs) as folder:
        done = pipeline.run(scenario, watcher=watcher, threads=threads, stop=stop)
        pipeline.write_run(done, folder, watcher=watcher)
    if as_json:
        print((target / "summary.json").read_text(encoding="utf-8"), end="")
    elif not quiet:
        print(render_summary(done.findings))
        print(f"\n→ {target / 'report.html'}")


@app.command()
def simulate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Dossier écrit par « siting run ».")],
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="CLÉ=VALEUR", help="Clé du bloc simulation à changer ; répétable."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Dossier à écrire [DIR-simulation].")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Fils de calcul [tous les processeurs].")] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Simuler de nouveau le plan d'un dossier.

    Sous d'autres hypothèses (--set solidarity=observed), sans chercher le plan de nouveau ; écrit un autre dossier.
    """
    pairs = [change.partition("=") for change in changes or ()]
    bad = [key for key, equals, _ in pairs if not equals]
    if bad:
        raise InputError([Fault("--set", 0, 0, key, "il manque une valeur", "--set clé=valeur") for key in bad])
    from siting import pipeline
    from siting.outlook import summary
    from siting.outlook_texts import render_outlook
    from siting.report import RunFolder

    watcher = unwatched if quiet or as_json else _watch
    target = out or folder.with_name(f"{folder.resolve().name}-simulation")
    with RunFolder(target, inputs=[folder]) as held:
        done = pipeline.simulate_again(
            folder, held, changes={key: value for key, _, value in pairs}, watcher=watcher, threads=threads
        )
    if as_json:
        print(json.dumps(summary(done), ensure_ascii=False, indent=2))
    elif not quiet:
        print(render_outlook(done.forecast, done.notes, language=done.language))
        print(f"\n→ {target / 'report.html'}")


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Dossier écrit par « siting run ».")],
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Recompter un dossier par un autre chemin.

    Temps de trajet par SciPy, habitants recomptés, borne prouvée de nouveau ; code 1 à la moindre différence.
    """
    from siting.verify import verify as verify_run

    checks = verify_run(folder, watcher=unwatched if quiet or as_json else _watch)
    if as_json:
        print(json.dumps([vars(check) for check in checks], ensure_ascii=False, indent=2))
    elif not quiet:
        print(*checks, sep="\n")
    failed = [check for check in checks if not check.holds]
    if not (quiet or as_json):
        print(f"\n{len(checks)} vérifications, " + (f"{len(failed)} différence(s)" if failed else "aucune différence"))
    if failed and quiet:
        print(*failed, sep="\n", file=sys.stderr)
    raise typer.Exit(1 if failed else 0)


@app.command()
def compare(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR DIR…", help="Dossiers écrits par « siting run ».")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Dossier où écrire la page et les CSV.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Comparer des calculs au premier d'entre eux.

    Ce qui diffère dans les scénarios, qui gagne et qui perd, quelles maisons ; d'après les seuls fichiers des dossiers.
    """
    if len(folders) < 2:
        raise InputError(Fault("siting compare", 0, 0, "DIR", "il faut au moins deux dossiers"))
    from siting.report import RunFolder
    from siting.report.comparison import compare as compare_runs
    from siting.report.comparison_report import render_comparison, write_comparisons
    from siting.report.manifest import describe_file
    from siting.report.saved_run import SavedRun

    first, *others = [SavedRun.read(folder) for folder in folders]
    comparisons = [compare_runs(first, other) for other in others]
    if not quiet:
        print(*map(render_comparison, comparisons), sep="\n\n")
    if out:
        with RunFolder(out, inputs=folders) as held:
            write_comparisons(comparisons, held.path)
            manifests = {str(folder): describe_file(folder / "manifest.json") for folder in folders}
            held.finish({"inputs": manifests})
        if not quiet:
            print(f"\n→ {out / 'compare.html'}")


@app.command()
def why(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Dossier écrit par « siting run ».")],
    commune: Annotated[str | None, typer.Option(metavar="CODE", help="Code d'une commune du territoire.")] = None,
    site: Annotated[str | None, typer.Option(metavar="ID", help="Identifiant d'un site (sites.csv).")] = None,
) -> None:
    """Dire pourquoi une commune est servie ainsi, ou à quoi sert un site.

    Lieu le plus proche, qui reste au-delà et pourquoi, ce qu'il faudrait ; ce qui est perdu sans un site.
    """
    if (commune is None) == (site is None):
        raise InputError(Fault("siting why", 0, 0, "--commune, --site", "donnez l'un des deux"))
    from siting.report.saved_run import SavedRun
    from siting.report.why import Ground, explain_commune, explain_site
    from siting.report.why_report import render_commune, render_site

    ground = Ground.of(SavedRun.read(folder))
    if commune is not None:
        print(render_commune(ground, explain_commune(ground, commune)))
    elif site is not None:
        print(render_site(ground, explain_site(ground, site)))


@app.command()
def diagnose(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Scénario YAML.")],
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
        diagnosis = diagnose_scenario(scenario, watcher=unwatched if quiet else _watch)
        write_diagnosis(diagnosis, folder.path)
        folder.finish({"inputs": {path.name: describe_file(path) for path in inputs}})
    if not quiet:
        lines = [
            f"{diagnosis_answer(diagnosis)}.",
            *(f"{mode} : {sentence}" for mode, sentence in mode_sentences(diagnosis)),
        ]
        print("\n".join(lines), f"\n\n→ {target / 'report.html'}", sep="")


@app.command()
def calibrate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Scénario YAML sur routes.")],
    times: Annotated[Path, typer.Option("--times", metavar="CSV", help="Trajets connus : deux lieux, des minutes.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="YAML", help="Fragment à écrire [<scenario>-vitesses.yaml].")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Graine du tirage des lieux mis à part.")] = 0,
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
    watcher = unwatched if quiet else _watch
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


@app.command()
def frontier(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Scénario YAML.")],
    houses: Annotated[str, typer.Option(metavar="N,N…", help="Nombres de maisons nouvelles : 5,10,20.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Dossier à écrire [runs/<scenario>-frontiere].")
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Fils de calcul [tous les processeurs].")] = None,
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
    watcher = _interruptible(unwatched if quiet else _watch, stop)
    target = out or Path("runs") / f"{scenario.scenario}-frontiere"
    inputs = [file, *scenario.files.values()]
    with RunFolder(target, inputs=inputs) as folder:
        points = frontier_of(scenario, list(map(int, numbers)), watcher=watcher, threads=threads, stop=stop)
        write_frontier(points, scenario, folder.path)
        folder.finish({"inputs": {path.name: describe_file(path) for path in inputs}})
    if not quiet:
        print(render_frontier(points, scenario), f"\n→ {target / 'frontier.png'}", sep="\n")


@app.command()
def schema() -> None:
    """Écrire le schéma JSON des scénarios.

    Un éditeur de texte en tire aide et complétion : siting schema > siting.schema.json
    """
    from siting.scenario import json_schema

    print(json.dumps(json_schema(), ensure_ascii=False, indent=2))


@contextmanager
def _watch(stage: str, /) -> Iterator[Progress]:
    """Draw a stage on stderr: a bar with the time left on a terminal, one line when it ends elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[counts]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    title, stands = STAGES.get(stage, stage), ""
    with Bar(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None, counts="")

        def progress(done: int, total: int, standing: Standing | None = None, /) -> None:
            nonlocal stands
            stands = f" {_standing_text(standing)}" if standing else stands
            bar.update(task, completed=done, total=total, counts=f"{done}/{total}{stands}")

        yield progress
        if bar.tasks[0].total is None:
            bar.update(task, total=1, completed=1)
    if not console.is_terminal:
        elapsed_s = bar.tasks[0].elapsed or 0.0
        print(f"{title} …{stands} {elapsed_s:.1f} s", file=sys.stderr)


def _standing_text(standing: Standing) -> str:
    """``27 (borne 26, écart 3,7 %)``: the best plan so far, what is proven, and how far apart they are."""
    best, bound = (f"{value:,.0f}".replace(",", "\u202f") for value in (standing.incumbent, standing.bound))
    if not math.isfinite(standing.gap):
        return f"borne {bound}" if math.isfinite(standing.bound) else ""
    return f"{best} (borne {bound}, écart {100 * standing.gap:.2f} %)".replace(".", ",")


def _interruptible(watcher: Watcher, stop: threading.Event) -> Watcher:
    """``watcher``, with Ctrl-C during the choice of sites setting ``stop``: the best plan so far is kept."""

    @contextmanager
    def watch(stage: str, /) -> Iterator[Progress]:
        with _interrupt_sets(stop) if stage == "plan" else nullcontext(), watcher(stage) as progress:
            yield progress

    return watch


@contextmanager
def _interrupt_sets(stop: threading.Event) -> Iterator[None]:
    def on_interrupt(_signal: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        print("Arrêt demandé : le meilleur plan trouvé est gardé (encore Ctrl-C : tout abandonner).", file=sys.stderr)

    usual = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


def main() -> None:
    """Entry point: 0 done, 1 no solution or a difference, 2 wrong input, 130 interrupted."""
    try:
        app(prog_name="siting")
    except SitingError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            print("Interrompu : ce qu'un calcul précédent a écrit est intact.", file=sys.stderr)
        raise


_: Watcher = _watch

if __name__ == "__main__":
    main()
