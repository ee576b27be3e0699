"""Doppler that is left where it is compensated for before sending: at most, at each moment.

The terminal is the end of the lower layer, of two in one layer the source. The other end's motion
is what there is to compensate for.
"""

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.fleet import Fleet, Motion
from skyweft.links.geometry import states_of
from skyweft.links.path import LAYERS
from skyweft.links.product import DopplerResiduals, LinkSamples
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Precompensation, Radio
from skyweft.world.constants import SPEED_OF_LIGHT_M_S
from skyweft.world.ellipsoid import to_geodetic, up

Floats = NDArray[np.float64]
States = tuple[Floats, Floats, Floats]  # position, velocity, acceleration, (K, 3) each

AZIMUTHS = 32  # of beam centres around the terminal: the worst is missed by 0.5 % at most


def residuals(
    scenario: Scenario, fleet: Fleet, motion: Motion, contacts: Contacts, links: LinkSamples
) -> DopplerResiduals | None:
    """Return what is left at samples of rules that compensate; None where none does.

    Parameters
    ----------
    scenario, fleet, motion, contacts
        As of `link_budget`.
    links : LinkSamples
        Of these contacts.
    """
    rule = contacts.link[links.contact]
    asked = [k for k, link in enumerate(scenario.links) if link.precompensation is not None]
    sample = np.flatnonzero(np.isin(rule, asked))
    if not asked:
        return None
    both = np.full((2, len(sample)), np.nan)
    height = np.array([LAYERS.index(layer) for layer in fleet.layers])[fleet.group]
    for k in asked:
        link = scenario.links[k]
        assert link.precompensation is not None
        mine = np.flatnonzero(rule[sample] == k)
        row = links.contact[sample[mine]]
        ends = contacts.source[row], contacts.target[row]
        below = (height[ends[0]] <= height[ends[1]])[:, None]
        time_s = np.maximum(links.time_s[sample[mine]], motion.tracks.time_s[0])
        one, other = (states_of(fleet, motion, end, time_s) for end in ends)
        left_m_s = left(
            link.precompensation, _either(below, one, other), _either(below, other, one)
        )
        for way, name in enumerate(link.between):
            sender = scenario.terminals[name]
            if isinstance(sender, Radio):
                both[way, mine] = left_m_s * sender.frequency_hz / SPEED_OF_LIGHT_M_S
    for way, shift in enumerate((links.doppler_hz, links.doppler_reverse_hz)):
        both[way, np.isnan(shift[sample])] = np.nan  # no carrier, nothing to compensate for
    return DopplerResiduals(sample, *both)


def _either(first: NDArray[np.bool_], one: States, other: States) -> States:
    position, velocity, pull = (np.where(first, a, b) for a, b in zip(one, other, strict=True))
    return position, velocity, pull


def left(how: Precompensation, terminal: States, far: States) -> Floats:
    """Return the range rate that compensation may miss, (K,).

    Parameters
    ----------
    how : Precompensation
        Where it is worked out, and what is known there.
    terminal, far : States
        Of both ends, Earth-fixed.

    Returns
    -------
    left_m_s : (K,)
        Over the speed of light and times a carrier: the greatest residual shift. Exact in errors of
        place and velocity, of first order in age; of a beam for its centre anywhere within
        `beam_radius_m` of the terminal, on its horizontal plane.
    """
    if how.at == "terminal":
        return _of_errors(how, terminal, far)
    assert how.beam_radius_m is not None
    return _in_a_beam(how.beam_radius_m, terminal, far)


def _of_errors(how: Precompensation, terminal: States, far: States) -> Floats:
    offset, velocity, pull = (b - a for a, b in zip(terminal, far, strict=True))
    distance, speed = np.linalg.norm(offset, axis=1), np.linalg.norm(velocity, axis=1)
    rate = np.sum(offset * velocity, axis=1) / distance
    # The line between the ends is off by this angle at most: the rate is speed times a cosine.
    off = how.position_error_m + how.ephemeris_error_m
    swing = np.arcsin(np.minimum(off / distance, 1.0))
    angle = np.arccos(np.clip(rate / np.maximum(speed, 1e-300), -1.0, 1.0))
    most = np.cos(np.maximum(angle - swing, 0.0))
    least = np.cos(np.minimum(angle + swing, np.pi))
    placed = np.maximum(speed * most - rate, rate - speed * least)
    bend = (np.sum(velocity**2 + offset * pull, axis=1) - rate**2) / distance
    moved = how.velocity_error_m_s + how.ephemeris_velocity_error_m_s
    found: Floats = placed + moved + np.abs(bend) * how.age_s
    return found


def _in_a_beam(radius_m: float, terminal: States, far: States) -> Floats:
    latitude, longitude, _ = to_geodetic(terminal[0])
    vertical = up(latitude, longitude)
    east = np.stack([-np.sin(np.radians(longitude)), np.cos(np.radians(longitude))], axis=1)
    east = np.concatenate([east, np.zeros((len(east), 1))], axis=1)
    north = np.cross(vertical, east)

    def rate(place: Floats, velocity: Floats) -> Floats:
        offset = far[0] - place
        found: Floats = np.sum(offset * (far[1] - velocity), axis=1) / np.linalg.norm(
            offset, axis=1
        )
        return found

    real, still, worst = rate(*terminal[:2]), np.zeros_like(east), np.zeros(len(east))
    for angle in 2 * np.pi * np.arange(AZIMUTHS) / AZIMUTHS:
        centre = terminal[0] + radius_m * (np.sin(angle) * east + np.cos(angle) * north)
        worst = np.maximum(worst, np.abs(real - rate(centre, still)))
    return worst
