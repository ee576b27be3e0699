"""What a waveform carries at a signal-to-noise ratio: a ladder of modes.

Adaptive waveforms take the highest mode that closes, at once and without signalling cost.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.scenario.modulations import Shannon, Waveform
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.waveforms import WAVEFORMS, waveform_named

Floats = NDArray[np.float64]
CAPACITY_SNR_LEAST_DB = -10.0  # where 3GPP's truncated Shannon bound ends (TR 36.942, annex A)
ANY_BANDWIDTH_HZ = 1e6  # to look at a waveform whose link nobody knows


@dataclass(frozen=True)
class Mode:
    """One way of coding and modulating: what it needs and what it carries."""

    name: str
    snr_db: float  # least signal over noise in the noise bandwidth
    efficiency: float  # bit/s per hertz of noise bandwidth


@runtime_checkable
class Ladder(Protocol):
    """What a waveform can do at a signal-to-noise ratio."""

    @property
    def noise_hz(self) -> float:
        """Bandwidth that thresholds and efficiencies refer to."""

    @property
    def snr_least_db(self) -> float:
        """Below this nothing gets through."""

    def efficiency(self, snr_db: Floats) -> Floats:
        """Return bit/s per hertz of noise bandwidth, 0 below the least SNR."""


@dataclass(frozen=True)
class Modes:
    """A ladder of separate modes."""

    noise_hz: float
    modes: tuple[Mode, ...]

    @property
    def snr_least_db(self) -> float:
        """Threshold of the most robust mode."""
        return float(self._steps[0][0])

    @cached_property
    def _steps(self) -> tuple[Floats, Floats]:
        """Thresholds ascending, and the best efficiency from each on (0 before the first)."""
        ordered = sorted(self.modes, key=lambda mode: (mode.snr_db, mode.efficiency))
        best = np.maximum.accumulate([0.0, *(mode.efficiency for mode in ordered)])
        return np.array([mode.snr_db for mode in ordered]), best

    def efficiency(self, snr_db: Floats) -> Floats:
        """Return bit/s per hertz of the best mode whose threshold is met."""
        thresholds, best = self._steps
        met = np.searchsorted(thresholds, snr_db, side="right")
        return best[np.where(np.isnan(snr_db), 0, met)]

    @property
    def never_taken(self) -> list[Mode]:
        """Return the modes that another one beats, with no more power and no fewer bits."""
        return [
            mode
            for row, mode in enumerate(self.modes)
            if any(
                other.snr_db <= mode.snr_db
                and other.efficiency >= mode.efficiency
                and ((other.snr_db, other.efficiency) != (mode.snr_db, mode.efficiency) or k < row)
                for k, other in enumerate(self.modes)
            )
        ]


@dataclass(frozen=True)
class Capacity:
    """Shannon's bound, from -10 dB upwards and without a ceiling."""

    noise_hz: float
    snr_least_db: float = field(default=CAPACITY_SNR_LEAST_DB)

    def efficiency(self, snr_db: Floats) -> Floats:
        """Return log2(1 + S/N)."""
        bits = np.log2(1 + 10 ** (snr_db / 10))
        return np.where(snr_db >= self.snr_least_db, bits, 0.0)


def shannon(waveform: Shannon, bandwidth_hz: float | None) -> Capacity:
    """Return Shannon's bound in the bandwidth."""
    return Capacity(given_hz(waveform, bandwidth_hz))


def given_hz(waveform: Waveform, bandwidth_hz: float | None) -> float:
    """Return a waveform's own bandwidth, else that of the transmitting terminal. [Hz]."""
    found = waveform.bandwidth_hz or bandwidth_hz
    if found is None:
        raise ValueError(f"{waveform.kind} needs a bandwidth")
    return found


