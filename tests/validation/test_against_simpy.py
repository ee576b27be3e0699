"""Random access against a model of the same physics in SimPy 4.1, message by message.

Three airships hear LoRa devices of all spreading factors on two frequencies, with capture, inter-SF
rejection, harmless preambles, few decoders, half-duplex acknowledgements and retries. Answers fail
that do not close, that find their airship answering, or that meet another airship's. The model
shares the draws and the tables of numbers with the package, and nothing else: every signal is a
process, every airship an object, every device a resource.
"""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from skyweft.delivery.access.random import CHANNEL, PURPOSES, WAIT, uniforms
from skyweft.delivery.access.reception import begin, receive
from skyweft.delivery.product import CAUSES, RECEIVED
from skyweft.links.waveforms import lora
from skyweft.motion.fleet import build_fleet
from skyweft.motion.propagate import propagate
from skyweft.scenario.scenario import Scenario

pytest.importorskip("simpy", reason="the group oracles is not installed")
import simpy

LIGHT_M_S, HZ = 299_792_458.0, 868e6
EIRP_DBW, GT_DB_K, NOISE_DBHZ = -16.0, -14.0, 10 * np.log10(125e3)
DEVICE_GT_DB_K = EIRP_DBW + GT_DB_K - 1.0  # answers are 1 dB weaker than messages
BOLTZMANN_DB = 10 * np.log10(1.380649e-23)
DECODERS, CHANNELS, ATTEMPTS, BACK_OFF_S, AFTER_S, ANSWER_S = 6, 2, 4, 5.0, 1.0, 0.3
ELEVATION_MIN_DEG, LIFETIME_S, SEED = 2.0, 40.0, 11
Events = Generator[simpy.Event, Any, None]


def scenario_of(devices: int, confirmed: bool) -> Scenario:
    region = {"kind": "population", "count": devices, "region": "land"}
    airships = {
        f"airship{k}": {
            "layer": "near_space",
            "motion": {"kind": "fixed", "latitude_deg": 30.0 * k, "longitude_deg": 20.0 * k,
                       "altitude_m": 2_000e3},
            "terminals": ["hears"],
        }
        for k in range(3)
    }  # fmt: skip
    rule = {
        "source": "devices", "target": "airship0", "size_bytes": 12, "arrivals": "poisson",
        "period_s": 100.0, "lifetime_s": LIFETIME_S, "confirmed": confirmed,
        "back_off_s": BACK_OFF_S,
    }  # fmt: skip
    return Scenario.model_validate(
        {
            "name": "airships",
            "start": datetime(2026, 7, 1, tzinfo=UTC),
            "duration_s": 1_000.0,
            "seed": SEED,
            "world": {"earth_orientation": "none"},
            "platforms": airships
            | {"devices": {"layer": "ground", "motion": region, "terminals": ["sends"]}},
            "terminals": {
                "sends": {"kind": "radio", "frequency_hz": HZ, "eirp_dbw": EIRP_DBW,
                          "gt_db_k": DEVICE_GT_DB_K},
                "hears": {"kind": "radio", "frequency_hz": HZ, "eirp_dbw": 0.0, "gt_db_k": GT_DB_K,
                          "reception": {"decoders": DECODERS, "half_duplex": True}},
            },
            "waveforms": {"air": {"kind": "lora", "channels": CHANNELS,
                                  "acknowledge_s": ANSWER_S, "acknowledge_after_s": AFTER_S}},
            "links": [{"between": ["sends", "hears"], "waveform": "air", "windows": False,
                       "elevation_min_deg": ELEVATION_MIN_DEG}],
            "messages": [rule | ({"attempts_max": ATTEMPTS} if confirmed else {})],
        }
    )  # fmt: skip


@dataclass(eq=False)
class Signal:
    """One transmission at one airship."""

    end_s: float
    safe_s: float
    power_db: float
    factor: int
    channel: int
    able: bool
    lost: bool = False
    deaf: bool = False


@dataclass
class Airship:
    """Who listens: what is on the air there, decoders taken, what it sends itself."""

    position_m: Any
    up: Any
    on_air: list[Signal] = field(default_factory=list)
    decoders: list[Signal] = field(default_factory=list)
    sending_until_s: float = -1.0
    answers: list[tuple[float, int, int]] = field(default_factory=list)  # start, channel, factor


