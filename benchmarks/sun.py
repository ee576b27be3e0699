"""The Sun over a million moments and places against pvlib; winds, an airship's year, eclipses.

pvlib is asked for one place, the only thing that it takes many moments of; a sample of them is
enough to know its time. Skyfield looks for the edges of the shadow of a few satellites by
`find_discrete`, with ERFA's Sun, since an ephemeris would have to be downloaded; it is held to the
10 ms that our edges are held to, and the day of the rest is scaled. Processor time on both sides.
"""

from datetime import UTC, datetime
from time import process_time
from typing import Any

import erfa
import machine
import numpy as np
import pandas as pd
from contacts import SHELL, START, tracks
from pvlib.solarposition import get_solarposition
from skyfield.api import EarthSatellite, load
from skyfield.geometry import intersect_line_and_sphere
from skyfield.searchlib import find_discrete

from skyweft.energy.eclipse import eclipses
from skyweft.motion import build_fleet
from skyweft.motion.airship import Keeping
from skyweft.scenario import reading
from skyweft.weather import model
from skyweft.weather.climatology import percentile_95
from skyweft.weather.wind import at, everywhere, over
from skyweft.world.clock import Clock
from skyweft.world.ellipsoid import SEMI_MAJOR_M
from skyweft.world.sun import AU_M, sun_angles, sun_position

MILLION, SAMPLE = 1_000_000, 250_000
SUN_S, SUN_RATIO, SUN_DEG = 0.2, 30.0, 0.02
WIND_S = 0.2
YEAR_S, YEAR_DAYS = 2.0, 365.0
ECLIPSES_S, ECLIPSES_RATIO, SATELLITES = 0.5, 100.0, 4
EDGE_S, DAY_S = 0.01, 86_400.0
APART_S = 0.3  # 0.02 degrees of the Sun, at the 0.06 degrees a second of a low orbit
CLOCK = Clock.at(datetime(2026, 1, 1, tzinfo=UTC))


def best_of(work: Any, times: int = 3) -> tuple[Any, float]:
    """Return what work answers, and the least processor time; the first time compiles."""
    work()
    least_s = np.inf
    for _ in range(times):
        began = process_time()
        answer = work()
        least_s = min(least_s, process_time() - began)
    return answer, least_s


def sun() -> None:
    """Hold the Sun."""
    random = np.random.default_rng(5)
    time_s, east_deg = (random.uniform(0, most, MILLION) for most in (YEAR_DAYS * DAY_S, 360.0))
    north_deg = random.uniform(-90, 90, MILLION)
    _, spent_s = best_of(lambda: sun_angles(CLOCK, time_s, north_deg, east_deg))
    some_s = np.sort(time_s[:SAMPLE])
    when = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(some_s, unit="s")
    theirs, sample_s = best_of(lambda: get_solarposition(when, 30.0, 114.0), 1)
    ratio = sample_s / SAMPLE * MILLION / spent_s
    ours = np.radians(sun_angles(CLOCK, some_s, 30.0, 114.0))
    high, east = (np.radians(theirs[name].to_numpy()) for name in ("elevation", "azimuth"))
    cosine = np.sin(ours[0]) * np.sin(high)
    cosine += np.cos(ours[0]) * np.cos(high) * np.cos(ours[1] - east)
    off_deg = np.degrees(np.arccos(np.minimum(cosine, 1.0))).max()
    print(f"Sun, 1e6 moments and places: {spent_s:.3f} s, goal {SUN_S:g} s")
    print(f"pvlib scaled up: {sample_s / SAMPLE * MILLION:.1f} s; ratio {ratio:.0f}", end="")
    print(f"; at most {off_deg:.4f} deg apart")
    assert spent_s <= SUN_S
    assert ratio >= SUN_RATIO
    assert off_deg <= SUN_DEG


def wind() -> None:
    """Hold winds: percentiles the world over, and what blows over a place."""
    random = np.random.default_rng(6)
    north_deg, height_m = random.uniform(-85, 85, MILLION), random.uniform(10e3, 40e3, MILLION)
    day, time_s = random.uniform(0, 365, MILLION), random.uniform(0, 30 * DAY_S, MILLION)
    most, percentile_s = best_of(lambda: percentile_95(north_deg, height_m, day))
    over_s = 30 * DAY_S
    here = over(everywhere(model.Wind(), CLOCK, over_s, 1), 30.0, 114.0, (10e3, 40e3))
    found, blowing_s = best_of(lambda: at(here, height_m, time_s))
    # Of a month at one place: as strong as its percentiles, once in twenty.
    level = percentile_95(30.0, height_m, time_s / DAY_S)
    share = np.mean(np.hypot(*found) > level)
    print(
        f"wind at 1e6 points: percentiles {percentile_s:.3f} s, blowing {blowing_s:.3f} s", end=""
    )
    print(f", goal {WIND_S:g} s; {share:.1%} above the 95th percentile")
    assert percentile_s <= WIND_S
    assert blowing_s <= WIND_S
    assert np.all((most > 0) & (most < 150))
    assert 0.0 < share < 0.2