def ladder_of(waveform: Waveform, bandwidth_hz: float | None = None) -> Ladder:
    """Return the modes a waveform may choose from, and the bandwidth they refer to.

    Parameters
    ----------
    waveform : Waveform
        Its own bandwidth goes first.
    bandwidth_hz : float, optional
        Of the transmitting terminal. [Hz]

    Raises
    ------
    ScenarioError
        A package's waveform does not work, or a file of modes is wrong.
    """
    kind = waveform.kind
    found: Ladder = WAVEFORMS.work(kind, Ladder, waveform, bandwidth_hz)
    if WAVEFORMS.origin(kind):
        with WAVEFORMS.blamed(kind):
            facts = float(found.noise_hz), float(found.snr_least_db)
        if not (0 < facts[0] < np.inf and np.isfinite(facts[1])):
            words = f"answered a noise bandwidth of {facts[0]} Hz and a least SNR of {facts[1]} dB"
            raise WAVEFORMS.error(kind, words)
    return found


def rate_and_margin(
    cn0_dbhz: Floats, waveform: Waveform, bandwidth_hz: float | None = None
) -> tuple[Floats, Floats]:
    """Return the rate a waveform carries and its margin over its most robust mode.

    Parameters
    ----------
    cn0_dbhz : (K,)
        Carrier over noise density; NaN where there is no link. [dB Hz]
    waveform : Waveform
        Family and allowances.
    bandwidth_hz : float, optional
        Of the transmitting terminal, where the waveform has none of its own. [Hz]

    Returns
    -------
    rate_bps : (K,)
        Of the highest mode whose threshold and kept margin are met; 0 where none is. [bit/s]
    margin_db : (K,)
        Over the most robust mode's threshold, after the implementation loss, the kept margin not
        taken off. [dB]
    """
    ladder = ladder_of(waveform, bandwidth_hz)
    noise_hz = ladder.noise_hz
    snr_db = np.asarray(cn0_dbhz) - 10 * np.log10(noise_hz) - waveform.implementation_loss_db
    rate_bps = noise_hz * _efficiency(waveform.kind, ladder, snr_db - waveform.margin_db)
    return rate_bps, snr_db - ladder.snr_least_db


def _efficiency(kind: str, ladder: Ladder, snr_db: Floats) -> Floats:
    """Return what a ladder answers; a package's answer is looked at."""
    with WAVEFORMS.blamed(kind):
        found: Any = ladder.efficiency(snr_db)
    if WAVEFORMS.origin(kind):
        if np.shape(found) != np.shape(snr_db):
            words = f"answered {np.shape(found)} efficiencies for {np.shape(snr_db)}"
            raise WAVEFORMS.error(kind, words)
        if not np.all(np.isfinite(found) & (np.asarray(found) >= 0)):
            raise WAVEFORMS.error(kind, "answered an efficiency that is no number from 0 on")
    efficiency: Floats = found
    return efficiency


def complaints(scenario: Scenario) -> Iterator[str]:
    """Yield what keeps waveforms of a scenario from working, with their places."""
    named = {
        link.waveform: f"links[{k}].waveform"
        for k, link in enumerate(scenario.links)
        if link.waveform is not None
    }
    named |= {name: f"waveforms.{name}" for name in scenario.waveforms}
    for name, place in named.items():
        try:
            ladder_of(waveform_named(name, scenario.waveforms), ANY_BANDWIDTH_HZ)
        except ScenarioError as error:
            yield from (f"{place}: {line}" for line in str(error).splitlines())


def never_taken(scenario: Scenario) -> Iterator[str]:
    """Yield a warning of every table of a scenario with modes that others beat."""
    for name, waveform in scenario.waveforms.items():
        if waveform.kind != "modcod":
            continue
        ladder = ladder_of(waveform, ANY_BANDWIDTH_HZ)
        assert isinstance(ladder, Modes)
        if beaten := ladder.never_taken:
            count = f"{len(beaten)} of {len(ladder.modes)} modes are never taken"
            yield (
                f"waveforms.{name}: {count}, such as {beaten[0].name}: others need no more and "
                "carry no less"
            )
