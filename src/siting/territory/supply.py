"""Practitioners and red zones of a planner's tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.errors import Fault
from siting.scenario.codes import meant_communes
from siting.territory.commune_codes import bring_forward
from siting.territory.embedded import read_communes
from siting.territory.records import Records, number_in, read_records
from siting.territory.site_files import refuse
from siting.territory.values import Communes, Doctors

PROFESSIONS = ("gp", "nurse")
BOUNDS = {"fte": (0.0, 2.0), "age": (20.0, 95.0), "days": (0.0, 7.0)}


def read_doctors(path: Path, communes: Communes) -> Doctors:
    """The practitioners of a table who practise in a commune that the grid shows.

    Codes of former communes are brought to those of today.

    Raises
    ------
    DataError
        With every fault: missing columns, unknown professions or communes, numbers beyond `BOUNDS`.
    """
    records = read_records(path)
    faults = [*records.faults, *_missing(path, records, ("commune", "profession"))]
    refuse(path, faults)
    numbers: dict[str, list[float]] = {name: [] for name in BOUNDS}
    for line, row in zip(records.lines, records.rows, strict=True):
        if row["profession"] not in PROFESSIONS:
            problem, remedy = f"« {row['profession']} » n'est pas une profession lue ici", " ou ".join(PROFESSIONS)
            faults.append(Fault(str(path), line, 1, "profession", problem, remedy))
        for name, (least, most) in BOUNDS.items():
            text = row.get(name, "")
            value = number_in(text, has_decimal_comma=records.has_decimal_comma) if text else np.nan
            if value is None or value < least or value > most:
                remedy = f"un nombre de {least:g} à {most:g}, ou une case vide"
                faults.append(Fault(str(path), line, 1, name, f"« {text} » n'est pas plausible", remedy))
            numbers[name].append(np.nan if value is None else value)
    codes = [row["commune"] for row in records.rows]
    row_of, unknown = _rows_of(path, records.lines, codes, communes)
    refuse(path, [*faults, *unknown])
    kept = row_of >= 0
    fte = np.nan_to_num(np.array(numbers["fte"]), nan=1.0)
    return Doctors(
        commune=row_of[kept].astype(np.int32),
        profession=np.array([row["profession"] for row in records.rows], dtype=str)[kept],
        fte=fte[kept],
        age=np.array(numbers["age"])[kept],
        mode=np.array([row.get("mode", "") for row in records.rows], dtype=str)[kept],
        days_per_week=np.array(numbers["days"])[kept],
    )


def with_doctors(communes: Communes, doctors: Doctors) -> Communes:
    """The communes with these practitioners, in whole full-time equivalents, in place of their practices.

    Rounding keeps the sum of the study area: the largest remainders are rounded up.
    """
    counts = []
    for profession, practices in zip(PROFESSIONS, (communes.gp_practices, communes.nurse_practices), strict=True):
        is_of = doctors.profession == profession
        fte = np.bincount(doctors.commune[is_of], doctors.fte[is_of], len(communes)).astype(np.float64)
        is_told = communes.in_study_area | (fte > 0)
        counts.append(np.where(is_told, _whole(fte), practices) if is_of.any() else practices)
    return replace(communes, gp_practices=counts[0], nurse_practices=counts[1])


def _whole(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole numbers of (rounded) the same sum, by largest remainder; ties to the first."""
    floor = np.floor(values + 1e-9)
    n_up = round(float(values.sum() - floor.sum()))
    up = np.argsort(-(values - floor), kind="stable")[:n_up]
    whole = floor.astype(np.int64)
    whole[up] += 1
    return whole


def read_zones(path: Path, communes: Communes) -> tuple[NDArray[np.bool_], dict[str, str]]:
    """Whether each commune is in a red zone, and the reason of each code.

    Raises
    ------
    DataError
        A code is none or twice, or a reason is missing.
    """
    records = read_records(path)
    refuse(path, [*records.faults, *_missing(path, records, ("code", "reason"))])
    reasons: dict[str, str] = {}
    faults: list[Fault] = []
    is_red = np.zeros(len(communes), dtype=np.bool_)
    for line, row in zip(records.lines, records.rows, strict=True):
        code, reason = row["code"], row["reason"]
        if not reason:
            faults.append(
                Fault(str(path), line, 1, "reason", f"zone {code} sans motif", "écrire pourquoi, en une phrase")
            )
        if code in reasons:
            faults.append(Fault(str(path), line, 1, "code", f"« {code} » figure déjà", "garder une ligne par zone"))
        reasons[code] = reason
        if len(code) == 9:
            inside = communes.epci == code
            problem = [] if inside.any() else [f"aucun EPCI du territoire n'a le code {code}"]
            faults += [Fault(str(path), line, 1, "code", one, "communes.csv les donne") for one in problem]
        else:
            row_of, unknown = _rows_of(path, [line], [code], communes)
            faults += unknown
            inside = np.arange(len(communes)) == row_of[0]
        is_red |= inside
    refuse(path, faults)
    return is_red, reasons


def _missing(path: Path, records: Records, needed: tuple[str, ...]) -> list[Fault]:
    missing = [name for name in needed if name not in records.columns]
    remedy = f"colonnes attendues : {', '.join(needed)}"
    return [Fault(str(path), 1, 1, "", f"colonne absente : {', '.join(missing)}", remedy)] if missing else []


def _rows_of(
    path: Path, lines: list[int], codes: list[str], communes: Communes
) -> tuple[NDArray[np.int64], list[Fault]]:
    """Row of each commune, -1 for those that the grid does not show, and the codes that are none."""
    current = set(read_communes()["code"])
    forward = bring_forward(codes, current)
    faults = []
    for line, code in zip(lines, codes, strict=True):
        if code in forward.ambiguous:
            problem = f"{code} est allée à {' et '.join(forward.ambiguous[code])}"
            faults.append(Fault(str(path), line, 1, "commune", problem, "donner un code d'aujourd'hui"))
        elif not code or code in forward.unknown:
            problem = f"aucune commune n'a le code « {code} »"
            meant = [one for one in meant_communes(code) if one in current]
            remedy = (
                f"enregistrer la colonne en texte : {' ou '.join(meant)}" if meant else "un code INSEE à 5 caractères"
            )
            faults.append(Fault(str(path), line, 1, "commune", problem, remedy))
    row_of = pd.Series(np.arange(len(communes)), index=communes.code)
    return row_of.reindex(forward.code).fillna(-1).to_numpy(np.int64), faults
