"""calibrate: few figures fitted by least squares to known times, judged on places that the fit never saw."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from siting.calibration.known_times import KnownTimes
from siting.calibration.speed_model import (
    SpeedModel,
    settings_of,
    speed_model,
)
from siting.calibration.trips import Streets
from siting.errors import DataError, Fault
from siting.progress import Progress, silent
from siting.scenario import RoadTravel
from siting.territory.transforming import transformer
from siting.territory.values import Territory

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

JUDGED_MIN, STANDARD_MIN = 60.0, 30.0
HOLDOUT_SHARE = 1 / 3
"""Of the places; the trips judged are those between two of them."""
FEWEST_FITTED, FEWEST_JUDGED = 30, 10
ROUNDS = 5
SOFT_MIN = 2.0
"""Residuals count squared below this, and as they are above: a wrong time in the table bends nothing."""
PRIOR_MIN = 0.1
"""What leaving a figure where it was is worth: each trip's minutes for a change by 1. Holds what no trip tells."""


@dataclass(frozen=True)
class Errors:
    """How far computed times are off known ones.

    Attributes
    ----------
    trips, judged : int
        All, and those known to take an hour at most.
    r : float
        Correlation over all; 0 where either does not vary.
    bias_min, mae_min : float
        Mean error (computed less known) and mean absolute error of those judged.
    agree_30 : float
        Share of all that are within 30 minutes, or not, by both.
    """

    trips: int
    judged: int
    r: float
    bias_min: float
    mae_min: float
    agree_30: float

    @classmethod
    def of(cls, computed_min: Floats, known_min: Floats) -> Errors:
        is_judged = known_min <= JUDGED_MIN
        off = (computed_min - known_min)[is_judged]
        agree = (computed_min <= STANDARD_MIN) == (known_min <= STANDARD_MIN)
        varies = len(known_min) > 1 and computed_min.std() > 0 and known_min.std() > 0
        return cls(
            trips=len(known_min),
            judged=int(is_judged.sum()),
            r=round(float(np.corrcoef(computed_min, known_min)[0, 1]), 4) if varies else 0.0,
            bias_min=round(float(off.mean()), 3),
            mae_min=round(float(np.abs(off).mean()), 3),
            agree_30=round(float(agree.mean()), 4),
        )


@dataclass(frozen=True)
class Calibration:
    """What a calibration found.

    Attributes
    ----------
    settings : dict
        Keys of ``travel:`` to write.
    before, after : dict
        ``"fitted"`` and ``"holdout"`` -> `Errors`, at the scenario's speeds and at those fitted.
    n_places, n_left_out : int
        Places of the table; trips with an end too far from the roads.
    seed : int
    """

    settings: dict[str, object]
    before: dict[str, Errors]
    after: dict[str, Errors]
    n_places: int
    n_left_out: int
    seed: int

    @property
    def is_better(self) -> bool:
        """Whether the new speeds are nearer to the known times of the places kept apart."""
        return self.after["holdout"].mae_min < self.before["holdout"].mae_min

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        errors = {name: {key: asdict(one) for key, one in getattr(self, name).items()} for name in ("before", "after")}
        return {
            "settings": self.settings,
            **errors,
            "places": self.n_places,
            "trips_left_out": self.n_left_out,
            "seed": self.seed,
            "holdout_share_of_places": round(HOLDOUT_SHARE, 3),
            "is_better_on_holdout": self.is_better,
        }


def calibrate(
    territory: Territory, travel: RoadTravel, known: KnownTimes, *, seed: int = 0, progress: Progress = silent
) -> Calibration:
    """Fit speeds to known times.

    A multiplier of pace per group of classes (one for all where limits are used) and the three slowings are fitted by
    bounded least squares with a soft loss, the quickest ways taken again after each of some rounds; the round with the
    least mean absolute error is kept. A third of the places, drawn by ``seed``, is kept apart: trips between two of
    them judge the result, trips between one of them and another place are not used.

    Each end of a trip is joined in a straight line to the nearest point of the main network, as a run joins it; a trip
    along one piece of road between two crossings is left out.

    Raises
    ------
    DataError
        Too few trips near the roads, to fit or to judge.
    """
    model, is_driven = speed_model(territory, travel)
    trips = _Trips.of(territory, travel, known, is_driven)
    is_apart = np.random.default_rng(seed).permutation(len(known.lon)) < round(len(known.lon) * HOLDOUT_SHARE)
    fitted = trips.only(~is_apart[trips.from_place] & ~is_apart[trips.to_place])
    holdout = trips.only(is_apart[trips.from_place] & is_apart[trips.to_place])
    n_fitted, n_judged = (int((one.known_min <= JUDGED_MIN).sum()) for one in (fitted, holdout))
    if n_fitted < FEWEST_FITTED or n_judged < FEWEST_JUDGED:
        problem = (
            f"{len(known.minutes)} trajets, dont d'une heure au plus {n_fitted} pour ajuster et {n_judged} pour juger "
            f"entre lieux mis à part ({trips.n_left_out} loin des routes)"
        )
        remedy = f"au moins {FEWEST_FITTED} et {FEWEST_JUDGED} : davantage de trajets entre les mêmes lieux"
        raise DataError(Fault("--times", 0, 0, "", problem, remedy))
    first = model.first_figures(travel)
    best = _fit(fitted, model, first, model.bounds(travel), progress)
    settings = settings_of(best, travel)
    groups = {"fitted": fitted, "holdout": holdout}
    link_min = {
        "before": model.minutes(first),
        "after": _link_minutes(territory, travel.model_copy(update=settings)),  # as written, rounded
    }
    errors = {
        when: {name: Errors.of(one.minutes(minutes), one.known_min) for name, one in groups.items()}
        for when, minutes in link_min.items()
    }
    return Calibration(
        settings=settings,
        before=errors["before"],
        after=errors["after"],
        n_places=len(known.lon),
        n_left_out=trips.n_left_out,
        seed=seed,
    )


