"""How well every contact carries bits: the stage from `Contacts` to `LinkSamples`.

Samples are worked on in pieces of fixed size, so results do not depend on the number of threads.
"""

import os
from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.errors import ScenarioError
from skyweft.fleet import Fleet, Motion
from skyweft.links.antennas import gain_towards_dbi, peak_gain_dbi
from skyweft.links.doppler import doppler_hz
from skyweft.links.geometry import Geometry, geometry_between
from skyweft.links.losses import added, losses_db, stating, total_loss_db
from skyweft.links.path import Ends, Path
from skyweft.links.product import LinkLosses, LinkSamples
from skyweft.links.radio import cn0_dbhz, system_temperature_k
from skyweft.links.restricted import restrict, with_borders
from skyweft.links.sampling import sample_times
from skyweft.links.waveforms import rate_and_margin
from skyweft.scenario.losses import ALWAYS
from skyweft.scenario.modulations import Waveform
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Link, Optical, Radio
from skyweft.scenario.waveforms import link_errors, waveform_named
from skyweft.stage import NOTHING, Restrictions
from skyweft.world.constants import SPEED_OF_LIGHT_M_S

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

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


@dataclass(frozen=True, slots=True)
class _Direction:
    """One direction of a link at many moments, (K,): `LinkSamples` without units."""

    doppler: Floats
    doppler_rate: Floats
    loss: Floats
    cn0: Floats
    margin: Floats
    rate: Floats
    causes: Mapping[str, Floats] = field(default_factory=dict)  # what `loss` is the sum of


def link_budget(
    scenario: Scenario,
    fleet: Fleet,
    motion: Motion,
    contacts: Contacts,
    executor: Executor | None = None,
    restrictions: Restrictions = NOTHING,
) -> LinkSamples:
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
    links : LinkSamples
        Delay is range / c. Elevation is at the platform of the lower layer, NaN in one layer.
        The interference margin of the link is taken off C/N0. A terminal states its EIRP, G/T
        and losses as seen at the antenna's axis; beyond an array's scan limit C/N0 and margin are
        NaN and the rate is 0. Where an end cannot transmit or the other cannot receive, loss and
        Doppler of that direction are NaN too. Lasers carry the lesser of their two stated rates,
        nothing where losses beside that of free space take more than the receiver's margin; their
        C/N0 is NaN, and loss and margin are as long as nothing is stated of them. Samples where an
        end is absent are left out.

    Raises
    ------
    ScenarioError
        A link no budget can be made for; a package's loss that does not work.
    """
    return link_budget_by_cause(
        scenario, fleet, motion, contacts, executor=executor, restrictions=restrictions
    )[0]


def link_budget_by_cause(
    scenario: Scenario,
    fleet: Fleet,
    motion: Motion,
    contacts: Contacts,
    *,
    executor: Executor | None = None,
    restrictions: Restrictions = NOTHING,
) -> tuple[LinkSamples, LinkLosses]:
    """Return what `link_budget` returns, and the losses that rules state, cause by cause."""
    errors = link_errors(scenario.links, scenario.terminals, scenario.waveforms)
    if errors:
        raise ScenarioError("\n".join(f"{place}: {words}" for place, words in errors))
    steps = np.array([link.sample_s for link in scenario.links])
    sample_s = steps[contacts.link]
    knots = motion.tracks.time_s
    span_s = float(knots[0]), float(knots[-1])
    samples = sample_times(contacts, sample_s, *span_s, scenario.duration_s)
    row, when_s = with_borders(contacts, restrictions, samples, *span_s)
    # The moment before the block's start is seen as its start is.
    links = _blank(row, np.maximum(when_s, span_s[0]))
    losses = LinkLosses.blank(stating(scenario.links), len(row))
    pieces = [slice(k, k + PIECE) for k in range(0, len(row), PIECE)]

    def work(piece: slice) -> NDArray[np.bool_]:
        room = _rows_of(links, piece), losses.taking(piece)
        return _fill_piece(scenario, fleet, motion, contacts, *room)

    if executor is None:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            present = list(pool.map(work, pieces))
    else:
        present = list(executor.map(work, pieces))
    links.time_s[:] = when_s
    restrict(links, contacts, restrictions)
    if all(loss.all() for loss in present):
        return links, losses
    there = np.concatenate(present)
    return _rows_of(links, there), losses.taking(there)


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
        As in `link_budget`.
    row : (K,)
        Rows of `contacts`.
    time_s : (K,)
        Within the contact and the motion's block. [s]
    restrictions : Restrictions
        As in `link_budget`.

    Returns
    -------
    rate_bps, rate_reverse_bps : (K,)
        As in `LinkSamples`; 0 where an end is absent. [bit/s]
    """
    links = samples_at(scenario, fleet, motion, contacts, row, time_s, restrictions)
    return links.rate_bps, links.rate_reverse_bps


def samples_at(
    scenario: Scenario,
    fleet: Fleet,
    motion: Motion,
    contacts: Contacts,
    row: Rows,
    time_s: Floats,
    restrictions: Restrictions = NOTHING,
) -> LinkSamples:
    """Return the link budget of contacts at chosen moments; parameters as of `rates_at`."""
    links = _blank(row, time_s)
    for first in range(0, len(row), PIECE):
        piece = _rows_of(links, slice(first, first + PIECE))
        gone = ~_fill_piece(scenario, fleet, motion, contacts, piece)
        piece.rate_bps[gone] = piece.rate_reverse_bps[gone] = 0.0
    restrict(links, contacts, restrictions)
    return links


