"""Check a plan and its bound with plain arithmetic on the whole problem.

Nothing here is shared with the code that made the plan: no solver, no reduction, no heuristic. A bound is
drawn from *multipliers*, one number per demand cell: whatever they are, the bound is right; good ones
make it tight. Where weights are whole numbers the multipliers are whole multiples of 2**-20, so that
every sum is exact in float64 and a bound may be rounded up or down without doubt.
"""

from siting.checker.covering import check_lscp, check_mclp, check_p_center
from siting.checker.matrix import Checked, CoverMatrix
from siting.checker.medians import check_p_median
from siting.checker.single_source import check_capacitated_p_median, is_table_small

__all__ = [
    "Checked",
    "CoverMatrix",
    "check_capacitated_p_median",
    "check_lscp",
    "check_mclp",
    "check_p_center",
    "check_p_median",
    "is_table_small",
]