class Model:
    """The world as SimPy runs it."""

    def __init__(self, scenario: Scenario, fleet: Any, confirmed: bool) -> None:
        self.env = simpy.Environment()
        self.attempts_max = ATTEMPTS if confirmed else 1
        self.confirmed = confirmed
        places = fleet.sites.position_m[fleet.site]
        self.airships = {
            row: Airship(places[row], fleet.sites.up[fleet.site[row]])
            for row in range(len(fleet)) if fleet.groups[fleet.group[row]].startswith("airship")
        }  # fmt: skip
        self.places, self.ups = places, fleet.sites.up[fleet.site]
        self.radio = {row: simpy.Resource(self.env) for row in range(len(fleet))}
        self.unanswered = dict.fromkeys(("weak", "not sent", "met"), 0)
        self.fates: dict[tuple[int, int], tuple[int, str, frozenset[int]]] = {}

    def views(self, device: int) -> dict[int, tuple[float, float]]:
        """Return delay and SNR at every airship above the horizon."""
        found = {}
        for row, airship in self.airships.items():
            d = airship.position_m - self.places[device]
            length = float(np.linalg.norm(d))
            if d @ self.ups[device] >= length * np.sin(np.radians(ELEVATION_MIN_DEG)):
                loss_db = 20 * np.log10(4 * np.pi * length * HZ / LIGHT_M_S)
                snr_db = EIRP_DBW + GT_DB_K - loss_db - BOLTZMANN_DB - NOISE_DBHZ
                found[row] = length / LIGHT_M_S, float(snr_db)
        return found

    def message(self, device: int, number: int, created_s: float) -> Events:
        """One message from its making to its fate."""
        env, views = self.env, self.views(device)
        yield env.timeout(created_s - env.now)
        best = max((snr for _, snr in views.values()), default=-np.inf)
        closing = [sf for sf in range(7, 13) if best >= lora.SNR_LIMIT_DB[sf]]
        factor = closing[0] if closing else 12
        lasts_s = float(lora.air_time_s(25, factor))
        cause, copies, attempt, reported = "duty cycle", frozenset[int](), 0, not self.confirmed
        late_s = max((delay for delay, _ in views.values()), default=0.0)
        while attempt < self.attempts_max:
            with self.radio[device].request() as turn:
                yield turn
                if env.now > created_s + LIFETIME_S:
                    break
                (drawn,) = uniforms(SEED, 0, np.array([device]), np.array([number]),
                                    CHANNEL + PURPOSES * attempt)  # fmt: skip
                signals = {
                    row: Signal(0.0, 0.0, snr, factor, int(drawn * CHANNELS),
                                snr >= lora.SNR_LIMIT_DB[factor])
                    for row, (_, snr) in views.items()
                }  # fmt: skip
                for row, signal in signals.items():
                    env.process(self.arrive(self.airships[row], signal, views[row][0], lasts_s))
                channel = next(iter(signals.values())).channel if signals else 0
                yield env.timeout(lasts_s + late_s)
                attempt += 1
                cause, fresh = fate(signals)
                copies |= fresh
                row = max(fresh, key=lambda each: views[each][1], default=-1)
                answered = self.confirmed and self.reserve(row, channel, factor)
                if self.confirmed:
                    yield env.timeout(AFTER_S + ANSWER_S + late_s)
            if self.confirmed:
                reported = answered and self.reaches(row, views, channel, factor)
            if reported or not self.confirmed:
                break
            (drawn,) = uniforms(SEED, 0, np.array([device]), np.array([number]),
                                WAIT + PURPOSES * (attempt - 1))  # fmt: skip
            wait_s = BACK_OFF_S * 2.0 ** (attempt - 1) * drawn
            if env.now + wait_s > created_s + LIFETIME_S or attempt == self.attempts_max:
                break
            yield env.timeout(wait_s)
        self.fates[device, number] = attempt, "" if copies else cause, copies

    def arrive(self, airship: Airship, signal: Signal, delay_s: float, lasts_s: float) -> Events:
        """One signal at one airship, against all others there."""
        env = self.env
        yield env.timeout(delay_s)
        signal.end_s = env.now + lasts_s
        signal.safe_s = env.now + (8 - lora.LOCK_SYMBOLS) * 2**signal.factor / 125e3
        signal.deaf = env.now < airship.sending_until_s
        if signal.able and not signal.deaf:
            airship.decoders = [each for each in airship.decoders if each.end_s > env.now]
            if len(airship.decoders) < DECODERS:
                airship.decoders.append(signal)
            else:
                signal.deaf = True
        for other in airship.on_air:
            if other.channel == signal.channel and other.end_s > env.now:
                spoil(signal, other)
                spoil(other, signal)
        airship.on_air.append(signal)
        yield env.timeout(lasts_s)
        airship.on_air.remove(signal)

    def reserve(self, row: int, channel: int, factor: int) -> bool:
        """Answer in a while, unless another answer is to be sent then."""
        if row < 0:
            return False
        answers, start_s = self.airships[row].answers, self.env.now + AFTER_S
        if answers and answers[-1][0] + ANSWER_S > start_s:
            self.unanswered["not sent"] += 1
            return False
        answers.append((start_s, channel, factor))
        self.env.process(self.answer(self.airships[row], start_s))
        return True

    def reaches(
        self, row: int, views: dict[int, tuple[float, float]], channel: int, factor: int
    ) -> bool:
        """Whether the answer that has just been over was strong enough, and alone or stronger."""
        delay_s, snr_db = views[row]
        if snr_db - 1.0 < lora.SNR_LIMIT_DB[factor]:
            self.unanswered["weak"] += 1
            return False
        mine = max(at for at, *what in self.airships[row].answers
                   if what == [channel, factor] and at + ANSWER_S <= self.env.now)  # fmt: skip
        for other, (other_delay_s, other_db) in views.items():
            for at, other_channel, other_factor in self.airships[other].answers:
                apart_s = abs((at + other_delay_s) - (mine + delay_s))
                if other == row or other_channel != channel or apart_s >= ANSWER_S:
                    continue
                need_db = float(lora.REJECTION_DB[factor - 7][other_factor - 7])
                if snr_db - other_db < (6.0 if factor == other_factor else need_db):
                    self.unanswered["met"] += 1
                    return False
        return True

    def answer(self, airship: Airship, start_s: float) -> Events:
        """One acknowledgement: whatever arrives meanwhile is not received."""
        yield self.env.timeout(start_s - self.env.now)
        airship.sending_until_s = start_s + ANSWER_S
        for signal in airship.on_air:
            signal.deaf = True


