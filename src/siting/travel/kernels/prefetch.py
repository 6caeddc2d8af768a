"""Ask the processor for a cell before it is needed; by llvmlite, which is a part of numba."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import config, types
from numba.extending import intrinsic

INT32 = ir.IntType(32)
READ, KEEP_IN_ALL_CACHES, DATA = 0, 3, 1


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


def _nothing(_array: Any, _index: Any) -> None:
    """What interpreted kernels do instead."""


prefetch: Any = _nothing if config.DISABLE_JIT else intrinsic(_prefetch)  # type: ignore[attr-defined]
