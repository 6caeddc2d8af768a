"""HiGHS in-process behind PuLP, with the start passed on and the status read from HiGHS itself.

PuLP 3.3's own interface calls a run that hit its time limit "Optimal" (PuLP issues 649 and 711), passes
no start and shows no bound.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import pulp
from numpy.typing import NDArray

from siting.allocation.cover import CoverSets
from siting.allocation.effort import Effort
from siting.errors import SolverError

VERSION = f"HiGHS {highspy.Highs().version()}"  # type: ignore[no-untyped-call]

_PAIRS_FOR_INTERIOR_POINT = 200_000
"""Region of 3,663 sites: interior point without crossover 10 s, dual simplex 32 s."""

_ONLY_PROOF = {
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_detect_symmetry": False,
}
"""Where the start is hard to beat. A part of 670 × 340 of a country: proven in 4.0 s of CPU, 8.0 s with heuristics."""

_ENDED = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kTimeLimit: "limit",
    highspy.HighsModelStatus.kSolutionLimit: "limit",
    highspy.HighsModelStatus.kInterrupt: "interrupted",
}


@dataclass(frozen=True)
class Outcome:
    """How a run of HiGHS ended, in its own words.

    Attributes
    ----------
    ended : str
        ``"optimal"`` (within the gap asked for), ``"infeasible"``, ``"limit"`` or ``"interrupted"``.
    has_values : bool
        Whether the variables hold a feasible solution.
    bound : float
        Dual bound in the sense of the model; infinite where the run was too short to have one.
    n_rows, n_columns, n_nonzeros : int
        Size of the model before the solver's presolve.
    """

    ended: str
    has_values: bool
    bound: float
    n_rows: int
    n_columns: int
    n_nonzeros: int


Watch = Callable[[float, float], None]
"""Called with the objective of the best solution so far and the bound, each time that one of them moves."""


class InProcessHighs(pulp.LpSolver):  # type: ignore[misc]
    """Solver for `pulp.LpProblem.solve`: one `passModel`, one thread, a fixed seed, the start if given.

    Values of the variables at the time of the call (``setInitialValue``) are the start. After the call
    they are the best solution, and ``outcome`` says how the run ended.
    """

    name = "InProcessHighs"

    def __init__(
        self, effort: Effort, watch: Watch | None = None, *, only_proof: bool = False, has_presolve: bool = True
    ) -> None:
        super().__init__(mip=True, msg=False, timeLimit=effort.left_s)
        self.effort = effort
        self.watch = watch
        self.only_proof = only_proof
        self.has_presolve = has_presolve
        self.outcome: Outcome | None = None

    def available(self) -> bool:
        return True

    def actualSolve(self, lp: pulp.LpProblem) -> int:
        """Solve ``lp``; PuLP's own status is set from the outcome, never "Optimal" at a limit."""
        variables = lp.variables()
        highs = self._configured()
        passed = _pass_model(highs, lp, variables)
        _pass_start(highs, variables)
        highs.setOptionValue("time_limit", self.effort.left_s)
        run_until(highs, self.effort.stop, self.watch)
        self.outcome = _outcome(highs, lp.sense == pulp.LpMaximize, passed)
        if self.outcome.has_values:
            for variable, value in zip(variables, highs.getSolution().col_value, strict=True):
                variable.varValue = value
        status = {"optimal": pulp.LpStatusOptimal, "infeasible": pulp.LpStatusInfeasible}
        lp.assignStatus(
            status.get(self.outcome.ended, pulp.LpStatusNotSolved),
            pulp.LpSolutionIntegerFeasible if self.outcome.has_values else pulp.LpSolutionNoSolutionFound,
        )
        return int(lp.status)

    def _configured(self) -> highspy.Highs:
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        options: dict[str, Any] = {
            "output_flag": False,
            "threads": 1,
            "random_seed": self.effort.seed,
            "mip_rel_gap": self.effort.gap,
            "mip_abs_gap": 0.0,
        }
        if self.only_proof:
            options |= _ONLY_PROOF
        if not self.has_presolve:
            options["presolve"] = "off"
        for name, value in options.items():
            highs.setOptionValue(name, value)
        return highs


def run_highs(
    model: pulp.LpProblem,
    effort: Effort,
    watch: Watch | None = None,
    *,
    only_proof: bool = False,
    has_presolve: bool = True,
) -> Outcome:
    """Solve a PuLP model with HiGHS; its variables hold the start before and the solution after.

    ``watch`` is told, in the caller's thread, where branch and bound stands. ``only_proof``: the start is so good
    that HiGHS looks for no better one. ``has_presolve``: False where its presolve is known to fail.

    Raises
    ------
    SolverError
        When HiGHS ends in a state that is neither an answer nor a limit.
    """
    solver = InProcessHighs(effort, watch, only_proof=only_proof, has_presolve=has_presolve)
    model.solve(solver)
    assert solver.outcome is not None
    return solver.outcome


