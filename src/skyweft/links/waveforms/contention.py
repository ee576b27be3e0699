"""What random access needs to know of a waveform beside its ladder of modes."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from skyweft.links.waveforms.ladder import Modes, ladder_of
from skyweft.scenario.contention import Shared
from skyweft.scenario.waveforms import WAVEFORMS

Floats = NDArray[np.float64]
LANES = 6  # ways of sending that disturb each other less than themselves: LoRa's spreading factors
NO_CAPTURE_DB = 1e9


@dataclass(frozen=True)
class Burst:
    """One transmission, by its lane; arrays have shape (LANES,)."""

    air_s: Floats  # how long it is on the air
    snr_min_db: Floats  # in the noise bandwidth, allowances aside
    harmless_s: Floats = field(default_factory=lambda: np.zeros(LANES))
    """How much of its beginning may be overlapped."""
    contended_s: Floats | None = None
    """For how long it may collide; as long as it is on the air unless given."""
    headers: int = 0  # hops that carry a header; 0 where there are no hops
    hops: int = 1  # elements of a transmission that collide by themselves
    needed: int = 0  # of the hops after the headers


@dataclass(frozen=True)
class Channel(Modes):
    """A ladder of modes that devices contend for.

    Parameters
    ----------
    burst : callable
        From a message's size with its frame, in bytes, to its transmission.
    lanes : tuple of int
        Lanes that a device may choose, the fastest first; of 0 to LANES - 1.
    carriers : int
        Frequencies of which a transmission, or a hop of one, takes one at random.
    cells : int
        Channels, or grids of carriers to hop over.
    need_db : (LANES, LANES)
        What a signal of one lane must be above a disturber of another. [dB]
    slot_s : float
        Width of the slots that transmissions start in; 0 where they need not. [s]
    aligned : bool
        Whether devices advance their sending so that all arrive on the same beat.
    doppler_max_hz : float
        How far the carrier may be off unless the waveform says so. [Hz]
    """

    burst: Callable[[int], Burst]
    lanes: tuple[int, ...] = (0,)
    carriers: int = 1
    cells: int = 1
    need_db: Floats = field(default_factory=lambda: np.full((LANES, LANES), NO_CAPTURE_DB))
    slot_s: float = 0.0
    aligned: bool = False
    doppler_max_hz: float = np.inf


def captured(waveform: Shared) -> Floats:
    """Return what a signal needs over a disturber where all lanes are alike, (LANES, LANES)."""
    capture_db = waveform.capture_db
    return np.full((LANES, LANES), NO_CAPTURE_DB if capture_db is None else capture_db)


def channel_of(waveform: Shared, bandwidth_hz: float | None) -> Channel:
    """Return the channel of a waveform that devices contend for.

    Raises
    ------
    ScenarioError
        A package's waveform does not work; the package is named.
    """
    kind = waveform.kind
    found = ladder_of(waveform, bandwidth_hz)
    if not isinstance(found, Channel):
        words = f"answered {type(found).__name__}, not Channel, though devices contend for it"
        raise WAVEFORMS.error(kind, words)
    if WAVEFORMS.origin(kind):
        within = found.lanes and set(found.lanes) <= set(range(LANES))
        if not (within and np.shape(found.need_db) == (LANES, LANES)):
            words = f"answered lanes {found.lanes} of {LANES}, needs of {np.shape(found.need_db)}"
            raise WAVEFORMS.error(kind, words)
    return found


def burst_of(waveform: Shared, channel: Channel, size_bytes: int) -> Burst:
    """Return one transmission of a message of so many bytes, its frame apart."""
    kind = waveform.kind
    with WAVEFORMS.blamed(kind):
        found = channel.burst(size_bytes + waveform.frame_bytes)
    if WAVEFORMS.origin(kind):
        if not isinstance(found, Burst):
            raise WAVEFORMS.error(kind, f"answered {type(found).__name__}, not Burst")
        rows = (found.air_s, found.snr_min_db, found.harmless_s, found.contended_s)
        lanes = [np.asarray(row) for row in rows if row is not None]
        if any(lane.shape != (LANES,) or not np.all(np.isfinite(lane)) for lane in lanes):
            raise WAVEFORMS.error(kind, f"answered a burst that is not {LANES} numbers a column")
        if found.hops != 1 or np.any(lanes[0][list(channel.lanes)] <= 0):
            raise WAVEFORMS.error(kind, "answered a burst of hops, or of no time on the air")
    return found
