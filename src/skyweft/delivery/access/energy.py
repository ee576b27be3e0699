"""What messages cost a device, and how long its battery lasts."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.delivery.access.channel import RuleChannel, RuleChannels
from skyweft.fleet import Fleet
from skyweft.links.waveforms import LANES
from skyweft.scenario.terminals import Energy


class Batteries(NamedTuple):
    """What devices have left to send and listen, by platform; infinite where nothing is said."""

    left_j: NDArray[np.float64]  # (N,) but for sleep; -inf once emptied. Written into
    sleep_w: NDArray[np.float64]  # (N,)


def batteries(fleet: Fleet, media: RuleChannels) -> Batteries:
    """Return full batteries at the run's start."""
    full = Batteries(np.full(len(fleet), np.inf), np.zeros(len(fleet)))
    for channel in media.of_rule:
        energy = channel.device.energy
        if energy is not None and energy.battery_j is not None:
            rows = fleet.rows_of(channel.messages.source)
            full.left_j[rows], full.sleep_w[rows] = energy.battery_j, energy.sleep_w
    return full


def each_attempt_j(media: RuleChannels) -> NDArray[np.float32]:
    """Return the energy of a transmission by rule and lane, its wait for an answer included.

    Parameters
    ----------
    media : RuleChannels
        What transmissions are like.

    Returns
    -------
    energy_j : (rules, LANES)
        0 where the device's terminal says nothing of energy. [J]
    """
    rows = [_attempt_j(channel) for channel in media.of_rule]
    return np.array(rows, np.float32).reshape(-1, LANES)


def _attempt_j(channel: RuleChannel) -> NDArray[np.float64]:
    energy = channel.device.energy
    if energy is None:
        return np.zeros(LANES)
    listens_s = channel.waveform.acknowledge_s if channel.messages.confirmed else 0.0
    spent: NDArray[np.float64] = energy.transmit_w * channel.air_s + energy.receive_w * listens_s
    return spent


def battery_life_s(energy: Energy, spent_j: ArrayLike, duration_s: float) -> NDArray[np.float64]:
    """Return how long a device's battery lasts if all its life is like the run.

    Parameters
    ----------
    energy : Energy
        Of its terminal, with `battery_j`.
    spent_j : array_like
        What its messages took in the run. [J]
    duration_s : float
        Of the run. [s]

    Returns
    -------
    life_s : array
        Self-discharge and temperature are left out. [s]
    """
    assert energy.battery_j is not None
    power_w = energy.sleep_w + np.asarray(spent_j, np.float64) / duration_s
    with np.errstate(divide="ignore"):
        return np.asarray(energy.battery_j / power_w)