class Relaxation:
    """The linear relaxation of a PuLP model, solved again and again at other costs."""

    def __init__(self, model: pulp.LpProblem) -> None:
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in {"output_flag": False, "threads": 1}.items():
            self._highs.setOptionValue(name, value)
        _, self._n, _ = _pass_model(self._highs, model, model.variables())
        every = np.arange(self._n, dtype=np.int32)
        self._highs.changeColsIntegrality(self._n, every, np.zeros(self._n, dtype=np.uint8))

    def least(self, variables: list[pulp.LpVariable], costs: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values of ``variables`` at the least sum of ``costs`` (other variables cost nothing)."""
        index = np.array([variable.index for variable in variables], dtype=np.int32)
        everything = np.zeros(self._n)
        everything[index] = costs
        self._highs.changeColsCost(self._n, np.arange(self._n, dtype=np.int32), everything)
        self._highs.run()
        return np.array(self._highs.getSolution().col_value)[index]


def covering_relaxation(
    cover: CoverSets, cost: NDArray[np.float64], effort: Effort
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Dual values of the rows (n_cells,) and values of the columns (n_sites,) in the linear relaxation of covering.

    None where HiGHS has none in time.
    """
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    options: dict[str, Any] = {"output_flag": False, "threads": 1, "time_limit": effort.left_s}
    if cover.n_pairs > _PAIRS_FOR_INTERIOR_POINT:
        options |= {"solver": "ipm", "run_crossover": "off"}
    for name, value in options.items():
        highs.setOptionValue(name, value)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = cover.n_sites, cover.n_cells
    lp.col_cost_ = cost
    lp.col_lower_, lp.col_upper_ = np.zeros(cover.n_sites), np.full(cover.n_sites, math.inf)
    lp.row_lower_, lp.row_upper_ = np.ones(cover.n_cells), np.full(cover.n_cells, math.inf)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = cover.cell_start.astype(np.int32)
    lp.a_matrix_.index_ = cover.site
    lp.a_matrix_.value_ = np.ones(cover.n_pairs)
    highs.passModel(lp)
    run_until(highs, effort.stop)
    solution = highs.getSolution()
    return (np.array(solution.row_dual), np.array(solution.col_value)) if solution.dual_valid else None


def _pass_model(highs: highspy.Highs, lp: pulp.LpProblem, variables: list[pulp.LpVariable]) -> tuple[int, int, int]:
    for column, variable in enumerate(variables):
        variable.index = column
    rows = lp.constraints()
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(variables), len(rows)
    model.sense_ = highspy.ObjSense.kMaximize if lp.sense == pulp.LpMaximize else highspy.ObjSense.kMinimize
    costs = np.zeros(len(variables))
    for variable, cost in lp.objective.items():
        costs[variable.index] = cost
    model.col_cost_ = costs
    model.offset_ = float(lp.objective.constant)
    model.col_lower_ = np.array([_or(variable.lowBound, -math.inf) for variable in variables])
    model.col_upper_ = np.array([_or(variable.upBound, math.inf) for variable in variables])
    model.row_lower_ = np.array([_or(row.getLb(), -math.inf) for row in rows])
    model.row_upper_ = np.array([_or(row.getUb(), math.inf) for row in rows])
    columns: list[int] = []
    values: list[float] = []
    starts = [0]
    for row in rows:
        columns.extend(variable.index for variable in row.keys())  # noqa: SIM118, not a dict
        values.extend(row.values())
        starts.append(len(columns))
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.array(starts, dtype=np.int32)
    model.a_matrix_.index_ = np.array(columns, dtype=np.int32)
    model.a_matrix_.value_ = np.array(values, dtype=np.float64)
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    model.integrality_ = [kinds[variable.cat == pulp.LpInteger] for variable in variables]
    if highs.passModel(model) == highspy.HighsStatus.kError:
        raise SolverError(f"{VERSION} refuses a factor of the program: give persons, times or costs in larger units")
    return len(rows), len(variables), len(columns)


def _pass_start(highs: highspy.Highs, variables: list[pulp.LpVariable]) -> None:
    given = [(variable.index, variable.varValue) for variable in variables if variable.varValue is not None]
    if given:
        index, value = zip(*given, strict=True)
        highs.setSolution(len(given), np.array(index, dtype=np.int32), np.array(value, dtype=np.float64))


def run_until(highs: highspy.Highs, stop: threading.Event, watch: Watch | None = None) -> None:
    """Run in a thread, so that ``stop`` or Ctrl-C ends the search at once; Ctrl-C is then raised on."""
    highs.HandleUserInterrupt = True
    standing: deque[tuple[float, float]] = deque(maxlen=1)
    if watch is not None:
        highs.cbMipInterrupt.subscribe(
            lambda event: standing.append((event.data_out.mip_primal_bound, event.data_out.mip_dual_bound))
        )
    worker = threading.Thread(target=highs.run, daemon=True)
    worker.start()
    try:
        told = None
        while worker.is_alive():
            worker.join(0.05)
            if watch is not None and standing and standing[-1] != told:
                told = standing[-1]
                watch(*told)
            if stop.is_set():
                highs.cancelSolve()  # type: ignore[no-untyped-call]
    finally:
        if worker.is_alive():
            highs.cancelSolve()  # type: ignore[no-untyped-call]
            worker.join()


def _outcome(highs: highspy.Highs, is_max: bool, size: tuple[int, int, int]) -> Outcome:
    status = highs.getModelStatus()
    if status not in _ENDED:
        raise SolverError(f"{VERSION} ended with: {highs.modelStatusToString(status)}")
    info = highs.getInfo()
    has_values = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    # A model without whole variables is no mixed-integer program: its optimum is its bound.
    is_linear = status == highspy.HighsModelStatus.kOptimal and not any(map(int, highs.getLp().integrality_))
    bound = float(info.objective_function_value if is_linear else info.mip_dual_bound)
    if not math.isfinite(bound):
        bound = math.inf if is_max else -math.inf
    return Outcome(_ENDED[status], has_values, bound, *size)


def _or(bound: float | None, absent: float) -> float:
    return absent if bound is None else float(bound)
