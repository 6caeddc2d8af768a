"""Interleaved measurement: every contender runs on the same input in turn, round after round.

Times are CPU seconds of the process, so that other work on the machine does not count (it still cools the
caches). Each run is made twice and the second one counted, so that no contender starts in another's caches.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Measurement:
    """One contender on one case.

    Attributes
    ----------
    case, contender : str
    median_ms, low_ms, high_ms : float
        Median and quartiles of one run.
    ns_per_settled : float
        Median over the median number of places settled.
    ratio : float
        This contender's median over siting's: how many times slower it is.
    peak_mb : float
        Python-visible memory at its highest during preparation and one run.
    """

    case: str
    contender: str
    median_ms: float
    low_ms: float
    high_ms: float
    ns_per_settled: float
    ratio: float
    peak_mb: float

    def as_row(self) -> dict[str, Any]:
        """For JSON."""
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}


Contender = Callable[[int], object]
"""Runs one search, from a source (or `BATCH` of them at once, where its name says so)."""
BATCH = 16
CROPPED, WHOLE_GRAPH = "scipy, cropped", "scipy, whole graph"
"""SciPy given the graph of the places near each source alone, the least it can do, or of all, as its users do."""


def interleaved(
    case: str, prepare: Mapping[str, Callable[[], Contender]], sources: Sequence[int], *, settled: float
) -> list[Measurement]:
    """Measure the contenders on a case, siting first; `prepare` builds each."""
    contenders, peak_mb = {}, {}
    for name, build in prepare.items():
        tracemalloc.start()
        contenders[name] = build()
        contenders[name](sources[0])
        peak_mb[name] = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
    times_ms: dict[str, list[float]] = {name: [] for name in contenders}
    for source in sources:
        for name, run in contenders.items():
            run(source)
            begin = time.process_time_ns()
            run(source)
            n_searches = BATCH if name.endswith("batch") else 1
            times_ms[name].append((time.process_time_ns() - begin) / 1e6 / n_searches)
    own = float(np.median(times_ms["siting"]))
    return [
        Measurement(
            case=case,
            contender=name,
            median_ms=float(np.median(times)),
            low_ms=float(np.quantile(times, 0.25)),
            high_ms=float(np.quantile(times, 0.75)),
            ns_per_settled=float(np.median(times)) * 1e6 / settled,
            ratio=float(np.median(times)) / own,
            peak_mb=peak_mb[name],
        )
        for name, times in times_ms.items()
    ]
