"""The report: one HTML file that needs nothing else, on screen and on paper.

No script, no font, no picture is fetched: it opens from a disk for as long as there are browsers.
Only the globe has a script. The same run gives the same bytes.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from skyweft.drawing.html_page import put, sheet
from skyweft.drawing.markup import Markup, escaped, joined, table
from skyweft.drawing.section import Section
from skyweft.report.generic import generic
from skyweft.report.globe import globe_section
from skyweft.report.scenario import scenario_section, warnings_section
from skyweft.results import Run
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Stage
from skyweft.stage.registry import ask, wanted
from skyweft.store.checksums import intact
from skyweft.store.identity import digest
from skyweft.world.lasting import lasting


def write(run: Run, path: str | Path) -> Path:
    """Write the report of a run as one self-contained HTML file.

    Parameters
    ----------
    run : Run
        A finished run, from `skyweft.run` or `skyweft.open_run`.
    path : str or Path
        The file to write; an older one is replaced only when the new one is whole.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ScenarioError
        The file cannot be written; nothing half-written stays.
    """
    return put(page(run), path)


def page(run: Run) -> str:
    """Return the report of a run as HTML."""
    scenario = run.scenario
    parts = _parts(run)
    file = intact(run.folder / "scenario.toml")
    tiles = [tile for part in parts for tile in part.tiles]
    body = joined(
        [
            _title(run),
            Markup(f'<dl class="tiles of-{len(tiles)}">{joined(tiles)}</dl>'),
            globe_section(run),
            warnings_section(run.warnings),
            *(part.body for part in parts),
            scenario_section(
                scenario, run.platforms, run.derived_geometry, file.read_text("utf-8")
            ),
        ]
    )
    bar = _bar(scenario, {key: word for key, word in _places(parts) if f'id="{key}"' in body})
    return sheet(
        scenario.name,
        "report",
        _POLICY,
        body,
        above=f'<a class="skip" href="#main">Skip to the report</a>\n{bar}',
        below=_foot(run, parts),
    )


def _parts(run: Run) -> list[Section]:
    """Return what each stage has to say, in the order people read it."""
    keys: list[str] = []
    parts: list[Section] = []
    for stage in wanted(run.scenario):
        part = _part(run, stage)
        place = keys.index(part.after) + 1 if part.after in keys else len(keys)
        keys.insert(place, stage.key)
        parts.insert(place, part)
    return parts


def _part(run: Run, stage: Stage) -> Section:
    """Return a stage's own section, else one of its tables and figures."""
    return ask(stage, "section", run, Section) or generic(run, stage)


def _places(parts: Sequence[Section]) -> Iterator[tuple[str, str]]:
    yield "globe", "Globe"
    for part in parts:
        yield from part.places.items()
    yield "scenario", "Scenario"


# The globe's code is in the page, and makes its pictures itself.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'unsafe-inline'; "
    "font-src data:"
)


def _bar(scenario: Scenario, places: Mapping[str, str]) -> Markup:
    links = "".join(
        f'<li><a href="#{escaped(key)}">{escaped(word)}</a></li>' for key, word in places.items()
    )
    return Markup(
        '<header class="bar"><p class="wordmark">sky<span>weft</span></p>'
        f'<nav aria-label="Sections"><ul>{links}</ul></nav>'
        f'<p class="moment"><time>{scenario.start:%Y-%m-%d %H:%M}</time> <span>UTC</span></p>'
        "</header>"
    )


def _title(run: Run) -> Markup:
    scenario = run.scenario
    end = scenario.start + timedelta(seconds=scenario.duration_s)
    facts = {
        "Start": f"{scenario.start:%Y-%m-%d %H:%M:%S} UTC",
        "End": f"{end:%Y-%m-%d %H:%M:%S} UTC",
        "Duration": lasting(scenario.duration_s),
        **({} if run.complete else {"Interrupted after": lasting(run.simulated_s)}),
        "Seed": str(scenario.seed),
    }
    words = f'<p class="lead">{escaped(scenario.description)}</p>' if scenario.description else ""
    listed = "".join(
        f"<div><dt>{name}</dt><dd>{escaped(fact)}</dd></div>" for name, fact in facts.items()
    )
    return Markup(
        f'<div class="head"><p class="kind">Run report</p><h1>{escaped(scenario.name)}</h1>{words}'
        f'<dl class="facts">{listed}</dl></div>'
    )


def _foot(run: Run, parts: Sequence[Section]) -> Markup:
    """Say which version made this from what, and where every number comes from."""
    sources = table(
        "Where the numbers come from",
        [("numbers", ""), ("stage", ""), ("table", "")],
        [row for part in parts for row in part.sources],
    )
    return Markup(
        f'<footer><h2 class="unseen">About this report</h2>{sources}'
        '<p class="made">Made by skyweft <span class="mono">'
        f"{escaped(run.manifest['versions']['skyweft'])}</span> · manifest, without timings, "
        f'<span class="mono">sha256 {digest(run.manifest)}</span></p></footer>'
    )