@dataclass(frozen=True)
class _Trips:
    """Known trips on the streets: nodes, places, minutes off the road and minutes known."""

    streets: Streets
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    from_place: NDArray[np.int64]
    to_place: NDArray[np.int64]
    legs_min: Floats
    known_min: Floats
    n_left_out: int

    @classmethod
    def of(cls, territory: Territory, travel: RoadTravel, known: KnownTimes, is_driven: Bools) -> _Trips:
        roads = territory.roads
        assert roads is not None, "a scenario on roads assembles a road network"
        to_grid = transformer("EPSG:4326", territory.grid.crs)
        x_m, y_m = (np.asarray(one, np.float64) for one in to_grid.transform(known.lon, known.lat))
        streets = Streets.of(roads, is_driven, x_m, y_m, max_access_m=travel.max_access_m)
        node, segment = streets.place_node, streets.place_segment
        is_near = (node[known.start] >= 0) & (node[known.end] >= 0) & (node[known.start] != node[known.end])
        is_one_piece = (segment[known.start] >= 0) & (segment[known.start] == segment[known.end])
        kept = is_near & ~is_one_piece
        start, end = known.start[kept], known.end[kept]
        legs_min = (streets.leg_m[start] + streets.leg_m[end]) / 1000 / travel.off_road_kmh * 60
        return cls(
            streets, node[start], node[end], start, end, legs_min, known.minutes[kept], n_left_out=int((~kept).sum())
        )

    def only(self, chosen: Bools) -> _Trips:
        names = ("start", "end", "from_place", "to_place", "legs_min", "known_min")
        return replace(self, **{name: getattr(self, name)[chosen] for name in names})

    def minutes(self, link_min: Floats) -> Floats:
        """Of the quickest ways, where links take so long."""
        nothing = np.empty((len(link_min), 0))
        return self.legs_min + self.streets.along(link_min, self.start, self.end, nothing)[0]


def _link_minutes(territory: Territory, travel: RoadTravel) -> Floats:
    """Minutes of the driven links at the speeds of a scenario."""
    model = speed_model(territory, travel)[0]
    return model.minutes(model.first_figures(travel))


def _fit(trips: _Trips, model: SpeedModel, first: Floats, bounds: tuple[Floats, Floats], progress: Progress) -> Floats:
    """The figures with the least mean absolute error among some rounds, the first included."""
    low, high = bounds
    parts, prior = model.parts, PRIOR_MIN * np.sqrt(len(trips.known_min))
    figures = best = first
    least_min = np.inf
    for round_ in range(ROUNDS + 1):
        minutes, sums = trips.streets.along(model.minutes(figures), trips.start, trips.end, parts)
        error_min = float(np.abs(trips.legs_min + minutes - trips.known_min).mean())
        if error_min < least_min:
            least_min, best = error_min, figures
        progress(round_ + 1, ROUNDS + 1)
        wanted_min = trips.known_min - trips.legs_min

        def residuals(asked: Floats, sums: Floats = sums, wanted_min: Floats = wanted_min) -> Floats:
            off = model.of_trips(sums, asked) - wanted_min
            return np.concatenate([_soft(off), prior * (asked - first)])

        figures = least_squares(residuals, np.clip(figures, low, high), bounds=(low, high), method="trf").x
    return best


def _soft(off_min: Floats) -> Floats:
    """Residuals whose square is that of small errors and grows as the error itself for large ones."""
    return np.asarray(np.sign(off_min) * SOFT_MIN * np.sqrt(2 * (np.sqrt(1 + (off_min / SOFT_MIN) ** 2) - 1)))
