"""FrictionSurface: travel on a raster of friction, from cell to cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from siting.errors import DataError, Fault
from siting.grid import Grid
from siting.territory.values import Territory
from siting.travel import reach
from siting.travel.raster_edges import STEPS
from siting.travel.raster_search import PlacesByRow, RasterSearch, nearest_on_raster
from siting.travel.tick_raster import TickRaster
from siting.travel.ticks import nearest_times, rows_at
from siting.travel.travel_times import NearestTimes
from siting.travel.workspace import Found


@dataclass(frozen=True)
class FrictionSurface:
    """A raster on which each cell takes so many seconds a metre to cross.

    The rules, exactly.

    - A step goes to one of 8 neighbours. It costs the half cell it leaves plus the half cell it enters; a half
      cell is ``round half even (cell_size_m / 2 × friction_s_per_m × 4096)`` ticks, and
      ``round half even (cell_size_m / 2 × √2 × friction_s_per_m × 4096)`` diagonally, in float64. That is
      length × mean friction of both cells, within 1 tick a step.
    - Infinite friction is a barrier: never entered, left or crossed. A diagonal step between two barriers (both
      cells that share a side with both ends) is not made.
    - A site is its grid cell, a demand cell itself. One on a barrier stands in the nearest of its 8 neighbours
      that is none (centre to the site's point; ties to the lowest cell); if all are barriers, or the point is
      off the grid, it neither reaches nor is reached.
    - The travel time is the least sum of ticks, rounded up to a whole second. In its own cell, 0 s.

    Attributes
    ----------
    raster : TickRaster
        Half steps of every cell, in ticks.
    site_cell, demand_cell : int64 arrays, shapes (n_sites,) and (n_demand,)
        Grid cell of each; -1 where there is none.
    demand_places : PlacesByRow
        The demand cells, laid for the searches to find theirs.
    """

    territory: Territory
    raster: TickRaster
    site_cell: NDArray[np.int64]
    demand_cell: NDArray[np.int64]
    demand_places: PlacesByRow

    @classmethod
    def build(cls, territory: Territory, friction_s_per_m: NDArray[np.floating]) -> FrictionSurface:
        """The surface of a friction raster on the territory's grid.

        Parameters
        ----------
        friction_s_per_m : float array, shape ``grid.shape``
            Positive; inf = barrier.

        Raises
        ------
        DataError
            Where the shape is another, or a friction is 0, negative or NaN.
        """
        grid = territory.grid
        if friction_s_per_m.shape != grid.shape:
            problem = f"has shape {friction_s_per_m.shape}, the grid has {grid.shape}"
            raise DataError(Fault("travel", 0, 0, "friction_s_per_m", problem, "one friction per cell"))
        raster = TickRaster.of(friction_s_per_m, cell_size_m=grid.cell_size_m)
        is_open = raster.kinds > 0
        sites, demand = territory.sites, territory.demand
        x_m, y_m = grid.centre_of(demand.cell)
        demand_cell = standing(grid, is_open, demand.cell, x_m, y_m)
        return cls(
            territory=territory,
            raster=raster,
            site_cell=standing(grid, is_open, grid.cell_at(sites.x_m, sites.y_m), sites.x_m, sites.y_m),
            demand_cell=demand_cell,
            demand_places=PlacesByRow.of(demand_cell, grid.shape),
        )

    def searcher(self, cutoff_s: int) -> FrictionSearch:
        """A workspace for searches within ``cutoff_s``; one per thread."""
        return FrictionSearch(self, cutoff_s)

    def nearest(self, site_rows: NDArray[np.integer]) -> NearestTimes:
        """See `siting.travel.nearest`."""
        everywhere = self.nearest_everywhere(site_rows)
        has_cell = self.demand_cell >= 0
        time_s = np.where(has_cell, everywhere.time_s.ravel()[self.demand_cell], np.inf).astype(np.float32)
        return NearestTimes(
            time_s=time_s, site=np.where(has_cell, everywhere.site.ravel()[self.demand_cell], -1).astype(np.int32)
        )

    def nearest_everywhere(self, site_rows: NDArray[np.integer]) -> NearestTimes:
        """See `siting.travel.nearest_everywhere`."""
        rows = np.unique(site_rows)
        rows = rows[self.site_cell[rows] >= 0]
        ticks, position = nearest_on_raster(self.raster, self.site_cell[rows])
        return nearest_times(ticks, rows_at(position, rows))

    def unreached_reason(self, site_rows: NDArray[np.integer]) -> NDArray[np.uint8]:
        """Reach code (`siting.travel.reach`) of every demand cell, as uint8."""
        is_reached = self.nearest(site_rows).site >= 0
        return reach.reason(is_reached, self.demand_cell >= 0, self.territory.demand.land_mass)

    def pocket_sizes(self) -> NDArray[np.int32]:
        """Cells of the connected piece of raster in which each demand cell lies; 0 on a barrier.

        A diagonal step needs an open cell at its side, so the pieces are those that share sides.
        """
        piece = label(self.raster.kinds > 0)[0].ravel()
        size_of = np.bincount(piece)
        sizes = size_of[piece[np.maximum(self.demand_cell, 0)]]
        return np.where(self.demand_cell >= 0, sizes, 0).astype(np.int32)


class FrictionSearch:
    """Bounded searches on a `FrictionSurface`."""

    def __init__(self, surface: FrictionSurface, cutoff_s: int) -> None:
        self._site_cell = surface.site_cell
        self._search = RasterSearch(surface.raster, cutoff_s, surface.demand_places)

    def within(self, site_rows: NDArray[np.integer]) -> Found:
        """The demand cells within the cutoff of each of some sites."""
        return self._search.within(self._site_cell[site_rows])


def standing(
    grid: Grid,
    is_open: NDArray[np.bool_],
    cell: NDArray[np.int64],
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Cell in which each place stands: its own if open, else the nearest open neighbour, else -1."""
    stands = np.where(cell >= 0, cell, 0)
    lost = np.flatnonzero((cell >= 0) & ~is_open.ravel()[stands])
    row, column = np.divmod(cell[lost], grid.n_columns)
    best_m = np.full(len(lost), np.inf)
    best = np.full(len(lost), -1, np.int64)
    for down, right in STEPS:
        r, c = row + down, column + right
        is_inside = (r >= 0) & (r < grid.n_rows) & (c >= 0) & (c < grid.n_columns)
        other = np.where(is_inside, r * grid.n_columns + c, 0)
        other_x_m, other_y_m = grid.centre_of(other)
        distance_m = np.hypot(other_x_m - x_m[lost], other_y_m - y_m[lost])
        is_nearer = is_inside & is_open.ravel()[other] & (distance_m < best_m)
        best, best_m = np.where(is_nearer, other, best), np.where(is_nearer, distance_m, best_m)
    stands[lost] = best
    return np.where(cell >= 0, stands, -1)
