"""One relaxation of sixty-four lanes, written as vector code.

The loop this stands for is five lines of Python. Compiled from those, its rows might overlap as far
as the compiler can tell, and the tests for that cost more than the work: 24 ns against 10 ns a node
here.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

LANES = 64
_WIDTH = 16
_I32 = ir.IntType(32)
_VECTOR = ir.VectorType(_I32, _WIDTH)


@intrinsic
def relax(_typing: Any, lanes: Any, here: Any, heads: Any, delays: Any) -> tuple[Any, Any]:
    """Lower row `here` to the least of `row heads[i] + delays[i]`, lane by lane.

    `lanes` is a flat array of rows of 64, `heads` and `delays` are tuples of integers of 32 bits;
    the answer is 0 when nothing moved.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        rows = [arguments[1], *_parts(builder, arguments[2])]
        starts = [_start(builder, data, row) for row in rows]
        splats = [_splat(builder, delay) for delay in _parts(builder, arguments[3])]
        moved = ir.Constant(_VECTOR, None)
        for offset in range(0, LANES, _WIDTH):
            here_, *others = [_at(builder, start, offset) for start in starts]
            was = best = builder.load(here_, align=4)
            for other, splat in zip(others, splats, strict=True):
                route = builder.add(builder.load(other, align=4), splat)
                best = builder.select(builder.icmp_signed("<", route, best), route, best)
            builder.store(best, here_, align=4)
            moved = builder.or_(moved, builder.xor(was, best))
        bits = builder.bitcast(moved, ir.IntType(32 * _WIDTH))
        return builder.zext(builder.icmp_unsigned("!=", bits, ir.Constant(bits.type, 0)), _I32)

    return types.int32(lanes, types.int32, heads, delays), generate


def _parts(builder: Any, pack: Any) -> list[Any]:
    return [builder.extract_value(pack, i) for i in range(len(pack.type.elements))]


def _start(builder: Any, data: Any, row: Any) -> Any:
    wide = ir.IntType(64)
    return builder.gep(data, [builder.mul(builder.sext(row, wide), ir.Constant(wide, LANES))])


def _at(builder: Any, start: Any, offset: int) -> Any:
    lane = builder.gep(start, [ir.Constant(ir.IntType(64), offset)])
    return builder.bitcast(lane, ir.PointerType(_VECTOR))


def _splat(builder: Any, value: Any) -> Any:
    nothing = ir.Constant(_VECTOR, ir.Undefined)
    one = builder.insert_element(nothing, value, ir.Constant(_I32, 0))
    return builder.shuffle_vector(one, nothing, ir.Constant(_VECTOR, None))