def spoil(wanted: Signal, other: Signal) -> None:
    """Lose a signal that the other overlaps past its harmless beginning, unless it is stronger."""
    need_db = float(lora.REJECTION_DB[wanted.factor - 7][other.factor - 7])
    if wanted.factor == other.factor:
        need_db = 6.0
    if other.end_s > wanted.safe_s and wanted.power_db - other.power_db < need_db:
        wanted.lost = True


def fate(signals: dict[int, Signal]) -> tuple[str, frozenset[int]]:
    """Return the cause of the loss that was nearest to none, and who received it."""
    if not signals:
        return "no coverage", frozenset()
    ranks = ["no coverage", "below sensitivity", "receiver busy", "collision", ""]
    found = {
        row: "below sensitivity" if not each.able else "receiver busy" if each.deaf
        else "collision" if each.lost else ""
        for row, each in signals.items()
    }  # fmt: skip
    best = max(found.values(), key=ranks.index)
    return best, frozenset(row for row, each in found.items() if not each)


@pytest.mark.parametrize("confirmed", [False, True])
def test_every_message_fares_alike(confirmed: bool) -> None:
    scenario = scenario_of(1_000, confirmed)
    fleet = build_fleet(scenario)
    end_s = scenario.duration_s
    with ThreadPoolExecutor(2) as threads:
        motion = propagate(scenario, fleet, 0.0, end_s, threads)
        received, _ = receive(scenario, fleet, motion, 0.0, end_s, begin(scenario, fleet), threads)
    model = Model(scenario, fleet, confirmed)
    for m in range(len(received)):
        key = int(received.device[m]), int(received.number[m])
        model.env.process(model.message(*key, float(received.created_s[m])))
    model.env.run()
    # What the run's end cuts off goes on in the model.
    whole = np.flatnonzero(received.created_s < scenario.duration_s - LIFETIME_S - 10.0)
    assert len(whole) > 9_000
    assert len(set(received.cause[whole].tolist())) >= 4
    for m in whole.tolist():
        copies = received.copy_receiver[received.copy_first[m] : received.copy_first[m + 1]]
        ours = int(received.attempts[m]), CAUSES[received.cause[m]], frozenset(copies.tolist())
        assert ours == model.fates[int(received.device[m]), int(received.number[m])], m
    assert np.mean(received.cause[whole] == RECEIVED) > 0.05
    assert all(model.unanswered.values()) == confirmed
