"""Lines of sight from one user to eight satellites at once, written as vector code.

The loops this stands for are a few lines of Python. Compiled from those they take four satellites
at a time, since what is counted is of another width than what is compared.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

WIDTH = 8
_FLOAT, _I32 = ir.FloatType(), ir.IntType(32)
NOT_SEEN = -1e30  # a score below any
_VECTOR, _COUNTS = ir.VectorType(_FLOAT, WIDTH), ir.VectorType(_I32, WIDTH)
_FLAGS = ("contract", "nnan", "ninf", "nsz", "arcp")
_ORIGIN_M2 = 1e-6  # a square millimetre, so that nothing is divided by zero


@intrinsic
def in_view(_typing: Any, some: Any, size: Any, user: Any) -> tuple[Any, Any]:
    """Return how many satellites surely are in view of a user, and how many may be.

    `some` begins with arrays of their coordinates, `size` of them, a multiple of eight. Of `user`
    there are place, vertical, and the limits: sine of the mask, range, and the rounding to reckon
    with.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        sums = [cgutils.alloca_once_value(builder, ir.Constant(_COUNTS, None)) for _ in range(2)]
        with _strides(builder, arguments[1]) as start:
            sight = _Sight(context, builder, signature, (arguments[0], start, arguments[2]))
            for place, bound in zip(sums, (sight.doubt, sight.less), strict=True):
                builder.store(builder.sub(builder.load(place), sight.inside(bound)), place)
        counts = [_reduced(builder, "add", builder.load(place)) for place in sums]
        return cgutils.pack_array(builder, counts)

    return types.UniTuple(types.int32, 2)(some, types.intp, user), generate


@intrinsic
def score(
    _typing: Any, some: Any, size: Any, user: Any, nearest: Any, most: Any, least: Any
) -> tuple[Any, Any]:
    """Write how good satellites are at best and at worst; return how many are unsure.

    Good is the sine of the elevation, or with `nearest` the range, negative; far below either where
    a satellite is surely not in view. The first three are those of `in_view`.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        unsure = cgutils.alloca_once_value(builder, ir.Constant(_COUNTS, None))
        near = _splat(builder, arguments[3])
        hidden = _splat(builder, _FLOAT(NOT_SEEN))
        with _strides(builder, arguments[1]) as start:
            sight = _Sight(context, builder, signature, (arguments[0], start, arguments[2]))
            good, doubt = sight.good(near)
            maybe = sight.inside(sight.less)
            seen = builder.icmp_signed("!=", maybe, ir.Constant(_COUNTS, None))
            for place, value in (
                (4, builder.fadd(good, doubt, flags=_FLAGS)),
                (5, builder.fsub(good, doubt, flags=_FLAGS)),
            ):
                pointer = _pointer(context, builder, signature.args[place], arguments[place], start)
                builder.store(builder.select(seen, value, hidden), pointer, align=4)
            sure = sight.inside(sight.doubt)
            builder.store(builder.add(builder.load(unsure), builder.sub(sure, maybe)), unsure)
        return _reduced(builder, "add", builder.load(unsure))

    return types.int32(some, types.intp, user, types.boolean, most, least), generate


@intrinsic
def kth(_typing: Any, scores: Any, size: Any, k: Any) -> tuple[Any, Any]:
    """Return a number that k of the scores reach, of which there are a multiple of eight.

    The highest of every eighth are different scores, so the k-th highest of those will do; equal
    ones count once. A number far below any where there are too few.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        none = _splat(builder, _FLOAT(NOT_SEEN / 2))
        held = cgutils.alloca_once_value(builder, none)
        with _strides(builder, arguments[1]) as start:
            new = builder.load(
                _pointer(context, builder, signature.args[0], arguments[0], start), align=4
            )
            old = builder.load(held)
            above = builder.fcmp_ordered(">", new, old)
            builder.store(builder.select(above, new, old), held)
        more = builder.sub(arguments[2], ir.Constant(arguments[2].type, 1))
        with cgutils.for_range(builder, more):
            old = builder.load(held)
            top = _splat(builder, _reduced(builder, "fmax", old))
            builder.store(builder.select(builder.fcmp_ordered("==", old, top), none, old), held)
        return _reduced(builder, "fmax", builder.load(held))

    return types.float32(scores, types.intp, types.intp), generate


@intrinsic
def reaching(_typing: Any, scores: Any, start: Any, bar: Any) -> tuple[Any, Any]:
    """Return which of eight scores reach a bar, as bits."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, signature.args[0], arguments[0], arguments[1])
        flags = builder.fcmp_ordered(
            ">=", builder.load(pointer, align=4), _splat(builder, arguments[2])
        )
        return builder.zext(builder.bitcast(flags, ir.IntType(WIDTH)), ir.IntType(64))

    return types.int64(scores, types.intp, types.float32), generate


@intrinsic
def lowest(_typing: Any, bits: Any) -> tuple[Any, Any]:
    """Return the place of the lowest bit that is set."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), generate


