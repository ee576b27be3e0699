"""How well every contact carries bits: the stage from `Contacts` to `Links`.

Samples are worked on in pieces of fixed size, so results do not depend on the number of threads.
"""

import os
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.errors import ScenarioError
from skyweft.fleet import Fleet, Motion
from skyweft.links.antennas import gain_towards_dbi, peak_gain_dbi
from skyweft.links.doppler import doppler_hz
from skyweft.links.geometry import Geometry, geometry_between
from skyweft.links.losses import Path, total_loss_db
from skyweft.links.product import Links
from skyweft.links.radio import cn0_dbhz, system_temperature_k
from skyweft.links.restricted import restrict, with_borders
from skyweft.links.sampling import sample_times
from skyweft.links.waveforms import rate_and_margin
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Link, Optical, Radio
from skyweft.scenario.waveforms import Waveform, link_mistakes, waveform_named
from skyweft.stage import NOTHING, Restrictions
from skyweft.world.constants import SPEED_OF_LIGHT_M_S

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Platforms = NDArray[np.int32]

PIECE = 65_536  # samples; their columns stay in the second-level cache
# What each direction has, and its unit: `cn0_dbhz` there, `cn0_reverse_dbhz` back.
UNITS = {
    "doppler": "hz",
    "doppler_rate": "hz_s",
    "loss": "db",
    "cn0": "dbhz",
    "margin": "db",
    "rate": "bps",
}
LAYERS = ("ground", "air", "near_space", "space")  # from the lowest


@dataclass(frozen=True, slots=True)
class _Way:
    """One direction of a link at many moments, (K,): columns of `Links` without their units."""

    doppler: Floats
    doppler_rate: Floats
    loss: Floats
    cn0: Floats
    margin: Floats
    rate: Floats


def budget(
    scenario: Scenario,
    fleet: Fleet,
    motion: Motion,
    contacts: Contacts,
    executor: Executor | None = None,
    restrictions: Restrictions = NOTHING,
) -> Links:
    """Return the link budget of every contact at samples along it, both ways.

    Each contact is sampled at its start, its culmination, its end and at the multiples of its
    link's `sample_s` between, as far as they lie in the motion's block of time (its end excluded
    unless the contact or the run ends there): blocks put together give each sample once.

    Parameters
    ----------
    scenario, fleet, motion, contacts
        What is, who, where in this block of time, and who can meet whom.
    executor : Executor, optional
        Where the pieces run; a thread pool of its own unless given.
    restrictions : Restrictions
        What earlier stages keep from working: rates are multiplied by what is left, C/N0 and
        margin are NaN where nothing is, and each border has a sample before it and one on it.

    Returns
    -------
    links : Links
        Delay is range / c. Elevation is at the platform of the lower layer, NaN in one layer.
        The interference margin of the link is taken off C/N0. A terminal states its EIRP, G/T
        and losses as seen at the antenna's axis; beyond an array's scan limit C/N0 and margin are
        NaN and the rate is 0. Where an end cannot transmit or the other cannot receive, loss and
        Doppler of that direction are NaN too. Lasers carry the lesser of their two stated rates;
        their losses, C/N0 and margins are NaN. Samples where an end is absent are left out.

    Raises
    ------
    ScenarioError
        A link no budget can be made for.
    """
    mistakes = link_mistakes(scenario.links, scenario.terminals, scenario.waveforms)
    if mistakes:
        raise ScenarioError("\n".join(f"{place}: {words}" for place, words in mistakes))
    steps = np.array([link.sample_s for link in scenario.links])
    sample_s = steps[contacts.link] if len(contacts) else np.empty(0)
    knots = motion.tracks.time_s
    span_s = float(knots[0]), float(knots[-1])
    samples = sample_times(contacts, sample_s, *span_s, scenario.duration_s)
    row, when_s = with_borders(contacts, restrictions, samples, *span_s)
    # The moment before the block's start is seen as its start is.
    links = _blank(row, np.maximum(when_s, span_s[0]))
    pieces = [slice(k, k + PIECE) for k in range(0, len(row), PIECE)]

    def work(piece: slice) -> NDArray[np.bool_]:
        return _fill_piece(scenario, fleet, motion, contacts, _rows_of(links, piece))

    if executor is None:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            present = list(pool.map(work, pieces))
    else:
        present = list(executor.map(work, pieces))
    links.time_s[:] = when_s
    restrict(links, contacts, restrictions)
    if all(each.all() for each in present):
        return links
    return _rows_of(links, np.concatenate(present))


