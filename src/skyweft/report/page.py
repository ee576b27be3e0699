"""The report: one HTML file that needs nothing else, on screen and on paper.

No script, no font, no picture is fetched: it opens from a disk for as long as there are browsers.
Only the globe has a script. The same run gives the same bytes.
"""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from skyweft.plot.meetings import Meetings, meetings, numbers, weighted_quantiles
from skyweft.plot.palette import LAYERS, SPOKEN
from skyweft.plot.rates import DIRECTION_COLUMNS, Direction
from skyweft.plot.timeline import percent
from skyweft.report.contacts import layers_section, passes_section, timeline_section, with_anything
from skyweft.report.coverage import coverage_section
from skyweft.report.deliveries import deliveries_section
from skyweft.report.figures import rate
from skyweft.report.gateways import gateways_section
from skyweft.report.globe import globe_section
from skyweft.report.links import links_section, read_directions
from skyweft.report.markup import Markup, escaped, joined, table
from skyweft.report.packets import packets_section
from skyweft.report.routes import routes_section
from skyweft.report.scenario import scenario_section, warnings_section
from skyweft.report.shares import flows_section
from skyweft.report.sheet import put, sheet
from skyweft.results import Run
from skyweft.scenario.scenario import Scenario
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
    met = meetings(run.contacts, run.platforms)
    # Half of the columns of the largest table are all that is needed of it.
    ways = read_directions(run.table("links", DIRECTION_COLUMNS)) if scenario.links else []
    length_s = run.finished_s
    file = run.folder / "scenario.toml"
    body = [
        _title(run),
        _tiles(met, ways, run.coverage, length_s),
        globe_section(run),
        warnings_section(run.warnings),
        layers_section(met, length_s),
        timeline_section(met, length_s),
        passes_section(met, run.contacts, length_s),
        coverage_section(run.coverage, scenario.coverage),
        links_section(ways),
        routes_section(run),
        flows_section(run),
        packets_section(run),
        deliveries_section(run),
        gateways_section(run),
        scenario_section(scenario, run.platforms, run.echo, file.read_text("utf-8")),
    ]
    bar = _bar(scenario, [each for each in _PLACES if f'id="{each}"' in "".join(body)])
    return sheet(
        scenario.name, "report", _POLICY, joined(body),
        above=f'<a class="skip" href="#main">Skip to the report</a>\n{bar}', below=_foot(run),
    )  # fmt: skip


# The globe's code is in the page, and makes its pictures itself.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'unsafe-inline'; "
    "font-src data:"
)
_ASKED = {  # what a scenario may ask of the network, and where its numbers come from
    "routes": ["ways, delays, changes, reasons", "network.routes", "routes.parquet"],
    "flows": ["traffic, loads, limits", "network.shares", "shares.parquet, loads.parquet"],
    "messages": ["messages: arrivals, delays, losses", "delivery", "deliveries_by_*.parquet"],
    "packets": ["packets: delay, jitter, loss", "network.queueing", "packets.parquet"],
    "gateways": ["gateways to build", "network.ground", "gateways.parquet"],
}
_PLACES = {
    "globe": "Globe",
    "layers": "Who sees whom",
    "timeline": "Timeline",
    "passes": "Passes",
    "coverage": "Coverage",
    "links": "Links",
    "routes": "Routes",
    "flows": "Flows",
    "packets": "Packets",
    "deliveries": "Messages",
    "gateways": "Gateways",
    "scenario": "Scenario",
}


def _bar(scenario: Scenario, places: Sequence[str]) -> Markup:
    links = "".join(f'<li><a href="#{each}">{_PLACES[each]}</a></li>' for each in places)
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
        **({} if run.complete else {"Interrupted after": lasting(run.finished_s)}),
        "Seed": str(scenario.seed),
    }
    words = f'<p class="lead">{escaped(scenario.description)}</p>' if scenario.description else ""
    listed = "".join(
        f"<div><dt>{name}</dt><dd>{escaped(each)}</dd></div>" for name, each in facts.items()
    )
    return Markup(
        f'<div class="head"><p class="kind">Run report</p><h1>{escaped(scenario.name)}</h1>{words}'
        f'<dl class="facts">{listed}</dl></div>'
    )


