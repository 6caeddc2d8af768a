"""Small, deterministic Parquet files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

SMALL_INTEGERS = (pa.uint8(), pa.int16(), pa.uint16(), pa.int32())


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame with each integer column in the smallest type that holds it."""
    columns = {name: _column(frame[name]) for name in frame.columns}
    pq.write_table(
        pa.table(columns), path, compression="zstd", compression_level=19, version="2.6", row_group_size=1 << 22
    )


def _column(values: pd.Series) -> pa.Array:
    array = values.to_numpy()
    if array.dtype.kind in "iu":
        return pa.array(array, type=_smallest_integer(int(array.min()), int(array.max())))
    if array.dtype.kind == "f":
        return pa.array(array.astype(np.float32))
    return pa.array(array, type=pa.bool_() if array.dtype.kind == "b" else pa.string())


def _smallest_integer(low: int, high: int) -> pa.DataType:
    for kind in SMALL_INTEGERS:
        limits = np.iinfo(kind.to_pandas_dtype())
        if limits.min <= low and high <= limits.max:
            return kind
    raise ValueError(f"no small integer holds {low} … {high}")
