"""What a benchmark runs on, and processor time: a wall clock tells also of whoever else works."""

import os

from numba.core.registry import cpu_target


def told() -> str:
    """Return processors, their load, and what numba compiles for: features decide by a factor."""
    _, name, features = cpu_target.target_context.codegen().magic_tuple()
    have = set(str(features).split(","))
    wide = [each for each in ("avx2", "fma", "avx512f") if f"+{each}" in have]
    vectors = ", ".join(wide) or "no features beyond its name"
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} processors{load}; numba for {name or 'this one'}: {vectors}"


def children_s() -> float:
    """Return the seconds of processor time of all processes that have been waited for."""
    spent = os.times()
    return spent.children_user + spent.children_system