def _blank(row: Rows, time_s: Floats) -> LinkSamples:
    """Return samples of which only contact and time are known, to be written into."""
    count, single = len(row), np.float32
    return LinkSamples(
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


def _rows_of(links: LinkSamples, rows: slice | NDArray[np.bool_]) -> LinkSamples:
    return LinkSamples(*(getattr(links, field.name)[rows] for field in fields(LinkSamples)))


def _fill_piece(
    scenario: Scenario,
    fleet: Fleet,
    motion: Motion,
    contacts: Contacts,
    piece: LinkSamples,
    losses: LinkLosses | None = None,
) -> NDArray[np.bool_]:
    """Write everything but contact and time; return where both ends are there."""
    source, target = contacts.source[piece.contact], contacts.target[piece.contact]
    seen = geometry_between(fleet, motion, source, target, piece.time_s)
    ends = Ends(scenario.start, fleet, motion, source, target, piece.time_s, seen)
    present: NDArray[np.bool_] = ~np.isnan(seen.range_m)
    piece.range_m[:] = np.where(present, seen.range_m, 0)
    piece.delay_s[:] = seen.range_m / SPEED_OF_LIGHT_M_S
    piece.elevation_deg[:] = ends.elevation_deg
    rule = contacts.link[piece.contact]
    alone = len(scenario.links) == 1
    for i in [0] if alone else np.unique(rule):
        mine: Rows | slice = slice(None) if alone else np.nonzero(rule == i)[0]
        link = scenario.links[i]
        both = _directions(scenario, link, ends if isinstance(mine, slice) else ends.taking(mine))
        for name, unit in UNITS.items():
            for direction, suffix in zip(both, ("", "_reverse"), strict=True):
                getattr(piece, f"{name}{suffix}_{unit}")[mine] = getattr(direction, name)
        if losses is not None and link.losses:
            for back, direction in enumerate(both):
                losses.write(direction.causes, back, mine)
    return present


def _directions(scenario: Scenario, link: Link, ends: Ends) -> tuple[_Direction, _Direction]:
    """Return the budget of one rule's samples, there and back."""
    one, other = (scenario.terminals[name] for name in link.between)
    paths = Path(link, one, other, ends), Path(link, other, one, ends, back=True)
    if isinstance(one, Radio):
        waveform = waveform_named(link.waveform, scenario.waveforms) if link.waveform else None
        there, back = (_direction(path, waveform) for path in paths)
    else:
        there, back = (_light(path) for path in paths)
    return there, back


def _light(path: Path) -> _Direction:
    """Return a direction by light: its rate is stated, and ends where its margin is used up."""
    assert isinstance(path.sender, Optical)
    assert isinstance(path.receiver, Optical)
    unknown = np.full(len(path), np.nan)
    rate_bps = np.full(len(path), min(path.sender.rate_bps, path.receiver.rate_bps))
    shifts = _shifts(path.geometry, path.frequency_hz)
    if not (path.link.losses or path.link.losses_db or path.receiver.margin_db is not None):
        return _Direction(*shifts, unknown, unknown, unknown, rate_bps)
    causes = losses_db(path)
    margin_db = unknown
    if path.receiver.margin_db is not None:
        # The stated rate is that of free space, whatever the distance.
        beside = {name: cause for name, cause in causes.items() if name != ALWAYS[0]}
        margin_db = path.receiver.margin_db - added(beside)
        rate_bps[margin_db < 0] = 0.0
    return _Direction(*shifts, added(causes), unknown, margin_db, rate_bps, causes)


def _direction(path: Path, waveform: Waveform | None) -> _Direction:
    assert isinstance(path.sender, Radio)
    assert isinstance(path.receiver, Radio)
    unknown, nothing = np.full(len(path), np.nan), np.zeros(len(path))
    if not (path.sender.transmits and path.receiver.receives):
        # The frequency this end is set to is no carrier that anyone sends and the other hears.
        return _Direction(unknown, unknown, unknown, unknown, unknown, nothing)
    causes = losses_db(path)
    loss_db = added(causes)
    ratio = carrier_to_noise_dbhz(path, loss_db)
    margin_db, rate_bps = unknown, nothing
    if waveform is not None:
        rate_bps, margin_db = rate_and_margin(ratio, waveform, path.sender.bandwidth_hz)
    shifts = _shifts(path.geometry, path.frequency_hz)
    return _Direction(*shifts, loss_db, ratio, margin_db, rate_bps, causes)


def _shifts(seen: Geometry, carrier_hz: float) -> tuple[Floats, Floats]:
    """Return the Doppler shift of a carrier and its change. [Hz, Hz/s]."""
    changes = (seen.range_rate_m_s, seen.range_acceleration_m_s2)
    return doppler_hz(carrier_hz, changes[0]), doppler_hz(carrier_hz, changes[1])


def carrier_to_noise_dbhz(path: Path, loss_db: Floats | None = None) -> Floats:
    """Return C/N0 of one direction of a link, its interference margin taken off.

    Parameters
    ----------
    path : Path
        Of two radios at K moments.
    loss_db : (K,), optional
        What is lost on the way, where that is known already. [dB]

    Returns
    -------
    cn0_dbhz : (K,)
        NaN where an antenna cannot point. [dB Hz]
    """
    assert isinstance(path.sender, Radio)
    assert isinstance(path.receiver, Radio)
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
