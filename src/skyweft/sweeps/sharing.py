"""Which variants of a sweep run first: those whose work others take over."""

from collections.abc import Sequence
from pathlib import Path

from skyweft.engine.keys import keys
from skyweft.scenario.reading import load
from skyweft.stage.registry import wanted
from skyweft.store.identity import input_files
from skyweft.store.kept import Kept
from skyweft.sweeps.variants import Variant

# Of a variant's work, by the stages' usual shares. Below it, waiting would cost more time than it
# saves: processes would stand still while one variant runs.
WORTH_WAITING = 0.5


def waves(path: Path, variants: Sequence[Variant]) -> list[list[Variant]]:
    """Return the variants in one or two lots, each to be finished before the next begins.

    Parameters
    ----------
    path : Path
        The scenario's file.
    variants : sequence of Variant
        To run.
    """
    if not Kept.of_user():
        return [list(variants)]
    first: list[Variant] = []
    later: list[Variant] = []
    seen: dict[str, int] = {}  # key of a stage's work -> which of `first` does it
    for variant in variants:
        shares = _shares(path, variant)
        best = max((_shared(shares, seen, seen[key]) for key in shares if key in seen), default=0.0)
        if best >= WORTH_WAITING:
            later.append(variant)
        else:
            seen |= {key: len(first) for key in shares if key not in seen}
            first.append(variant)
    return [some for some in (first, later) if some]


def _shares(path: Path, variant: Variant) -> dict[str, float]:
    """Return how much of a variant's work each stage is, by what stands for it.

    Cheaper than the keys themselves: no file is read and no platform made. Two variants that look
    alike and are not have only waited for nothing.
    """
    scenario = load(path, variant.overrides)
    stages = wanted(scenario)
    files = [{"file": str(file), "sha256": ""} for _, file in input_files(scenario)]
    found = keys(scenario, stages, {"inputs": files, "borders_s": []})
    whole = sum(stage.share for stage in stages)
    return {
        key: stage.share / whole
        for stage in stages
        # What a stage gives and nobody can read again is computed again.
        if (key := found[stage.key]) and all(give.unpack for give in stage.gives)
    }


def _shared(shares: dict[str, float], seen: dict[str, int], who: int) -> float:
    return sum(share for key, share in shares.items() if seen.get(key) == who)