def year() -> None:
    """Hold an airship's year, a step a minute."""
    station = {"latitude_deg": 30.0, "longitude_deg": 114.0, "altitude_m": [18.5e3, 21.5e3]}
    hull = {"volume_m3": 50e3, "speed_max_m_s": 20.0}
    ship = {
        "layer": "near_space",
        "energy": {"array_m2": 2_000.0, "battery_wh": 1.2e6, "payload_w": 5e3},
        "motion": {"kind": "airship", "station": station, "hull": hull},
    }
    head = {"name": "Year", "start": datetime(2026, 1, 1, tzinfo=UTC)}
    scenario = reading.load({**head, "duration_s": YEAR_DAYS * DAY_S, "platforms": {"it": ship}})

    def flown() -> Keeping:
        (keeping,) = build_fleet(scenario).movers
        assert isinstance(keeping, Keeping)
        assert len(keeping.flight.charge_j) == YEAR_DAYS * 1_440 + 1
        return keeping

    keeping, spent_s = best_of(flown)
    share = np.mean(keeping.off_m <= keeping.radius_m)
    print(f"a year of an airship: {spent_s:.2f} s, goal {YEAR_S:g} s; {share:.1%} on station")
    assert spent_s <= YEAR_S
    assert 0.5 < share < 1.0
    assert keeping.flight.charge_j.min() >= 0


def by_skyfield(column: int) -> np.ndarray:
    """Return when a satellite crosses the shadow's edge, from the day's start. [s]."""
    scale = load.timescale(delta_t=69.184, builtin=True)
    first, last = scale.utc(2026, 7, 1), scale.utc(2026, 7, 2)
    flying = EarthSatellite.from_satrec(SHELL.satrec(column), scale)

    def lit(moment: Any) -> np.ndarray:
        earth, _ = erfa.epv00(moment.whole, moment.tt_fraction)
        place_m = flying.at(moment).position.m
        toward_m = -AU_M * earth["p"].T - place_m
        near, far = intersect_line_and_sphere(toward_m, -place_m, SEMI_MAJOR_M)
        return ~(~np.isnan(near) & (far > 0))

    lit.step_days = 0.005  # type: ignore[attr-defined]
    moments, _ = find_discrete(first, last, lit, epsilon=EDGE_S / DAY_S)
    return np.asarray((moments.tt - first.tt) * DAY_S)


def shadow() -> None:
    """Hold eclipses."""
    flown = tracks(SHELL.orbits(), 0.0, DAY_S)
    sun_m = sun_position(Clock.at(START, tables=False), flown.time_s)
    (who, start_s, end_s), spent_s = best_of(lambda: eclipses(flown, sun_m))
    columns = range(0, SHELL.count, SHELL.count // SATELLITES)
    began = process_time()
    theirs = [by_skyfield(each) for each in columns]
    theirs_s = (process_time() - began) / len(columns) * SHELL.count
    apart_s = 0.0
    for column, edges_s in zip(columns, theirs, strict=True):
        mine = np.sort(np.concatenate([start_s[who == column], end_s[who == column]]))
        mine = mine[(mine > 0) & (mine < DAY_S)]
        assert len(mine) == len(edges_s)
        apart_s = max(apart_s, float(np.abs(mine - edges_s).max(initial=0.0)))
    ratio = theirs_s / spent_s
    print(f"eclipses of {SHELL.count:,} satellites over a day: {spent_s:.2f} s, goal", end="")
    print(f" {ECLIPSES_S:g} s; Skyfield scaled up {theirs_s:.0f} s, ratio {ratio:.0f}", end="")
    print(f"; edges at most {apart_s:.2f} s apart")
    assert spent_s <= ECLIPSES_S
    assert ratio >= ECLIPSES_RATIO
    assert apart_s <= APART_S


def main() -> None:
    """Print times and ratios; hold them and the answers."""
    print(machine.told())
    sun()
    wind()
    year()
    shadow()


if __name__ == "__main__":
    main()
