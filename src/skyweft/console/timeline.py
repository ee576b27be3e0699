"""Who is in contact when: rows of bars, a platform a row, merged where they would lie too thick."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.results import Run
from skyweft.scene.meetings import Met, met, rules_met
from skyweft.scene.scene_platforms import Cast, cast

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LAYERS = ("space", "near_space", "air", "ground")
SITES_MAX = 20_000
ROWS_MAX = 5_000
BARS_MAX = 20_000
PIXELS = 2_000  # gaps narrower than one of so many parts of the window close when bars merge


def timeline(run: Run, from_s: float, to_s: float, group: str | None = None) -> dict[str, Any]:
    """Return the contacts of a window as rows of bars.

    Parameters
    ----------
    run : Run
        Its platforms and contacts are read, and nothing else of it.
    from_s, to_s : float
        The window; bars are cut at its ends. [s]
    group : str, optional
        Only members of this group.

    Returns
    -------
    dict
        `rows` of `platform, layer, group, bars`; a bar is start, end, rule and the other platform,
        both None where merged bars differ. `merged` says whether bars were, `notes` what is left
        out. Rows go by layer, then in the order of the scenario.
    """
    who = cast(run, SITES_MAX)
    names = [group["name"] for group in who.groups]
    if group is not None and group not in names:
        raise ScenarioError(f"there is no group {group!r}; the groups are {', '.join(names)}")
    rules = rules_met(run)
    rows, notes = _rows(who, group)
    bars = _Bars.of(met(run, who, rules, from_s, to_s), rows, len(who))
    merged = len(bars.row) > BARS_MAX
    if merged:
        bars = bars.merged((to_s - from_s) / PIXELS)
    return {
        "from_s": from_s,
        "to_s": to_s,
        "merged": merged,
        "notes": [*who.notes, *notes],
        "rows": _written(who, rows, bars.cut(from_s, to_s), rules),
    }


def _rows(who: Cast, group: str | None) -> tuple[Ints, list[str]]:
    """Return which platforms get a row, in order."""
    layer = np.array([LAYERS.index(group["layer"]) for group in who.groups])[who.group]
    rows = np.argsort(layer, kind="stable")
    if group is not None:
        wanted = [number for number, known in enumerate(who.groups) if known["name"] == group]
        rows = rows[np.isin(who.group[rows], wanted)]
    if len(rows) <= ROWS_MAX:
        return rows, []
    return rows[:ROWS_MAX], [f"{ROWS_MAX:,} of {len(rows):,} platforms are listed; choose a group"]


class _Bars:
    """Bars by row, then start: columns (B,)."""

    def __init__(self, row: Ints, start_s: Floats, end_s: Floats, rule: Ints, other: Ints) -> None:
        order = np.lexsort((start_s, row))
        self.row, self.start_s, self.end_s = row[order], start_s[order], end_s[order]
        self.rule, self.other = rule[order], other[order]

    @classmethod
    def of(cls, found: Met, rows: Ints, count: int) -> "_Bars":
        """Return two bars a contact, one in the row of either end, where that has a row."""
        place = np.full(count, -1)
        place[rows] = np.arange(len(rows))
        row = place[np.concatenate([found.source, found.target])]
        listed = row >= 0
        return cls(
            row[listed],
            np.tile(found.start_s, 2)[listed],
            np.tile(found.end_s, 2)[listed],
            np.tile(found.rule, 2)[listed],
            np.concatenate([found.target, found.source])[listed],
        )

    def merged(self, gap_s: float) -> "_Bars":
        """Return the unions of bars of a row that overlap or nearly meet."""
        span_s = float(self.end_s.max() - self.start_s.min()) + 2 * gap_s
        shift_s = self.row * span_s  # rows one behind the other: a running maximum stays in its row
        reach_s = np.maximum.accumulate(self.end_s + shift_s)
        first = np.flatnonzero(
            np.append(True, self.start_s[1:] + shift_s[1:] > reach_s[:-1] + gap_s)
        )
        last = np.append(first[1:], len(self.row)) - 1
        return _Bars(
            self.row[first],
            self.start_s[first],
            reach_s[last] - shift_s[last],
            _agreed(self.rule, first),
            _agreed(self.other, first),
        )

    def cut(self, from_s: float, to_s: float) -> "_Bars":
        """Return the bars within a window."""
        start_s, end_s = (
            np.clip(moment_s, from_s, to_s) for moment_s in (self.start_s, self.end_s)
        )
        return _Bars(self.row, start_s, end_s, self.rule, self.other)


def _agreed(values: Ints, first: Ints) -> Ints:
    """Return the one value of each run of values, or -1 where they differ."""
    low, high = (extreme.reduceat(values, first) for extreme in (np.minimum, np.maximum))
    return np.where(low == high, low, -1)


def _written(who: Cast, rows: Ints, bars: _Bars, rules: list[str]) -> list[dict[str, Any]]:
    """Return rows with names, for JSON."""
    names = who.names.to_pylist()
    written: list[list[Any]] = [[] for _ in rows]
    columns = (bars.row, bars.start_s, bars.end_s, bars.rule, bars.other)
    for row, start_s, end_s, rule, other in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        written[row].append(
            [
                round(start_s, 3),
                round(end_s, 3),
                rules[rule] if rule >= 0 else None,
                names[other] if other >= 0 else None,
            ]
        )
    groups = [who.groups[group] for group in who.group[rows]]
    return [
        {"platform": names[row], "layer": group["layer"], "group": group["name"], "bars": found}
        for row, group, found in zip(rows.tolist(), groups, written, strict=True)
    ]
