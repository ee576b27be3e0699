"""What was asked for: geometry as derived, groups, rules, warnings, and the file itself."""

from collections import Counter
from collections.abc import Sequence

import pyarrow as pa

from skyweft.drawing.markup import (
    Cell,
    Markup,
    Number,
    escaped,
    folded,
    heading,
    icon,
    joined,
    table,
    titled,
)
from skyweft.drawing.numerals import count
from skyweft.drawing.palette import SPOKEN
from skyweft.drawing.reading import words
from skyweft.scenario.scenario import Scenario

WARNINGS_SHOWN = 20


def warnings_section(warnings: Sequence[str]) -> Markup:
    """Return what the run warned about, or one line that it did not."""
    if not warnings:
        return Markup(
            f'<p class="state ok" id="warnings">{icon("ok")} <b>No warnings</b> from any stage.</p>'
        )
    items = [
        Markup(f"<li>{icon('warning')}<span><b>Warning</b> {escaped(warning)}</span></li>")
        for warning in warnings
    ]
    more = Markup("")
    if len(items) > WARNINGS_SHOWN:
        rest = joined(items[WARNINGS_SHOWN:])
        more = folded(
            f"{len(items) - WARNINGS_SHOWN} more warnings",
            Markup(f'<ul class="warnings">{rest}</ul>'),
        )
    shown = joined(items[:WARNINGS_SHOWN])
    return titled("warnings", "Warnings", "", Markup(f'<ul class="warnings">{shown}</ul>'), more)


def scenario_section(
    scenario: Scenario, platforms: pa.Table, derived_geometry: Sequence[str], text: str
) -> Markup:
    """Return the section that repeats the scenario."""
    lines = joined(Markup(f"<li>{escaped(row)}</li>") for row in derived_geometry)
    parts = [
        heading("Groups"),
        table(
            "Groups of platforms",
            [("group", ""), ("layer", ""), ("motion", ""), ("platforms", ""), ("terminals", "")],
            _groups(scenario, platforms),
        ),
    ]
    if scenario.links:
        parts += [
            heading("Link rules"),
            table(
                "Link rules",
                [
                    ("between", ""),
                    ("pattern", ""),
                    ("least elevation", "deg"),
                    ("greatest range", "km"),
                    ("waveform", ""),
                    ("losses", ""),
                ],
                _rules(scenario),
            ),
        ]
    if derived_geometry:
        parts = [
            heading("Derived geometry"),
            Markup(f'<ul class="echo">{lines}</ul>'),
            *parts,
        ]
    if text:
        file = Markup(
            '<pre tabindex="0" role="region" aria-label="scenario file"><code>'
            f"{escaped(text)}</code></pre>"
        )
        parts.append(folded("The scenario file", file))
    return titled("scenario", "Scenario", "", *parts)


def _groups(scenario: Scenario, platforms: pa.Table) -> list[list[Cell]]:
    members = Counter(words(platforms, "group").to_pylist())
    return [
        [
            name,
            SPOKEN[group.layer],
            group.motion.words or group.motion.kind,
            count(members[name]),
            ", ".join(group.terminals) or "none",
        ]
        for name, group in scenario.platforms.items()
    ]


def _rules(scenario: Scenario) -> list[list[Cell]]:
    return [
        [
            " / ".join(rule.between),
            rule.pattern,
            Number(f"{rule.elevation_min_deg:g}"),
            Number("no limit" if rule.range_max_m is None else f"{rule.range_max_m / 1e3:,.0f}"),
            rule.waveform or "stated rate",
            ", ".join(loss.kind for loss in rule.losses) or "none stated",
        ]
        for rule in scenario.links
    ]
