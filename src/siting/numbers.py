"""Numbers as people write them, in French or in English."""

from __future__ import annotations

import math
from dataclasses import dataclass

NARROW_SPACE = "\u202f"
"""Narrow no-break space: between thousands and before ``%`` in French."""


@dataclass(frozen=True)
class NumberFormat:
    """How one language writes numbers.

    >>> FRENCH.decimal(1234.5, 1)
    '1\\u202f234,5'
    """

    thousands: str
    point: str
    before_percent: str
    none: str = "–"

    def whole(self, value: float) -> str:
        """Rounded to a whole number."""
        return self.decimal(value, 0)

    def decimal(self, value: float, decimals: int = 1) -> str:
        """With exactly ``decimals`` decimals; a dash where there is no finite figure."""
        if not math.isfinite(value):
            return self.none
        text = f"{value:,.{decimals}f}"
        return text.replace(",", "\0").replace(".", self.point).replace("\0", self.thousands)

    def short(self, value: float) -> str:
        """With one decimal, or none where it is zero: settings such as 30 or 12.5."""
        return self.decimal(value, 0 if float(value).is_integer() else 1)

    def minutes(self, value: float) -> str:
        """With one decimal, rounded up: 30.02 is not said to be 30.0."""
        return self.decimal(math.ceil(value * 10 - 1e-6) / 10 if math.isfinite(value) else value, 1)

    def percent(self, share: float, decimals: int = 1) -> str:
        """A share (0 to 1) in per cent, rounded down: 100 % is only said of everyone."""
        if not math.isfinite(share):
            return self.none
        scale = 10**decimals
        down = math.floor(share * 100 * scale + 1e-6) / scale
        exact = math.isclose(down, round(down))
        return f"{self.decimal(down, 0 if exact and down in (0, 100) else decimals)}{self.before_percent}%"

    def gap(self, share: float) -> str:
        """A gap (0 to 1) in per cent with two decimals, rounded up: no plan is nearer to proven than that.

        A millionth, which counts as none, is told as none.
        """
        up = math.ceil(share * 1e4 - 0.01 - 1e-6) / 100 if math.isfinite(share) else share
        return f"{self.decimal(up, 2)}{self.before_percent}%" if math.isfinite(up) else self.none


FRENCH = NumberFormat(thousands=NARROW_SPACE, point=",", before_percent=NARROW_SPACE)
ENGLISH = NumberFormat(thousands=",", point=".", before_percent="")


def number_format(language: str) -> NumberFormat:
    """The format of ``"fr"`` or ``"en"``."""
    return {"fr": FRENCH, "en": ENGLISH}[language]
