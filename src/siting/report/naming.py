"""Places asked for by their code, or by their name where only one bears it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.errors import DataError, Fault
from siting.scenario.remedies import nearest
from siting.scenario.slugs import slug_of


def row_of(
    asked: str, codes: NDArray[np.str_], names: NDArray[np.str_], *, option: str, problem: str, otherwise: str
) -> int:
    """The row whose code is ``asked``, or else the only one of this name, accents, capitals and hyphens aside.

    Parameters
    ----------
    codes, names : str arrays, shape (n,)
    option, problem, otherwise : str
        Where it was asked, what is wrong with what is none, and what would do where no name is near it.

    Raises
    ------
    DataError
        There is none, or several bear the name; with their codes, or the name that may be meant.
    """
    rows = np.flatnonzero(codes == asked)
    if not len(rows):
        rows = _named(asked, names)
    if len(rows) == 1:
        return int(rows[0])
    near = rows if len(rows) else np.flatnonzero(np.char.endswith(codes, f":{asked}"))  # practice:2A004 for 2A004
    near = near if len(near) else _named(nearest(asked, names.tolist()), names)
    meant = " ou ".join(f"{codes[row]} ({names[row]})" for row in near)
    problem = "plusieurs portent ce nom" if len(rows) else problem
    raise DataError(Fault(option, 0, 0, asked, problem, f"vouliez-vous dire {meant} ?" if meant else otherwise))


def _named(name: str, names: NDArray[np.str_]) -> NDArray[np.intp]:
    slug = slug_of(name)
    return np.flatnonzero([bool(slug) and slug_of(one) == slug for one in names.tolist()])
