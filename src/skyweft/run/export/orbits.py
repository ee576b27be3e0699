"""A run's satellites for flight dynamics: ephemerides and the mean elements they flew by."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np

from skyweft.errors import ScenarioError
from skyweft.motion.fleet import assemble
from skyweft.motion.orbits import Orbits
from skyweft.protocols import oem, omm_writing
from skyweft.protocols.elements import Elements
from skyweft.run.export.choice import Choice
from skyweft.run.export.moving import moving
from skyweft.run.product import Run
from skyweft.world.clock import SECOND_NS, Clock, utc_text

STEP_S = 60.0
NO_NUMBER = "UNKNOWN"  # what CCSDS writes for an object nobody has designated


def ephemerides(run: Run, chosen: Choice, step_s: float | None) -> Iterator[tuple[str, str]]:
    """Yield the name and the OEM of every mover that was chosen.

    Raises
    ------
    ScenarioError
        None of them moves.
    """
    movers = moving(run, chosen.moving, step_s or STEP_S)
    if not movers.names:
        raise ScenarioError(
            f"{run.folder}: nothing that was chosen moves, so there is no ephemeris"
        )
    clock = Clock.at(run.scenario.start)
    times = [text.removesuffix("Z") for text in clock.utc(movers.time_s)]
    for row, name in enumerate(movers.names):
        spans = [
            (
                times[at],
                movers.position_m[row][:, at].T,
                movers.velocity_m_s[row][:, at].T,
            )
            for at in movers.spans(row)
        ]
        if spans:
            yield name, "\n".join(oem.write(name, NO_NUMBER, spans, _now())) + "\n"


def elements(run: Run, chosen: Choice, notation: str) -> str:
    """Return the mean elements of the satellites that were chosen, as OMM.

    Raises
    ------
    ScenarioError
        None of them flies by mean elements, or a file of elements is not there any more.
    """
    wanted = set(chosen.texts("name"))
    fleet = assemble(run.scenario)
    sets = [
        fields
        for mover in fleet.movers
        if isinstance(mover, Orbits)
        for fields in _fields(mover.elements)
        if fields["OBJECT_NAME"] in wanted
    ]
    if not sets:
        raise ScenarioError(f"{run.folder}: nothing that was chosen flies by mean elements")
    return omm_writing.write(notation, sets, _now())


def _fields(elements: Elements) -> Iterator[dict[str, object]]:
    """Yield each set by its CCSDS names; numbers keep every digit."""
    for row, name in enumerate(elements.names):
        yield {
            "OBJECT_NAME": name,
            "OBJECT_ID": NO_NUMBER,
            "EPOCH": _epoch(int(elements.epoch_tai_ns[row])),
            "MEAN_MOTION": float(elements.mean_motion_rev_day[row]),
            "ECCENTRICITY": float(elements.eccentricity[row]),
            "INCLINATION": float(elements.inclination_deg[row]),
            "RA_OF_ASC_NODE": float(elements.raan_deg[row]) % 360,
            "ARG_OF_PERICENTER": float(elements.argument_of_perigee_deg[row]) % 360,
            "MEAN_ANOMALY": float(elements.mean_anomaly_deg[row]) % 360,
            "NORAD_CAT_ID": int(elements.catalogue_number[row]),
            "BSTAR": float(elements.bstar[row]),
        }


def _epoch(tai_ns: int) -> str:
    """Write an epoch in UTC to the microsecond, as catalogues do."""
    micro_ns = SECOND_NS // 1_000_000
    rounded = (tai_ns + micro_ns // 2) // micro_ns * micro_ns
    whole = rounded // SECOND_NS * SECOND_NS
    text = utc_text(np.array([whole]))[0].removesuffix(".000Z")
    return f"{text}.{(rounded - whole) // micro_ns:06d}"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
