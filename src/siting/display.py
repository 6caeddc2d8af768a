"""How a value shows itself in a notebook: plain values in, HTML or matplotlib axes out.

Knows nothing of the rooms, so that any value of theirs may use it. matplotlib is imported when something is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OPEN_SITE = "#00558c"
WITHIN, BEYOND = "#b3b5b4", "#b23327"


def table_html(title: str, rows: Mapping[str, str]) -> str:
    """A small HTML table of names and figures; everything is escaped."""
    body = "".join(
        f'<tr><th style="text-align:left">{escape(name)}</th><td style="text-align:left">{escape(text)}</td></tr>'
        for name, text in rows.items()
    )
    return f"<table><caption>{escape(title)}</caption><tbody>{body}</tbody></table>"


def draw_raster(
    values: NDArray[np.floating],
    *,
    bounds_m: tuple[float, float, float, float],
    label: str = "",
    axes: Axes | None = None,
    colours: tuple[str, ...] = (),
    **style: Any,
) -> Axes:
    """Draw one value per cell where the cell is, as near as the values allow.

    Parameters
    ----------
    values : array, shape (n_rows, n_columns)
        Row 0 is the northernmost; NaN is left clear.
    bounds_m : (x_min, y_min, x_max, y_max)
    label : str, optional
        What the values are; it brings a colour bar.
    axes : matplotlib Axes, optional
        New ones by default.
    colours : tuple of str, optional
        Of the values 0, 1, …
    **style
        For ``Axes.imshow``.
    """
    from matplotlib.colors import ListedColormap

    if colours:
        style |= {"cmap": ListedColormap(colours), "vmin": -0.5, "vmax": len(colours) - 0.5}
    axes = axes or new_axes()
    west, south, east, north = bounds_m
    drawn = axes.imshow(values, extent=(west, east, south, north), interpolation="nearest", **style)
    if label:
        axes.figure.colorbar(drawn, ax=axes, label=label, shrink=0.7)
    row, column = np.nonzero(~np.isnan(values))
    if len(row):
        height, width = (north - south) / values.shape[0], (east - west) / values.shape[1]
        axes.set(xlim=(west + column.min() * width, west + (column.max() + 1) * width))
        axes.set(ylim=(north - (row.max() + 1) * height, north - row.min() * height))
    axes.set(xticks=[], yticks=[])
    return axes


def draw_shares(time_s: NDArray[np.generic], weights: ArrayLike, *, label: str, axes: Axes) -> None:
    """Add the curve of the share of ``weights`` whose time is at most so many minutes; inf is never reached."""
    order = np.argsort(time_s, kind="stable")
    weight = np.asarray(weights, dtype=np.float64)[order]
    reached = np.isfinite(time_s[order])
    share = np.cumsum(weight)[reached] / max(float(weight.sum()), 1e-9)
    minutes = time_s[order][reached] / 60
    axes.step(np.append(0.0, minutes), np.append(0.0, share), where="post", label=label)


def new_axes(**settings: Any) -> Axes:
    """Axes of a new figure."""
    import matplotlib.pyplot as plt

    axes: Axes = plt.subplots(**settings)[1]
    return axes
