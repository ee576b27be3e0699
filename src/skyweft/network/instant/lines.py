"""Lines of sight from one user to sixteen satellites at once, written as vector code.

The loops this stands for are a few lines of Python. Compiled from those they take four satellites
at a time, since what is counted is of another width than what is compared.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

WIDTH = 16
_FLOAT, _I32 = ir.FloatType(), ir.IntType(32)
NOT_SEEN = -1e30  # a score below any
_VECTOR = ir.VectorType(_FLOAT, WIDTH)
_FLAGS = ("contract", "nnan", "ninf", "nsz", "arcp")
_ORIGIN_M2 = 1e-6  # a square millimetre, so that nothing is divided by zero


@intrinsic
def in_view(_typing: Any, some: Any, start: Any, user: Any) -> tuple[Any, Any]:
    """Return how many of sixteen satellites surely are in view, and how many may be.

    `some` begins with arrays of their coordinates, which are taken from `start` on. Of `user` there
    are place, vertical, and the limits: sine of the mask, range, and the rounding to reckon with.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        sight = _Sight(context, builder, signature, arguments)
        counts = [sight.count(sight.inside(bound)) for bound in (sight.doubt, sight.less)]
        return cgutils.pack_array(builder, counts)

    return types.UniTuple(types.int32, 2)(some, types.intp, user), generate


@intrinsic
def score(
    _typing: Any, some: Any, start: Any, user: Any, nearest: Any, most: Any, least: Any
) -> tuple[Any, Any]:
    """Write how good sixteen satellites are at best and at worst; return how many are unsure.

    Good is the sine of the elevation, or with `nearest` the range, negative; far below either where
    a satellite is surely not in view. The first three are those of `in_view`.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        sight = _Sight(context, builder, signature, arguments)
        inverse = builder.fdiv(_splat(builder, _FLOAT(1.0)), sight.length, flags=_FLAGS)
        zero = ir.Constant(_VECTOR, None)
        near = _splat(builder, arguments[3])
        good = builder.select(
            near,
            builder.fsub(zero, sight.length),
            builder.fmul(sight.rise, inverse, flags=_FLAGS),
        )
        doubt = builder.select(near, sight.doubt, builder.fmul(sight.doubt, inverse, flags=_FLAGS))
        maybe = sight.inside(sight.less)
        hidden = _splat(builder, _FLOAT(NOT_SEEN))
        for place, value in (
            (4, builder.fadd(good, doubt, flags=_FLAGS)),
            (5, builder.fsub(good, doubt, flags=_FLAGS)),
        ):
            array = context.make_array(signature.args[place])(context, builder, arguments[place])
            pointer = _at(builder, array.data, arguments[1])
            builder.store(builder.select(maybe, value, hidden), pointer, align=4)
        return builder.sub(sight.count(maybe), sight.count(sight.inside(sight.doubt)))

    return types.int32(some, types.intp, user, types.boolean, most, least), generate


class _Sight:
    """Lengths of sixteen lines, how far they rise, and by how much they keep to the limits."""

    def __init__(self, context: Any, builder: Any, signature: Any, arguments: Any) -> None:
        self.builder = builder
        lists = [
            context.make_array(kind)(context, builder, builder.extract_value(arguments[0], axis))
            for axis, kind in enumerate(signature.args[0].types[:3])
        ]
        place, vertical, limits = (
            [
                _splat(builder, builder.extract_value(builder.extract_value(arguments[2], k), axis))
                for axis in range(3)
            ]
            for k in range(3)
        )
        line = [
            builder.fsub(
                builder.load(_at(builder, each.data, arguments[1]), align=4), here, flags=_FLAGS
            )
            for each, here in zip(lists, place, strict=True)
        ]
        root = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(_VECTOR, [_VECTOR]), f"llvm.sqrt.v{WIDTH}f32"
        )
        square = builder.fadd(self._dot(line, line), _splat(builder, _FLOAT(_ORIGIN_M2)))
        self.length = builder.call(root, [square])
        self.rise = self._dot(line, vertical)
        steep = builder.fmul(limits[0], self.length, flags=_FLAGS)
        self.above = builder.fsub(self.rise, steep, flags=_FLAGS)
        self.within = builder.fsub(limits[1], self.length, flags=_FLAGS)
        self.doubt = limits[2]
        self.less = builder.fsub(ir.Constant(_VECTOR, None), self.doubt)

    def _dot(self, one: list[Any], other: list[Any]) -> Any:
        parts = [self.builder.fmul(a, b, flags=_FLAGS) for a, b in zip(one, other, strict=True)]
        both = self.builder.fadd(parts[0], parts[1], flags=_FLAGS)
        return self.builder.fadd(both, parts[2], flags=_FLAGS)

    def inside(self, bound: Any) -> Any:
        """Return which lines keep to both limits by more than so much, or just so much."""
        return self.builder.and_(
            self.builder.fcmp_ordered(">=", self.above, bound),
            self.builder.fcmp_ordered(">=", self.within, bound),
        )

    def count(self, flags: Any) -> Any:
        """Return how many flags of sixteen are set."""
        bits = self.builder.bitcast(flags, ir.IntType(WIDTH))
        return self.builder.ctpop(self.builder.zext(bits, _I32))


def _at(builder: Any, data: Any, start: Any) -> Any:
    return builder.bitcast(builder.gep(data, [start]), ir.PointerType(_VECTOR))


def _splat(builder: Any, value: Any) -> Any:
    kind = ir.VectorType(value.type, WIDTH)
    one = builder.insert_element(ir.Constant(kind, ir.Undefined), value, ir.Constant(_I32, 0))
    places = ir.Constant(ir.VectorType(_I32, WIDTH), None)
    return builder.shuffle_vector(one, ir.Constant(kind, ir.Undefined), places)