def rates_at(
    scenario: Scenario,
    fleet: Fleet,
    motion: Motion,
    contacts: Contacts,
    row: Rows,
    time_s: Floats,
    restrictions: Restrictions = NOTHING,
) -> tuple[Floats, Floats]:
    """Return what contacts carry at chosen moments, source to target and back.

    Parameters
    ----------
    scenario, fleet, motion, contacts
        As in `budget`.
    row : (K,)
        Rows of `contacts`.
    time_s : (K,)
        Within the contact and the motion's block. [s]
    restrictions : Restrictions
        As in `budget`.

    Returns
    -------
    rate_bps, rate_reverse_bps : (K,)
        As in `Links`; 0 where an end is absent. [bit/s]
    """
    links = _blank(row, time_s)
    for first in range(0, len(row), PIECE):
        piece = _rows_of(links, slice(first, first + PIECE))
        gone = ~_fill_piece(scenario, fleet, motion, contacts, piece)
        piece.rate_bps[gone] = piece.rate_reverse_bps[gone] = 0.0
    restrict(links, contacts, restrictions)
    return links.rate_bps, links.rate_reverse_bps


def _blank(row: Rows, time_s: Floats) -> Links:
    """Return samples of which only contact and time are known, to be written into."""
    count, single = len(row), np.float32
    return Links(
        contact=row,
        time_s=time_s,
        range_m=np.zeros(count),
        elevation_deg=np.zeros(count, dtype=single),
        delay_s=np.zeros(count),
        doppler_hz=np.zeros(count),
        doppler_rate_hz_s=np.zeros(count),
        loss_db=np.zeros(count, dtype=single),
        cn0_dbhz=np.zeros(count, dtype=single),
        margin_db=np.zeros(count, dtype=single),
        rate_bps=np.zeros(count),
        doppler_reverse_hz=np.zeros(count),
        doppler_rate_reverse_hz_s=np.zeros(count),
        loss_reverse_db=np.zeros(count, dtype=single),
        cn0_reverse_dbhz=np.zeros(count, dtype=single),
        margin_reverse_db=np.zeros(count, dtype=single),
        rate_reverse_bps=np.zeros(count),
    )


def _rows_of(links: Links, rows: slice | NDArray[np.bool_]) -> Links:
    return Links(*(getattr(links, each.name)[rows] for each in fields(Links)))


def _fill_piece(
    scenario: Scenario, fleet: Fleet, motion: Motion, contacts: Contacts, piece: Links
) -> NDArray[np.bool_]:
    """Write everything but contact and time; return where both ends are there."""
    source, target = contacts.source[piece.contact], contacts.target[piece.contact]
    seen = geometry_between(fleet, motion, source, target, piece.time_s)
    present: NDArray[np.bool_] = ~np.isnan(seen.range_m)
    piece.range_m[:] = np.where(present, seen.range_m, 0)
    piece.delay_s[:] = seen.range_m / SPEED_OF_LIGHT_M_S
    piece.elevation_deg[:] = _elevation_deg(fleet, source, target, seen)
    if len(scenario.links) == 1:
        _write(piece, slice(None), scenario, scenario.links[0], seen)
        return present
    rule = contacts.link[piece.contact]
    for i in np.unique(rule):
        mine = np.nonzero(rule == i)[0]
        _write(piece, mine, scenario, scenario.links[i], seen.taking(mine))
    return present


def _elevation_deg(fleet: Fleet, source: Platforms, target: Platforms, seen: Geometry) -> Floats:
    height = np.array([LAYERS.index(layer) for layer in fleet.layers])[fleet.group]
    above = height[source] - height[target]
    rise = np.where(above < 0, seen.rise_source, seen.rise_target)
    rise[above == 0] = np.nan
    elevation_deg: Floats = np.degrees(np.arcsin(rise))
    return elevation_deg


def _write(
    piece: Links, mine: Rows | slice, scenario: Scenario, link: Link, seen: Geometry
) -> None:
    """Write the budget of one link's samples."""
    one, other = (scenario.terminals[name] for name in link.between)
    if isinstance(one, Radio) and isinstance(other, Radio):
        waveform = waveform_named(link.waveform, scenario.waveforms) if link.waveform else None
        there = _way(Path(link, one, other, seen), waveform)
        back = _way(Path(link, other, one, seen.swapped()), waveform)
    else:
        assert isinstance(one, Optical)
        assert isinstance(other, Optical)
        rate_bps = min(one.rate_bps, other.rate_bps)
        there, back = (_stated(seen, end.wavelength_m, rate_bps) for end in (one, other))
    for name, unit in UNITS.items():
        getattr(piece, f"{name}_{unit}")[mine] = getattr(there, name)
        getattr(piece, f"{name}_reverse_{unit}")[mine] = getattr(back, name)


