"""One shell has one grid, however it was written, and whatever the order of its rows."""

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.contacts.pairs import neighbours, rings
from skyweft.errors import ScenarioError
from skyweft.fleet import Fleet
from skyweft.motion.fleet import build_fleet
from skyweft.motion.orbits import Orbits
from skyweft.protocols import omm_writing
from skyweft.scenario.scenario import Scenario

Links = set[frozenset[str]]


def fleet_of(motion: dict[str, object], folder: str = ".", **link: object) -> Fleet:
    entry = {
        "name": "shell",
        "start": "2026-07-01T00:00:00Z",
        "duration_s": 600.0,
        "platforms": {"s": {"layer": "space", "motion": motion, "terminals": ["l"]}},
        "terminals": {"l": {"kind": "optical", "rate_bps": 1e9}},
        "links": [{"between": ["l", "l"], "pattern": "grid", **link}],
    }
    # Through JSON, as a scenario comes: lists and texts, nothing converted beforehand.
    return build_fleet(Scenario.model_validate_json(json.dumps(entry), context={"folder": folder}))


def walker(planes: int, per_plane: int, **more: object) -> dict[str, object]:
    size = {"planes": planes, "per_plane": per_plane, "inclination_deg": 53.0}
    return {"kind": "walker", **size, "altitude_m": 1_000e3, **more}


def links(fleet: Fleet, offset: int | None = None, ring: bool = False) -> Links:
    planes = fleet.planes["s"]
    listed = rings(planes) if ring else neighbours(planes, offset)
    found = [frozenset(fleet.names[row] for row in pair) for pair in listed.tolist()]
    assert len(set(found)) == len(found)
    return set(found)


def sets_of(fleet: Fleet) -> list[dict[str, object]]:
    """Return the satellites of a fleet as OMM has them."""
    (mover,) = fleet.movers
    assert isinstance(mover, Orbits)
    elements = mover.elements
    return [
        {
            "OBJECT_NAME": name,
            "OBJECT_ID": "UNKNOWN",
            "EPOCH": "2026-07-01T00:00:00.000000",
            "MEAN_MOTION": float(elements.mean_motion_rev_day[row]),
            "ECCENTRICITY": float(elements.eccentricity[row]),
            "INCLINATION": float(elements.inclination_deg[row]),
            "RA_OF_ASC_NODE": float(elements.raan_deg[row]),
            "ARG_OF_PERICENTER": float(elements.argument_of_perigee_deg[row]),
            "MEAN_ANOMALY": float(elements.mean_anomaly_deg[row]),
            "NORAD_CAT_ID": 0,
            "BSTAR": 0.0,
        }
        for row, name in enumerate(elements.names)
    ]


def read_back(
    sets: list[dict[str, object]], planes: int, per_plane: int, notation: str = "csv", **link: Any
) -> Fleet:
    with tempfile.TemporaryDirectory() as folder:
        text = omm_writing.write(notation, sets, "2026-07-01T00:00:00")
        (Path(folder) / "shell.omm").write_text(text, encoding="utf-8")
        motion = {"kind": "elements", "file": "shell.omm", "planes": planes, "per_plane": per_plane}
        return fleet_of(motion, folder, **link)


@st.composite
def shells(draw: st.DrawFn) -> dict[str, object]:
    planes = draw(st.integers(1, 9))
    turned = {key: draw(st.floats(0, 360)) for key in ("raan_deg", "argument_of_latitude_deg")}
    phasing = draw(st.one_of(st.integers(0, planes - 1), st.just("alternating")))
    return walker(
        planes,
        draw(st.integers(1, 9)),
        pattern=draw(st.sampled_from(["delta", "star"])),
        phasing=phasing,
        inclination_deg=draw(st.one_of(st.floats(5, 175), st.sampled_from([0.0, 53.0, 90.0]))),
        **turned,
    )


@settings(max_examples=150, deadline=None)
@given(
    motion=shells(),
    order=st.randoms(use_true_random=False),
    notation=st.sampled_from(["csv", "json", "kvn", "xml"]),
    digits=st.sampled_from([4, 16]),
)
def test_the_grid_of_a_shell_is_that_of_its_elements(
    motion: Any, order: Any, notation: Any, digits: Any
) -> None:
    """Also with the four decimals of a degree that two-line sets have."""
    written = fleet_of(motion)
    sets = sets_of(written)
    for each in sets:
        for key in ("INCLINATION", "RA_OF_ASC_NODE", "MEAN_ANOMALY"):
            each[key] = round(float(each[key]), digits) % 360
    size = motion["planes"], motion["per_plane"]
    in_order = read_back(sets, *size, notation)
    order.shuffle(sets)
    shuffled = read_back(sets, *size, notation)
    for found in (in_order, shuffled):
        assert links(found) == links(written)
        assert links(found, ring=True) == links(written, ring=True)
        assert not found.warnings or "head on" in found.warnings[0]
    for offset in (0, 1, -2):
        assert links(in_order, offset) == links(written, offset)


