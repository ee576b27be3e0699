"""What keeps the terminals of a link from following each other: slew rate, Sun, latitude.

One function says it of any links at any moments (`blocking`); routes ask it at an instant. Who
needs to know from when to when a contact is blocked (`blocked`) asks it along the contact and
halves the steps in which the answer changes.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.contacts.usable import Cuts
from skyweft.fleet import Fleet, Motion
from skyweft.links.geometry import states_of
from skyweft.scenario.terminals import Link
from skyweft.world.clock import Clock
from skyweft.world.sun import sun_direction

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.int8]

EARTH_RATE_RAD_S = np.array([0.0, 0.0, 7.292115e-5])  # WGS84 (NGA.STND.0036, 2014)
# Why, as users read it; what is nearest to the terminals comes first.
REASONS = ("", "slew rate", "sun exclusion", "latitude")
SLEW, SUN, LATITUDE = (np.int8(reason) for reason in range(1, 4))
STEP_S = 2.0  # what is blocked, or free, for less may be passed over
CLOSE_S = 1e-3  # of a border: 10 m of a satellite's way
TOGETHER = 500_000  # moments looked at at once


class Ends(NamedTuple):
    """Both ends of links at their moments, ITRS. (K, 3)."""

    source_m: Floats
    target_m: Floats
    source_m_s: Floats
    target_m_s: Floats


def steers(link: Link) -> bool:
    """Whether a rule has any of these limits."""
    return bool(link.slew_max_deg_s or link.sun_exclusion_deg > 0 or link.latitude_max_deg < 90)


def blocking(link: Link, ends: Ends, sun: Floats) -> Codes:
    """Return what keeps links of a rule from being pointed at their moments.

    Parameters
    ----------
    link : Link
        The rule.
    ends : Ends
        Where both ends are and how they move.
    sun : (3,) or (3, K)
        Unit vectors to the Sun, ITRS.

    Returns
    -------
    reason : (K,)
        Places in `REASONS`, 0 where nothing does.
    """
    along_m = ends.target_m - ends.source_m
    range_m = np.linalg.norm(along_m, axis=1)
    found = np.zeros(len(along_m), np.int8)
    if link.latitude_max_deg < 90:
        highest = np.sin(np.radians(link.latitude_max_deg))
        for place_m in (ends.source_m, ends.target_m):
            radius_m = np.linalg.norm(place_m, axis=1)
            found[~(np.abs(place_m[:, 2]) <= highest * radius_m)] = LATITUDE
    if link.sun_exclusion_deg > 0:
        # Either end looks along the link, so the Sun may stand behind the one or the other.
        toward = along_m @ sun if sun.ndim == 1 else np.einsum("ij,ji->i", along_m, sun)
        cosine = np.abs(toward) / np.maximum(range_m, 1.0)
        found[~(cosine < np.cos(np.radians(link.sun_exclusion_deg)))] = SUN
    if link.slew_max_deg_s is not None:
        turn_m_s = ends.target_m_s - ends.source_m_s + np.cross(EARTH_RATE_RAD_S, along_m)
        across = np.linalg.norm(np.cross(along_m, turn_m_s), axis=1)
        found[~(across <= np.radians(link.slew_max_deg_s) * range_m**2)] = SLEW
    return found


def blocked(
    links: tuple[Link, ...] | list[Link],
    clock: Clock,
    fleet: Fleet,
    motion: Motion,
    contacts: Contacts,
) -> Cuts:
    """Return from when to when contacts cannot be pointed along, within a block of time.

    Parameters
    ----------
    links : sequence of Link
        All rules.
    clock : Clock
        Of the run.
    fleet, motion
        Who is where in the block.
    contacts : Contacts
        Those looked at; their parts outside the block are left out.

    Returns
    -------
    cuts : Cuts
        Causes are places in `REASONS`; borders to a millisecond. What lasts less than two seconds
        may be missed.
    """
    knots_s = motion.tracks.time_s
    start_s = np.maximum(contacts.start_s, knots_s[0])
    end_s = np.minimum(contacts.end_s, knots_s[-1])
    found = []
    for number, link in enumerate(links):
        rows = np.flatnonzero((contacts.link == number) & (start_s < end_s))
        if not len(rows) or not steers(link):
            continue
        look = _Look(link, clock, fleet, motion, contacts)
        upto = np.cumsum(np.ceil((end_s - start_s)[rows] / STEP_S) + 2)
        pieces = np.split(rows, np.flatnonzero(np.diff(upto // TOGETHER)) + 1)
        found += [_along(piece, start_s[piece], end_s[piece], look) for piece in pieces]
    return Cuts.joined(found)


class _Look(NamedTuple):
    """What is asked of contacts of a rule at moments of their own."""

    link: Link
    clock: Clock
    fleet: Fleet
    motion: Motion
    contacts: Contacts

    def at(self, row: Ints, time_s: Floats) -> Codes:
        """Return what blocks contacts at their moments. (K,)."""
        source, target = self.contacts.source[row], self.contacts.target[row]
        source_m, source_m_s, _ = states_of(self.fleet, self.motion, source, time_s)
        target_m, target_m_s, _ = states_of(self.fleet, self.motion, target, time_s)
        ends = Ends(source_m, target_m, source_m_s, target_m_s)
        return blocking(self.link, ends, sun_direction(self.clock, time_s))


def _along(rows: Ints, start_s: Floats, end_s: Floats, look: _Look) -> Cuts:
    """Return when contacts are blocked, from samples along them."""
    steps = np.ceil((end_s - start_s) / STEP_S).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(steps + 1)])
    of = np.repeat(np.arange(len(rows)), steps + 1)
    time_s = start_s[of] + STEP_S * (np.arange(first[-1]) - first[:-1][of])
    time_s[first[1:] - 1] = end_s
    code = look.at(rows[of], time_s)
    same = np.diff(of) == 0
    change = np.flatnonzero(same & (np.diff(code) != 0))
    border_s = _halved(rows[of[change]], time_s[change], time_s[change + 1], code[change], look)
    # A stretch begins at a contact's first sample or behind a change, and ends likewise.
    begin = np.sort(np.concatenate([first[:-1], change + 1]))
    from_s = time_s[begin]
    from_s[np.searchsorted(begin, change + 1)] = border_s
    until_s = np.append(from_s[1:], 0.0)
    until_s[np.append(np.diff(of[begin]) != 0, True)] = end_s  # the last stretch of each
    hit = (code[begin] > 0) & (from_s < until_s)
    return Cuts(rows[of[begin]][hit], from_s[hit], until_s[hit], code[begin][hit])


def _halved(row: Ints, low_s: Floats, high_s: Floats, code: Codes, look: _Look) -> Floats:
    """Return when the reason is no more what it was at `low_s`."""
    for _ in range(int(np.ceil(np.log2(STEP_S / CLOSE_S)))):
        middle_s = 0.5 * (low_s + high_s)
        still = look.at(row, middle_s) == code
        low_s, high_s = np.where(still, middle_s, low_s), np.where(still, high_s, middle_s)
    return high_s