class _Sight:
    """Squares of eight lines, how far they rise, and whether they keep to the limits."""

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
                builder.load(_at(builder, column.data, arguments[1]), align=4), here, flags=_FLAGS
            )
            for column, here in zip(lists, place, strict=True)
        ]
        self.square = builder.fadd(self._dot(line, line), _splat(builder, _FLOAT(_ORIGIN_M2)))
        self.rise = self._dot(line, vertical)
        self.steep = builder.fmul(self._signed(limits[0]), self.square, flags=_FLAGS)
        self.range, self.doubt = limits[1], limits[2]
        self.less = builder.fsub(ir.Constant(_VECTOR, None), self.doubt)

    def _dot(self, one: list[Any], other: list[Any]) -> Any:
        parts = [self.builder.fmul(a, b, flags=_FLAGS) for a, b in zip(one, other, strict=True)]
        both = self.builder.fadd(parts[0], parts[1], flags=_FLAGS)
        return self.builder.fadd(both, parts[2], flags=_FLAGS)

    def _signed(self, value: Any) -> Any:
        """Return squares that keep their sign, and so their order."""
        size = _called(self.builder, f"llvm.fabs.v{WIDTH}f32", value)
        return self.builder.fmul(value, size, flags=_FLAGS)

    def inside(self, bound: Any) -> Any:
        """Return -1 where a line keeps to both limits by more than so much or just so much, else 0.

        Squares are compared: a root would take as long as all the rest. And flags of one bit would
        be packed and unpacked.
        """
        above, within = (
            self._signed(self.builder.fsub(array, bound, flags=_FLAGS))
            for array in (self.rise, self.range)
        )
        flags = [
            self.builder.fcmp_ordered(">=", kept, limit)
            for kept, limit in ((above, self.steep), (within, self.square))
        ]
        return self.builder.and_(*(self.builder.sext(flag, _COUNTS) for flag in flags))

    def good(self, nearest: Any) -> tuple[Any, Any]:
        """Return how good the satellites are, and how far off that may be."""
        builder = self.builder
        length = _called(builder, f"llvm.sqrt.v{WIDTH}f32", self.square)
        inverse = builder.fdiv(_splat(builder, _FLOAT(1.0)), length, flags=_FLAGS)
        far = builder.fsub(ir.Constant(_VECTOR, None), length)
        high = builder.fmul(self.rise, inverse, flags=_FLAGS)
        doubt = builder.fmul(self.doubt, inverse, flags=_FLAGS)
        return builder.select(nearest, far, high), builder.select(nearest, self.doubt, doubt)


@contextmanager
def _strides(builder: Any, size: Any) -> Iterator[Any]:
    """Write a loop over every eighth place below a size."""
    zero, step = (ir.Constant(size.type, offset) for offset in (0, WIDTH))
    with cgutils.for_range_slice(builder, zero, size, step, size.type, inc=True) as (start, _):
        yield start


def _called(builder: Any, name: str, value: Any) -> Any:
    """Call a vector function of one argument that LLVM has."""
    kind = ir.FunctionType(value.type, [value.type])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), [value])


def _reduced(builder: Any, how: str, value: Any) -> Any:
    """Return the sum or the greatest of a vector."""
    element = value.type.element
    name = f"llvm.vector.reduce.{how}.v{WIDTH}{'f32' if element == _FLOAT else 'i32'}"
    kind = ir.FunctionType(element, [value.type])
    reduce = cgutils.get_or_insert_function(builder.module, kind, name)
    return builder.call(reduce, [value], fastmath=_FLAGS if element == _FLOAT else ())


def _pointer(context: Any, builder: Any, kind: Any, array: Any, start: Any) -> Any:
    return _at(builder, context.make_array(kind)(context, builder, array).data, start)


def _at(builder: Any, data: Any, start: Any) -> Any:
    return builder.bitcast(builder.gep(data, [start]), ir.PointerType(_VECTOR))


def _splat(builder: Any, value: Any) -> Any:
    kind = ir.VectorType(value.type, WIDTH)
    one = builder.insert_element(ir.Constant(kind, ir.Undefined), value, ir.Constant(_I32, 0))
    places = ir.Constant(ir.VectorType(_I32, WIDTH), None)
    return builder.shuffle_vector(one, ir.Constant(kind, ir.Undefined), places)
