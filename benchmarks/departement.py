"""A whole département of INSEE squares of 200 m, with roads, from its file to its run folder.

python -m benchmarks.departement
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from siting.pipeline import run
from siting.scenario import load
from siting.territory import embedded

SQUARES = 60_000
SCENARIO = """
scenario: departement
title: Soixante mille carreaux de 200 m
study_area: {departements: ["2A", "2B"]}
population: {rule: filosofi, file: carreaux.csv}
grid: {cell_size_m: 200}
candidates: {rule: town_halls}
existing: {rule: gp_practices, min_gp_practices: 10}
travel: {surface: roads, network: corsica}
goal: {model: lscp}
"""


def squares_of_200_m(n: int) -> pd.DataFrame:
    """Made-up inhabited squares on the land of Corsica, in the columns that INSEE gives them; a third imputed."""
    cells, communes = embedded.read_cells(), embedded.read_communes()
    own = cells[communes["departement"].isin(["2A", "2B"]).to_numpy()[cells["commune"]]]
    own = own.sort_values("persons", ascending=False, kind="stable")
    part, row = np.divmod(np.arange(n), len(own))
    x_m = own["x_km"].to_numpy()[row] * 1000 + part % 5 * 200
    y_m = own["y_km"].to_numpy()[row] * 1000 + part // 5 * 200
    persons = np.random.default_rng(1).poisson(5, n) + 1.0
    return pd.DataFrame(
        {
            "idcar_200m": [f"CRS3035RES200mN{y}E{x}" for x, y in zip(x_m, y_m, strict=True)],
            "i_est_200": (persons < 5).astype(int),
            "lcog_geo": communes["code"].to_numpy()[own["commune"].to_numpy()[row]],
            "ind": persons,
        }
    )


def main() -> None:
    """Write the file, run the scenario on it, and print the seconds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        squares_of_200_m(SQUARES).to_csv(folder / "carreaux.csv", index=False)
        (folder / "departement.yaml").write_text(SCENARIO, encoding="utf-8")
        clock, cpu = time.perf_counter(), time.process_time()
        run(load(folder / "departement.yaml")).save(folder / "run")
        print(
            f"{SQUARES:,} squares: {time.perf_counter() - clock:.1f} s, {time.process_time() - cpu:.1f} s of processor"
        )


if __name__ == "__main__":
    main()
