"""The same searches in C, compiled where gcc is at hand."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

SOURCE = Path(__file__).with_name("searches.c")


def library() -> ctypes.CDLL | None:
    """The compiled searches; None without gcc."""
    gcc = shutil.which("gcc")
    if gcc is None:
        return None
    built = Path(tempfile.mkdtemp()) / "searches.so"
    subprocess.run([gcc, "-O3", "-march=native", "-shared", "-fPIC", str(SOURCE), "-o", str(built)], check=True)
    loaded = ctypes.CDLL(str(built))
    address, whole, word, bits = ctypes.c_void_p, ctypes.c_int64, ctypes.c_uint64, ctypes.c_uint32
    loaded.cells_within.argtypes = [
        address, whole, whole, whole, whole, whole, address, bits, address, word, bits, address, word, address, word,
        word, address, address, address,
    ]  # fmt: skip
    loaded.cells_within.restype = whole
    loaded.search_graph.argtypes = [
        address, address, word, bits, bits, address, address, address, word, address, word, word, address,
    ]  # fmt: skip
    loaded.search_graph.restype = whole
    loaded.take.argtypes = [address, address, word, bits, whole, address, address]
    loaded.take.restype = whole
    return loaded


def pointer(array: np.ndarray | None) -> ctypes.c_void_p:
    """Address of an array's first byte; null for None."""
    return ctypes.c_void_p(None if array is None else array.ctypes.data)
