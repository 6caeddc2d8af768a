"""Instructions of processors that Python has no word for; by llvmlite, which is a part of numba."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.extending import intrinsic

INT1, INT32 = ir.IntType(1), ir.IntType(32)
READ, KEEP_IN_ALL_CACHES, DATA = 0, 3, 1
IS_NEVER_ZERO = 1


def _prefetch(_typing: Any, array: types.Array, _index: types.Integer) -> Any:
    """Load the cache line of ``array[index]`` while other work goes on; an index out of bounds does no harm."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        first = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        pointer = ir.IntType(8).as_pointer()
        shape = ir.FunctionType(ir.VoidType(), [pointer, INT32, INT32, INT32])
        function = builder.module.declare_intrinsic("llvm.prefetch", (pointer,), shape)
        wish = [ir.Constant(INT32, part) for part in (READ, KEEP_IN_ALL_CACHES, DATA)]
        builder.call(function, [builder.bitcast(builder.gep(first, [arguments[1]]), pointer), *wish])
        return context.get_dummy_value()

    return types.void(array, _index), generate


def _lowest_bit(_typing: Any, _bits: types.Integer) -> Any:
    """Number of the lowest bit set of a uint64 that is not 0."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(INT1, IS_NEVER_ZERO))

    return types.uint64(types.uint64), generate


def _interpreted_prefetch(_array: Any, _index: Any) -> None:
    """Nothing: interpreted kernels wait."""


def _interpreted_lowest_bit(bits: Any) -> Any:
    return np.uint64((int(bits) & -int(bits)).bit_length() - 1)


prefetch: Any = _interpreted_prefetch if config.DISABLE_JIT else intrinsic(_prefetch)  # type: ignore[attr-defined]
lowest_bit: Any = _interpreted_lowest_bit if config.DISABLE_JIT else intrinsic(_lowest_bit)  # type: ignore[attr-defined]
