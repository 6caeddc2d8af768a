"""The minutes at which maps change colour, and those that tables and axes name: round ones, the standard among them."""

from __future__ import annotations

_PARTS = (3, 2, 5)
"""Into how many equal steps a standard is cut, the first that gives whole minutes."""


def minute_bounds(standard_s: int) -> tuple[float, ...]:
    """Minutes between the classes: some thirds of the standard up to it, then some one and a half and twice as much.

    Rounded to five minutes where the standard is a multiple of five, to whole ones elsewhere; as they are below five.
    """
    standard_min = standard_s / 60
    unit = 5 if standard_min >= 15 and standard_min % 5 == 0 else 1
    parts = [standard_min * share for share in (1 / 3, 2 / 3, 1.5)]
    first, second, third = [round(part / unit) * unit for part in parts] if standard_min >= 5 else parts
    return (first, second, standard_min, third, 2 * standard_min)


def minute_marks(standard_s: int) -> tuple[float, ...]:
    """Evenly spaced minutes from the first step to twice the standard, in whole minutes where it can be cut so."""
    standard_min = standard_s / 60
    parts = next((n for n in _PARTS if (standard_min / n).is_integer()), _PARTS[0])
    return tuple(standard_min * place / parts for place in range(1, 2 * parts + 1))