def _stated(seen: Geometry, wavelength_m: float, rate_bps: float) -> _Way:
    """Return a way of which only the carrier and the rate are known."""
    unknown = np.full(len(seen), np.nan)
    shifts = _shifts(seen, SPEED_OF_LIGHT_M_S / wavelength_m)
    return _Way(*shifts, unknown, unknown, unknown, np.full(len(seen), rate_bps))


def _way(path: Path, waveform: Waveform | None) -> _Way:
    unknown, nothing = np.full(len(path.geometry), np.nan), np.zeros(len(path.geometry))
    if not (path.sender.transmits and path.receiver.receives):
        # The frequency this end is set to is no carrier that anyone sends and the other hears.
        return _Way(unknown, unknown, unknown, unknown, unknown, nothing)
    loss_db = total_loss_db(path)
    ratio = carrier_to_noise_dbhz(path, loss_db)
    margin_db, rate_bps = unknown, nothing
    if waveform is not None:
        rate_bps, margin_db = rate_and_margin(ratio, waveform, path.sender.bandwidth_hz)
    shifts = _shifts(path.geometry, path.sender.frequency_hz)
    return _Way(*shifts, loss_db, ratio, margin_db, rate_bps)


def _shifts(seen: Geometry, carrier_hz: float) -> tuple[Floats, Floats]:
    """Return the Doppler shift of a carrier and its change. [Hz, Hz/s]."""
    changes = (seen.range_rate_m_s, seen.range_acceleration_m_s2)
    return doppler_hz(carrier_hz, changes[0]), doppler_hz(carrier_hz, changes[1])


def carrier_to_noise_dbhz(path: Path, loss_db: Floats | None = None) -> Floats:
    """Return C/N0 of one direction of a link, its interference margin taken off.

    Parameters
    ----------
    path : Path
        Sender and receiver, and their geometry at K moments.
    loss_db : (K,), optional
        What is lost on the way, where that is known already. [dB]

    Returns
    -------
    cn0_dbhz : (K,)
        NaN where an antenna cannot point. [dB Hz]
    """
    if loss_db is None:
        loss_db = total_loss_db(path)
    eirp_dbw = _eirp_dbw(path.sender, path.geometry.rise_source)
    gt_db_k = _gt_db_k(path.receiver, path.sender.frequency_hz, path.geometry.rise_target)
    ratio: Floats = cn0_dbhz(eirp_dbw, gt_db_k, loss_db + path.link.interference_margin_db)
    return np.where(np.isfinite(ratio), ratio, np.nan)


def _eirp_dbw(radio: Radio, rise: Floats) -> Floats | float:
    """Return what a terminal radiates towards the other end."""
    if radio.eirp_dbw is not None:
        return radio.eirp_dbw + _fall_db(radio, radio.frequency_hz, rise)
    assert radio.power_dbw is not None
    assert radio.antenna is not None
    gain_dbi = gain_towards_dbi(radio.antenna, radio.frequency_hz, rise)
    return radio.power_dbw - radio.losses_db + gain_dbi


def _gt_db_k(radio: Radio, carrier_hz: float, rise: Floats) -> Floats | float:
    """Return a terminal's figure of merit towards the other end, at the other end's carrier."""
    if radio.gt_db_k is not None:
        return radio.gt_db_k + _fall_db(radio, carrier_hz, rise)
    assert radio.antenna is not None
    noise_k = radio.noise_temperature_k
    if noise_k is None:
        assert radio.noise_figure_db is not None
        noise_k = system_temperature_k(radio.noise_figure_db, radio.antenna_temperature_k)
    gain_dbi = gain_towards_dbi(radio.antenna, carrier_hz, rise)
    return gain_dbi - radio.losses_db - 10 * float(np.log10(noise_k))


def _fall_db(radio: Radio, carrier_hz: float, rise: Floats) -> Floats | float:
    """Return how far the antenna's gain falls from its axis; a terminal without one has none."""
    if radio.antenna is None:
        return 0.0
    gain_dbi = gain_towards_dbi(radio.antenna, carrier_hz, rise)
    return gain_dbi - peak_gain_dbi(radio.antenna, carrier_hz)
