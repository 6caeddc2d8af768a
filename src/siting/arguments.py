"""Arguments of those who call functions on their own arrays, checked once: a wrong one is told, never bent.

Whole numbers are whole: 1.0 is, 1.5 and NaN are not. A mask says which rows, and is not the rows 0 and 1.
"""

from __future__ import annotations

import math
from typing import SupportsFloat

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.errors import DataError, Fault


def whole_numbers(values: ArrayLike, *, where: str, name: str) -> NDArray[np.int64]:
    """An int64 array of the same shape.

    Raises
    ------
    DataError
        Something in ``values`` is no whole number.
    """
    given = _unmasked(values, where, name)
    if given.dtype.kind in "iu" or given.size == 0:
        return given.astype(np.int64)
    if given.dtype.kind == "f":
        is_whole = np.isfinite(given) & (np.floor(given) == given)
        if is_whole.all():
            return given.astype(np.int64)
        problem = f"{given[~is_whole].ravel()[0]} is no whole number"
    else:
        problem = f"holds {given.dtype}, not whole numbers"
    raise DataError(Fault(where, 0, 0, name, problem))


def whole_number(value: SupportsFloat, *, where: str, name: str, least: int) -> int:
    """One whole number, ``least`` or more.

    Raises
    ------
    DataError
        It is none, or several.
    """
    given = whole_numbers(np.asarray(value), where=where, name=name)
    if given.ndim or given < least:
        raise DataError(Fault(where, 0, 0, name, f"is {value}", f"a whole number of at least {least}"))
    return int(given)


def _unmasked(values: ArrayLike, where: str, name: str) -> NDArray[np.generic]:
    if np.ma.is_masked(values):
        raise DataError(Fault(where, 0, 0, name, "has masked values", "fill them: .filled(…)"))
    return np.asarray(values)


def row_numbers(rows: ArrayLike, n_rows: int, *, where: str, name: str) -> NDArray[np.int64]:
    """Rows 0 … n_rows - 1, as they come; of a mask of ``n_rows`` booleans, those that it marks.

    Raises
    ------
    DataError
        There are no such rows, they are laid out as a table, or the mask is longer or shorter.
    """
    given = np.atleast_1d(np.asarray(rows))
    if given.ndim > 1:
        raise DataError(Fault(where, 0, 0, name, f"has {given.ndim} dimensions", "one row number after the other"))
    if given.dtype == np.bool_:
        if given.shape != (n_rows,):
            problem = f"is a mask of shape {given.shape}"
            raise DataError(Fault(where, 0, 0, name, problem, f"one of shape ({n_rows},), or row numbers"))
        return np.flatnonzero(given)
    numbers = whole_numbers(given, where=where, name=name)
    is_outside = (numbers < 0) | (numbers >= n_rows)
    if is_outside.any():
        shown = ", ".join(map(str, numbers[is_outside][:5].tolist()))
        more = int(is_outside.sum()) - 5
        problem = f"no such row: {shown}{f' and {more} more' if more > 0 else ''}"
        remedy = f"rows are 0 … {n_rows - 1}" if n_rows else "there is no row"
        raise DataError(Fault(where, 0, 0, name, problem, remedy))
    return numbers


def numbers(values: ArrayLike, *, where: str, name: str, shape: tuple[int, ...] | None = None) -> NDArray[np.float64]:
    """A float64 array in C order, of a given shape if one is asked for.

    Raises
    ------
    DataError
        ``values`` has another shape, or holds something else than numbers.
    """
    given = _unmasked(values, where, name)
    if given.dtype.kind not in "fiub":
        raise DataError(Fault(where, 0, 0, name, f"holds {given.dtype}, not numbers"))
    if shape is not None and given.shape != shape:
        raise DataError(Fault(where, 0, 0, name, f"has shape {given.shape}, wanted {shape}"))
    return np.ascontiguousarray(given, np.float64)


def amount(value: SupportsFloat, *, where: str, name: str, positive: bool = False) -> float:
    """A finite number ≥ 0, or > 0.

    Raises
    ------
    DataError
        It is none.
    """
    try:
        number = math.nan if isinstance(value, str) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not (math.isfinite(number) and number >= 0 and (number > 0 or not positive)):
        raise DataError(Fault(where, 0, 0, name, f"is {value}", f"a number {'above' if positive else 'of at least'} 0"))
    return number