@settings(max_examples=60, deadline=None)
@given(motion=shells(), order=st.randoms(use_true_random=False), offset=st.integers(-3, 3))
def test_a_forced_offset_does_not_ask_for_the_order(motion: Any, order: Any, offset: Any) -> None:
    """Not where planes are half a slot ahead: slots are counted to and fro there, or onwards."""
    planes, phasing = motion["planes"], motion["phasing"]
    if planes == 1 or phasing == "alternating" or abs(2 * phasing - planes) < 0.3 * planes:
        return
    sets = sets_of(fleet_of(motion))
    order.shuffle(sets)
    shuffled = read_back(sets, planes, motion["per_plane"], grid_offset=offset)
    if not shuffled.planes["s"].numbered:
        return  # so few that the order is one in which a shell may be written
    assert any("grid_offset counts slots" in line for line in shuffled.warnings)
    assert links(shuffled, offset) == links(fleet_of(motion), offset)


@settings(max_examples=60, deadline=None)
@given(motion=shells(), order=st.randoms(use_true_random=False), share=st.floats(0.0, 0.4))
def test_missing_satellites_take_their_own_links_along(motion: Any, order: Any, share: Any) -> None:
    planes, per_plane = motion["planes"], motion["per_plane"]
    if per_plane < 3:
        return
    whole = fleet_of(motion)
    sets = sets_of(whole)
    order.shuffle(sets)
    gone: set[str] = set()
    for plane in range(planes):
        names = [name for name in whole.names if f"-P{plane + 1:02d}-" in name]
        gone |= set(order.sample(names, int(share * per_plane)))
    found = read_back([each for each in sets if each["OBJECT_NAME"] not in gone], planes, per_plane)
    assert links(found) == {pair for pair in links(whole) if not pair & gone}
    empty = [line for line in found.warnings if "slots are empty" in line]
    assert len(empty) == bool(gone)
    if gone:
        assert f"{len(gone)} of {planes * per_plane} slots" in empty[0]


@settings(max_examples=40, deadline=None)
@given(motion=shells(), order=st.randoms(use_true_random=False), number=st.integers(1, 3))
def test_spares_sit_in_no_grid(motion: Any, order: Any, number: Any) -> None:
    """A spare is beside a satellite, a little higher: it drifts away from the slot."""
    if motion["per_plane"] < 4:
        return
    whole = fleet_of(motion)
    sets = sets_of(whole)
    for k, each in enumerate(order.sample(sets, min(number, len(sets)))):
        beside = float(each["MEAN_ANOMALY"]) + 20.0 / motion["per_plane"]
        sets.append(
            {
                **each,
                "OBJECT_NAME": f"spare {k}",
                "MEAN_ANOMALY": beside % 360,
                "MEAN_MOTION": float(each["MEAN_MOTION"]) * 0.999,
            }
        )
    order.shuffle(sets)
    found = read_back(sets, motion["planes"], motion["per_plane"])
    assert links(found) == links(whole)
    assert any("in no grid: spare" in line for line in found.warnings)


def test_a_star_from_elements_keeps_its_seam() -> None:
    """Iridium's planes: 6 x 11, nodes 31.6 deg apart; over the seam satellites meet head on."""
    sets = [
        {
            "OBJECT_NAME": f"{plane}-{slot}",
            "OBJECT_ID": "UNKNOWN",
            "EPOCH": "2026-07-01T00:00:00.000000",
            "MEAN_MOTION": 14.342,
            "ECCENTRICITY": 0.0002,
            "INCLINATION": 86.4,
            "RA_OF_ASC_NODE": 31.6 * plane,
            "ARG_OF_PERICENTER": 90.0,
            "MEAN_ANOMALY": (270 + (slot + plane % 2 / 2) * 360 / 11) % 360,
            "NORAD_CAT_ID": 90_000 + 11 * plane + slot,
            "BSTAR": 0.0,
        }
        for plane in range(6)
        for slot in range(11)
    ]
    found = read_back(sets, 6, 11)
    assert len(links(found)) == 66 + 55
    ends = {tuple(sorted(int(name[0]) for name in pair)) for pair in links(found)}
    assert (0, 5) not in ends
    assert "seam of 202 deg" in found.derived_geometry[0]
    shell = walker(
        6, 11, pattern="star", raan_span_deg=189.6, phasing="alternating", inclination_deg=86.4,
    )  # fmt: skip
    shell |= {"altitude_m": None, "mean_motion_rev_day": 14.342}
    named = {
        frozenset(f"{int(name[3:5]) - 1}-{int(name[7:]) - 1}" for name in pair)
        for pair in links(fleet_of(shell))
    }
    assert links(found) == named