def _tiles(
    met: Meetings, ways: Sequence[Direction], coverage: pa.Table | None, length_s: float
) -> Markup:
    """Return the key figures; a tile whose stage was not run is left out."""
    in_layer = np.bincount(met.layer, minlength=len(LAYERS))
    made_of = " · ".join(
        f"{number:,} {SPOKEN[layer]}"
        for number, layer in zip(in_layer, LAYERS, strict=True)
        if number
    )
    per_day = len(met.start_s) * 86_400 / length_s
    tiles = [
        _tile("Platforms", f"{len(met.group):,}", "", made_of),
        _tile("Contacts", f"{len(met.start_s):,}", "", f"{per_day:,.0f} per day"),
        *_meeting_tiles(met, length_s),
        *_coverage_tiles(coverage),
        *_link_tiles(ways),
    ]
    return Markup(f'<dl class="tiles of-{len(tiles)}">{joined(tiles)}</dl>')


def _tile(label: str, figure: str, unit: str, below: str) -> Markup:
    return Markup(
        f'<div><dt>{escaped(label)}</dt><dd class="kpi">{escaped(figure)}'
        + (f' <span class="unit">{escaped(unit)}</span>' if unit else "")
        + f'</dd><dd class="below">{escaped(below)}</dd></div>'
    )


def _meeting_tiles(met: Meetings, length_s: float) -> list[Markup]:
    """Return how well those below space, else all, are connected to anything at all."""
    who = np.unique(np.concatenate([met.source, met.target]))
    below = who[met.layer[who] != LAYERS.index("space")]
    watched = met.kin(below if len(below) else who)
    if not len(watched):
        return []
    seen = with_anything(met, length_s)
    share, gap_s = seen.share[watched], seen.gap_s[watched]
    worst, longest = watched[np.argmin(share)], watched[np.argmax(gap_s)]
    whose = "below space" if len(below) else "in space"
    return [
        _tile(
            "In contact",
            percent(float(share.mean())).removesuffix(" %"),
            "% of time",
            f"{len(watched):,} platforms {whose}, mean; worst {met.name(worst)}"
            f" {percent(float(share.min()))}",
        ),
        _tile("Longest gap", lasting(float(gap_s.max())), "", f"{met.name(longest)}, no contact"),
    ]


def _coverage_tiles(coverage: pa.Table | None) -> list[Markup]:
    if coverage is None:
        return []
    cells = np.isfinite(numbers(coverage, "latitude_min_deg"))
    share = numbers(coverage, "share_covered")[cells]
    in_view = numbers(coverage, "in_view_mean")[cells]
    always = percent(float(np.mean(share > 1 - 1e-9)))
    return [
        _tile(
            "Area covered",
            percent(float(share.mean())).removesuffix(" %"),
            "% of time",
            f"mean over {len(share):,} cells; {always} of them always",
        ),
        _tile(
            "In view",
            f"{in_view.mean():.2f}",
            "platforms",
            f"mean over cells; {in_view.min():.2f} to {in_view.max():.2f}",
        ),
    ]


def _link_tiles(ways: Sequence[Direction]) -> list[Markup]:
    """Return the fastest direction's median rate and the tightest one's margin."""
    tiles = []
    medians = [float(weighted_quantiles(way.rate_bps, way.weight_s, [0.5])[0]) for way in ways]
    if ways and max(medians) > 0:
        best = int(np.nanargmax(medians))
        tiles.append(_tile("Fastest link, median", *rate(medians[best]), ways[best].words))
    margins = [
        float(weighted_quantiles(way.margin_db[there], way.weight_s[there], [0.05])[0])
        for way in ways
        for there in [np.isfinite(way.margin_db)]
    ]
    if margins and np.isfinite(margins).any():
        least = int(np.nanargmin(margins))
        tiles.append(
            _tile(
                "Tightest margin",
                f"{margins[least]:.1f}".replace("-", "−"),
                "dB",
                f"{ways[least].words}; less for 5 % of its time",
            )
        )
    return tiles


def _foot(run: Run) -> Markup:
    """Say which version made this from what, and where every number comes from."""
    sources = table(
        "Where the numbers come from",
        [("numbers", ""), ("stage", ""), ("table", "")],
        [
            ["platforms, derived geometry", "motion", "platforms.parquet"],
            ["contacts, shares of time, gaps, passes", "contacts", "contacts.parquet"],
            ["coverage", "contacts.coverage", "coverage.parquet"],
            ["margins, rates, volume", "links", "links.parquet"],
            *(row for asked, row in _ASKED.items() if getattr(run.scenario, asked)),
        ],
    )
    return Markup(
        f'<footer><h2 class="unseen">About this report</h2>{sources}'
        '<p class="made">Made by skyweft <span class="mono">'
        f"{escaped(run.manifest['versions']['skyweft'])}</span> · manifest, without timings, "
        f'<span class="mono">sha256 {digest(run.manifest)}</span></p></footer>'
    )
