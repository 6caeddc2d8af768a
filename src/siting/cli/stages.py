"""How the stages of a command are told on stderr, and how Ctrl-C keeps the best plan."""

from __future__ import annotations

import math
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache

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
            stands = f" {_standing_text(standing)}" if standing else stands
            bar.update(task, completed=done, total=total, counts=f"{done}/{total}{stands}")

        yield progress
        if bar.tasks[0].total is None:
            bar.update(task, total=1, completed=1)
    if not console.is_terminal:
        elapsed_s = bar.tasks[0].elapsed or 0.0
        print(f"{title} …{stands} {elapsed_s:.1f} s", file=sys.stderr)


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
    """``27 (borne 26, écart 3,7 %)``: the best plan so far, what is proven, and how far apart they are."""
    best, bound = (f"{value:,.0f}".replace(",", "\u202f") for value in (standing.incumbent, standing.bound))
    if not math.isfinite(standing.gap):
        return f"borne {bound}" if math.isfinite(standing.bound) else ""
    return f"{best} (borne {bound}, écart {100 * standing.gap:.2f} %)".replace(".", ",")


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