def test_a_delta_from_elements_closes() -> None:
    """53: 192/12/5, 16 links close the ring of planes."""
    motion = walker(12, 16, phasing=5)
    found = read_back(sets_of(fleet_of(motion)), 12, 16)
    closing = [pair for pair in links(found) if {name[:5] for name in pair} == {"s-P01", "s-P12"}]
    assert len(closing) == 16
    assert len(links(found)) == 2 * 192


def test_old_elements_are_taken_to_the_start() -> None:
    """Nodes drift by degrees a day: sets of other days are the same planes at the start."""
    whole = fleet_of(walker(12, 4, phasing=5))
    sets = sets_of(whole)
    later = read_back(sets, 12, 4)
    (mover,) = later.movers
    assert isinstance(mover, Orbits)
    rows = list(csv.DictReader(io.StringIO(omm_writing.write("csv", sets, ""))))
    node_a_day, along_a_day = _drift(float(rows[0]["MEAN_MOTION"]))
    for k, each in enumerate(sets):
        days = k % 5
        each["EPOCH"] = f"2026-06-{30 - days + 1:02d}T00:00:00.000000" if days else each["EPOCH"]
        each["RA_OF_ASC_NODE"] = (float(each["RA_OF_ASC_NODE"]) - days * node_a_day) % 360
        each["MEAN_ANOMALY"] = (float(each["MEAN_ANOMALY"]) - days * along_a_day) % 360
    assert links(read_back(sets, 12, 4)) == links(whole)


def _drift(rate_rev_day: float) -> tuple[float, float]:
    """Return what J2 adds to node and argument of latitude a day, first order (Vallado 9.41)."""
    rate = rate_rev_day * 2 * np.pi / 86_400
    ratio = 1.5 * 1.082616e-3 * (6_378_135.0 / (398_600.8e9 / rate**2) ** (1 / 3)) ** 2
    tilt = np.radians(53.0)
    argument = ratio * rate * (2 - 2.5 * np.sin(tilt) ** 2)
    to_deg_day = np.degrees(1) * 86_400
    # Kozai's mean motion holds the drift of the mean anomaly already.
    return -ratio * rate * np.cos(tilt) * to_deg_day, (rate + argument) * to_deg_day


def test_what_orbits_do_not_show_is_taken_in_order_and_said() -> None:
    sets = sets_of(fleet_of(walker(12, 4)))
    found = read_back(sets, 6, 8)
    assert any("the nodes do not part into 6 planes" in line for line in found.warnings)
    assert found.planes["s"].member.tolist() == np.arange(48).reshape(6, 8).tolist()
    with pytest.raises(ScenarioError, match=r"47 element sets.*cannot be told: the nodes do not"):
        read_back(sets[1:], 6, 8)
    with pytest.raises(ScenarioError, match="cannot be told"):
        read_back(sets[:20], 12, 4)


def test_a_missing_plane_is_no_neighbour() -> None:
    sets = [each for each in sets_of(fleet_of(walker(12, 4))) if "-P05-" not in each["OBJECT_NAME"]]  # type: ignore[operator]
    found = read_back(sets, 11, 4)
    assert len(links(found)) == 44 + 40
    (words,) = found.warnings
    assert "no link is across 1 gap of 60 deg or more between nodes, while 30 deg is usual" in words


def test_planes_that_meet_head_on_are_not_joined() -> None:
    found = fleet_of(walker(2, 6, inclination_deg=86.0))
    assert links(found) == links(found, ring=True)
    assert any("meet head on" in line for line in found.warnings)


def test_a_forced_offset_that_is_worse_is_named() -> None:
    (words,) = fleet_of(walker(72, 22, phasing=39, altitude_m=550e3), grid_offset=0).warnings
    assert words.startswith("s: links[0]: grid_offset = 0 joins satellites of neighbouring planes")
    assert "1,472 km apart on average; grid_offset = -1 would join those 638 km apart" in words
    assert not fleet_of(walker(72, 22, phasing=39, altitude_m=550e3), grid_offset=-1).warnings


def test_satellites_that_do_not_keep_their_slots_are_named() -> None:
    sets = sets_of(fleet_of(walker(12, 40)))
    sets[5] |= {"MEAN_MOTION": 15.7}  # two revolutions a day more: 5 deg in ten minutes
    sets[6] |= {"ECCENTRICITY": 0.03}
    sets[7] |= {"INCLINATION": 56.0}
    faster, tilted, eccentric = read_back(sets, 12, 40).warnings
    assert "1 of 480 satellites leave their slots within the run (worst s-P01-S06, by 0.6" in faster
    assert "from 53 to 56 deg" in tilted
    assert "eccentricity up to 0.03" in eccentric
