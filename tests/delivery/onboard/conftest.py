"""A few satellites, devices that were received, and the timetable of a small network."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from skyweft.contacts.product import Contacts
from skyweft.contacts.usable import Cuts, stopped, usable
from skyweft.delivery.onboard.timetable import Samples, Timetable, Withheld, timetable
from skyweft.delivery.product import OUT_OF_ORDER, RECEIVED, Receptions
from skyweft.fleet import Fleet
from skyweft.motion.fleet import build_fleet
from skyweft.network.failures.stops import platforms_stopped
from skyweft.scenario.scenario import Scenario

DELAY_S = 0.005
AIR_S = 0.25  # of a transmission; a power of two, so that nothing is rounded
Pass = tuple[int, int, int, float, float]  # rule of links, source, target, start, end


def scenario_of(
    *rules: dict[str, Any],
    satellites: int = 3,
    gateways: int = 2,
    duration_s: float = 6_000.0,
    storage: dict[str, Any] | None = None,
    down: dict[str, Any] | None = None,
    failures: list[dict[str, Any]] | None = None,
    **deliveries: Any,
) -> Scenario:
    """Return satellites, rows of Fleet from 0; then gateways; then ten devices."""
    radio = {"kind": "radio", "frequency_hz": 401e6, "eirp_dbw": 0.0, "gt_db_k": -20.0}
    place = {"kind": "population", "region": "land"}
    rule = {"source": "devices", "target": "gateways", "size_bytes": 100, "period_s": 600.0}
    orbit = {"kind": "walker", "planes": 1, "altitude_m": 800e3, "inclination_deg": 98.6}
    return Scenario.model_validate(
        {
            "name": "stores",
            "start": datetime(2026, 7, 1, tzinfo=UTC),
            "duration_s": duration_s,
            "platforms": {
                "satellites": {
                    "layer": "space",
                    "motion": orbit | {"per_plane": satellites},
                    "terminals": ["receives", "down", "laser"],
                    **({"storage": storage} if storage else {}),
                },
                "gateways": {
                    "layer": "ground",
                    "motion": place | {"count": gateways},
                    "terminals": ["up"],
                },
                "devices": {
                    "layer": "ground",
                    "motion": place | {"count": 10},
                    "terminals": ["sends"],
                },
            },
            "terminals": {
                "sends": radio,
                "receives": radio,
                "down": radio | {"bandwidth_hz": 1e6},
                "up": radio | {"bandwidth_hz": 1e6},
                "laser": {"kind": "optical", "rate_bps": 1e6},
            },
            "links": [
                {"between": ["sends", "receives"], "waveform": "aloha", "windows": False},
                {"between": ["up", "down"], "waveform": "dvb_s2x", **(down or {})},
                {"between": ["laser", "laser"], "pattern": "ring"},
            ],
            "messages": [rule | each for each in rules or ({},)],
            "deliveries": deliveries,
            "failures": failures or [],
        }
    )


def met_of(passes: list[Pass], rate_bps: float = 8_000.0) -> tuple[Contacts, Samples]:
    """Return passes that all have one rate and one delay."""
    passes = sorted(passes, key=lambda each: (each[3], *each[:3]))
    link, source, target, start_s, end_s = (
        (np.array(column) for column in zip(*passes, strict=True)) if passes else (np.zeros(0),) * 5
    )
    count = len(passes)
    contacts = Contacts(
        link.astype(np.int16), source.astype(np.int32), target.astype(np.int32),
        start_s.astype(float), end_s.astype(float), 0.5 * (start_s + end_s),
        np.full(count, 45.0, np.float32), np.full(count, 1e6), np.zeros(count, bool),
        np.zeros(count, bool),
    )  # fmt: skip
    samples = Samples(
        np.repeat(np.arange(count), 2), np.ravel(np.column_stack([start_s, end_s])).astype(float),
        np.full(2 * count, DELAY_S), np.full(2 * count, rate_bps), np.full(2 * count, rate_bps),
    )  # fmt: skip
    return contacts, samples


def table_of(
    scenario: Scenario, passes: list[Pass], rate_bps: float = 8_000.0, cuts: Cuts | None = None
) -> tuple[Fleet, Timetable]:
    """Return the timetable of passes, less what is cut out of them and what fails."""
    fleet = build_fleet(scenario)
    met, samples = met_of(passes, rate_bps)
    out = stopped(met, platforms_stopped(scenario, fleet))
    failed = out._replace(cause=np.full(len(out.cause), OUT_OF_ORDER, np.int8))
    every = Cuts.joined([failed] if cuts is None else [failed, cuts])
    end_s = scenario.duration_s
    if not len(every.contact):
        return fleet, timetable(scenario, fleet, met, samples, end_s)
    pieces, row = usable(met, every)
    withheld = Withheld(met, every, samples)
    return fleet, timetable(scenario, fleet, pieces, samples.of_pieces(row), end_s, withheld)


def received_of(
    scenario: Scenario, fleet: Fleet, copies: list[tuple[float, float, int]], rule: int = 0
) -> Receptions:
    """Return messages that each had one copy: created, received, by whom."""
    count = len(copies)
    created_s, received_s, receiver = (
        (np.array(each) for each in zip(*copies, strict=True)) if copies else (np.zeros(0),) * 3
    )
    device = fleet.rows_of("devices")[np.arange(count) % 10]
    return Receptions(
        np.full(count, rule, np.int16), device, np.arange(count, dtype=np.int64),
        created_s.astype(float), np.ones(count, np.int16), np.full(count, 0.1, np.float32),
        np.full(count, RECEIVED, np.int8), np.arange(count + 1, dtype=np.int64),
        receiver.astype(np.int32), received_s.astype(float), np.full(count, AIR_S, np.float32),
    )  # fmt: skip
