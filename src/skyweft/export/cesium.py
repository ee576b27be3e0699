"""A run as CZML: movers, places and links, for Cesium and whatever reads its files."""

import json
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from skyweft.export.asked import Asked, Write, in_lines
from skyweft.export.choice import Choice
from skyweft.export.moving import moving
from skyweft.naming import Apart
from skyweft.protocols import czml
from skyweft.store.reading import Folder
from skyweft.world.clock import Clock

SPACE_S, LOWER_S = 120.0, 15.0
_DEGREE = {True: 5, False: 1}  # what turns on the spot would ring under a polynomial
PAIRS_MAX = 2_000
OBJECTS_MANY = 500  # from here on Cesium gets slow, whoever wrote the file
IDENTITY_BYTES_MAX = 2_000
_COLOURS: dict[str, czml.Colour] = {
    "space": (79, 195, 247, 255),
    "near_space": (178, 148, 255, 255),
    "air": (255, 181, 71, 255),
    "ground": (61, 220, 151, 255),
}
_LINK: czml.Colour = (79, 195, 247, 120)


def writer(asked: Asked) -> Write:
    """Return what writes a CZML document."""
    if len(asked.chosen) > OBJECTS_MANY:
        words = f"{len(asked.chosen):,} objects: Cesium is slow above {OBJECTS_MANY}; --only helps"
        asked.notes.append(words)
    return in_lines(_lines(asked.run, asked.chosen, asked.step_s, asked.notes))


def _lines(run: Folder, chosen: Choice, step_s: float | None, notes: list[str]) -> Iterator[str]:
    """Yield the lines of a CZML document; what it leaves out goes into `notes`."""
    clock = Clock.at(run.scenario.start)
    start, end = clock.utc([0.0, run.simulated_s])
    yield "["
    yield json.dumps(czml.document(run.scenario.name, start, end))
    for packet in _packets(run, chosen, step_s, clock, notes):
        yield "," + json.dumps(packet, separators=(",", ":"))
    yield "]"


def _packets(
    run: Folder, chosen: Choice, step_s: float | None, clock: Clock, notes: list[str]
) -> Iterator[czml.Packet]:
    apart = Apart(bytes_max=IDENTITY_BYTES_MAX, cases=True)
    apart(czml.DOCUMENT)
    identity = {name: apart(name) for name in chosen.texts("name")}
    standing = chosen.standing
    for name, layer, place_m in zip(
        standing.texts("name"), standing.texts("layer"), standing.place_m, strict=True
    ):
        yield czml.standing(identity[name], name, place_m, _COLOURS[layer])
    there: dict[str, list[tuple[float, float]]] = {}
    for layer, colour in _COLOURS.items():
        wide = SPACE_S if layer == "space" else LOWER_S
        movers = moving(run, chosen.moving.inside(layer), step_s or wide)
        for row, name in enumerate(movers.names):
            spans = list(movers.spans(row))
            there[name] = [(movers.time_s[at][0], movers.time_s[at][-1]) for at in spans]
            reported = [
                (
                    *clock.utc(movers.time_s[at][[0, -1]]),
                    movers.time_s[at] - movers.time_s[at.start],
                    movers.position_m[row][:, at],
                )
                for at in spans
            ]
            if reported:
                degree = _DEGREE[layer == "space"]
                yield czml.moving(identity[name], name, reported, degree, colour)
    for (source, target), times in _meetings(run, chosen, clock, notes):
        name = f"{source} to {target}"
        yield czml.link(apart(name), name, (identity[source], identity[target]), times, _LINK)


def _meetings(
    run: Folder, chosen: Choice, clock: Clock, notes: list[str]
) -> Iterator[tuple[tuple[str, str], list[tuple[str, str]]]]:
    """Yield two names and when they can talk."""
    names = pa.array(chosen.texts("name"), pa.string())
    contacts = run.table("contacts", ("source", "target", "start_s", "end_s"))
    ends = [contacts[end].cast(pa.string()) for end in ("source", "target")]
    both = pc.and_(*(pc.is_in(end, names) for end in ends))
    times: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    kept = contacts.filter(both)
    columns = [kept[name].to_pylist() for name in kept.column_names]
    for source, target, start_s, end_s in zip(*columns, strict=True):
        times[source, target].append((start_s, end_s))
    if len(times) > PAIRS_MAX:
        notes.append(
            f"{len(times):,} pairs have links, more than the {PAIRS_MAX:,} that are drawn: "
            "links are left out, --only chooses fewer platforms"
        )
        return
    for pair, found in times.items():
        joined = np.array(czml.intervals(found, 0.001))
        starts, ends_utc = clock.utc(joined[:, 0]), clock.utc(joined[:, 1])
        yield pair, list(zip(starts, ends_utc, strict=True))
