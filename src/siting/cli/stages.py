"""How the stages of a command are told on stderr, and how Ctrl-C keeps the best plan."""

from __future__ import annotations

import math
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache

from siting.numbers import FRENCH
from siting.progress import Progress, Standing, Watcher

STAGES = {
    "territory": "Territoire (population, communes, sites)",
    "calibration": "Calage des vitesses",
    "surface": "Réseau et vitesses",
    "travel_times": "Temps de trajet",
    "plan": "Choix des sites",
    "alternatives": "Sites que l'on retrouve ailleurs",
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

GOALS = {
    "most_covered": "habitants couverts",
    "most_covered_twice": "habitants à portée de deux sites",
    "most_served": "consultations données par an",
    "least_time": "trajet moyen en minutes",
    "least_worst_time": "trajet du plus loin en minutes",
    "fewest_houses": "maisons",
    "least_cost": "coût en euros",
}


@contextmanager
def watch(stage: str, /) -> Iterator[Progress]:
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
    with Bar(*columns, console=console, disable=not console.is_terminal) as bar, _compilation_told():
        task = bar.add_task(title, total=None, counts="")

        def progress(done: int, total: int, standing: Standing | None = None, /) -> None:
            nonlocal stands
            stands = f" {text}" if standing and (text := _standing_text(standing)) else stands
            bar.update(task, completed=done, total=total, counts=f"{done}/{total}{stands}")

        yield progress
        if bar.tasks[0].total is None:
            bar.update(task, total=1, completed=1)
    if not console.is_terminal:
        elapsed_s = bar.tasks[0].elapsed or 0.0
        print(f"{title} …{stands} {FRENCH.decimal(elapsed_s)} s", file=sys.stderr)


def _compilation_told() -> AbstractContextManager[None]:
    """Says once that kernels are being compiled, where they are: some 10 s that no bar shows."""
    from numba.core import event

    class Told(event.Listener):
        def on_start(self, _event: object) -> None:
            _tell_compilation()

        def on_end(self, _event: object) -> None:
            pass

    told: AbstractContextManager[None] = event.install_listener("numba:compile", Told())
    return told


@cache
def _tell_compilation() -> None:
    print("Première exécution : les noyaux de calcul sont compilés, puis gardés.", file=sys.stderr)


def _standing_text(standing: Standing) -> str:
    """``27 (borne 26, écart 3,7 %)``: the best plan so far, what is proven, and how far apart they are.

    Of several goals, which one first: ``but 2/3, trajet moyen en minutes : …``.
    """
    decimals = 2 if standing.goal in ("least_time", "least_worst_time") else 0
    best, bound = (FRENCH.decimal(value, decimals) for value in (standing.incumbent, standing.bound))
    about = f"{GOALS[standing.goal]} : " if standing.goal else ""
    about = f"but {standing.place}/{standing.n_goals}, {about}" if standing.n_goals > 1 else about
    if not math.isfinite(standing.gap):
        return f"{about}borne {bound}" if math.isfinite(standing.bound) else ""
    return f"{about}{best} (borne {bound}, écart {FRENCH.gap(standing.gap)})"


def interruptible(watcher: Watcher, stop: threading.Event) -> Watcher:
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


_: Watcher = watch
