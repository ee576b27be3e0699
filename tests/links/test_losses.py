"""Losses that rules state: by radio and by light, by cause, and those that a package adds."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from skyweft.contacts.product import Contacts
from skyweft.errors import ScenarioError
from skyweft.links import budget as stage
from skyweft.links.arrow import link_losses_table
from skyweft.links.budget import link_budget, link_budget_by_cause, samples_at
from skyweft.links.losses import causes, losses_db
from skyweft.links.path import Path
from skyweft.links.product import LinkLosses, LinkSamples
from skyweft.registry import Kind
from skyweft.scenario.losses import ALWAYS, PathLoss
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Link

from .conftest import contacts_of, fleet_of, motion_until, scenario_of

Install = Callable[..., AbstractContextManager[None]]
GROUP = "skyweft.losses"
RADIO = [(0, 3, 0, 310.0, 554.1, 800.0)]
LASERS = [(1, 1, 2, 0.0, 500.0, 1200.0)]
AIR = {"kind": "clear_air", "zenith_loss_db": 0.5}


class Fog(PathLoss):
    """More by the hour, and only over the northern hemisphere."""

    kind: Literal["fog"]
    per_hour_db: float = 3.6


def fog(loss: Fog, path: Path) -> Any:
    north = np.minimum(path.sender_place.latitude_deg, path.receiver_place.latitude_deg) >= 0
    return np.where(north, loss.per_hour_db * path.time_s / 3600, 0.0)


def stated(*losses: dict[str, Any], light: tuple[dict[str, Any], ...] = (), **keys: Any) -> Any:
    radio = {"between": ["user", "sat"], "waveform": "shannon", "losses": list(losses)}
    laser = {"between": ["laser", "laser"], "losses": list(light), **keys}
    terminals = scenario_of().model_dump(exclude_unset=True)["terminals"]
    terminals["laser"] |= {"margin_db": 3.0} if light else {}
    return scenario_of(links=[radio, laser], terminals=terminals)


def found(
    scene: Scenario, rows: list[Any], until_s: float = 1200.0
) -> tuple[LinkSamples, LinkLosses, Contacts]:
    contacts = contacts_of(rows)
    both = link_budget_by_cause(scene, fleet_of(), motion_until(until_s), contacts)
    return *both, contacts


@pytest.mark.parametrize("elevation_deg", [0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 45.0, 90.0])
def test_clear_air_against_kasten_and_young(elevation_deg: float) -> None:
    # F. Kasten and A. T. Young, Applied Optics 28(22), 1989, equation 3: relative air mass. An even
    # shell bends the profile, not the mass: a few per cent too much near the horizon.
    sine = np.sin(np.radians(elevation_deg))
    air_mass = 1 / (sine + 0.50572 * (elevation_deg + 6.07995) ** -1.6364)
    (taken,) = losses_db(path_at(stated(AIR), elevation_deg))["clear_air"]
    assert 0.499 * air_mass < taken < 0.5325 * air_mass
    if elevation_deg >= 10:
        assert taken == pytest.approx(0.5 / sine, rel=0.03)  # P.676-13, annex 2: the cosecant law


def path_at(scene: Scenario, elevation_deg: float) -> Path:
    """Return a moment at which the satellite stands so high above the first place."""
    seen: list[Path] = []
    one, other = (scene.terminals[name] for name in ("user", "sat"))

    def look(link: Link, *ends: Any, **flags: Any) -> Path:
        seen.append(Path(link, *ends, **flags))
        return seen[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "Path", look)
        link_budget(scene, fleet_of(), motion_until(1200.0), contacts_of(RADIO))
    ends = seen[0].ends.taking(np.array([0]))
    rise = np.array([np.sin(np.radians(elevation_deg))])
    geometry = replace(ends.geometry, rise_source=rise)
    return Path(scene.links[0], one, other, replace(ends, geometry=geometry))


def test_air_lies_low_and_thin() -> None:
    scene = stated(AIR | {"zenith_loss_db": 1.0, "scale_height_m": 2_000.0})
    path = path_at(scene, 90.0)
    ground, sky = path.ends.places
    assert losses_db(path)["clear_air"][0] == pytest.approx(1.0, abs=1e-9)
    assert ground.altitude_m[0] == pytest.approx(0, abs=1e-6)
    for low_m, high_m, share in ((2e3, 6e5, np.exp(-1)), (0, 2e3, 1 - np.exp(-1)), (2e4, 6e5, 0)):
        places = tuple(
            replace(each, altitude_m=np.array([height]))
            for each, height in ((ground, float(low_m)), (sky, float(high_m)))
        )
        moved = replace(path.ends)
        vars(moved)["places"] = places
        for back in (False, True):
            taken = losses_db(replace(path, ends=moved, back=back))["clear_air"]
            assert taken[0] == pytest.approx(share, abs=1e-4)


def test_each_direction_has_its_own_sender() -> None:
    there = path_at(stated(AIR), 30.0)
    back = replace(there, sender=there.receiver, receiver=there.sender, back=True)
    for path, low, high in (
        (there, there.sender_place, there.receiver_place),
        (back, back.receiver_place, back.sender_place),
    ):
        assert low.altitude_m[0] == pytest.approx(0, abs=1e-6)  # the user, on the ground
        assert high.altitude_m[0] > 590e3
        assert path.wavelength_m * path.frequency_hz == pytest.approx(299_792_458)
    assert (there.frequency_hz, back.frequency_hz) == (2.1e9, 2.0e9)
    assert there.start == back.start == datetime(2026, 7, 1, tzinfo=UTC)
    np.testing.assert_array_equal(there.geometry.rise_source, back.geometry.rise_target)


def test_losses_go_off_the_carrier_and_add_up_by_cause() -> None:
    plain, none, _ = found(stated(), RADIO + LASERS)
    links, losses, contacts = found(stated(AIR), RADIO + LASERS)
    assert none.causes == ()
    mine = np.flatnonzero(contacts.link[links.contact] == 0)
    by_cause = dict(zip(losses.causes, losses.loss_db, strict=True))
    taken = by_cause["clear_air"][0, mine]
    alone = samples_at(
        stated(AIR), fleet_of(), motion_until(1200.0), contacts, links.contact, links.time_s
    )
    np.testing.assert_array_equal(alone.loss_db, links.loss_db)
    assert np.all(taken > 0.49)
    np.testing.assert_allclose(links.cn0_dbhz[mine], plain.cn0_dbhz[mine] - taken, atol=1e-4)
    np.testing.assert_allclose(losses.loss_db[:, 0, mine].sum(0), links.loss_db[mine], atol=1e-3)
    np.testing.assert_allclose(
        losses.loss_db[:, 1, mine].sum(0), links.loss_reverse_db[mine], atol=1e-3
    )
    rest = np.setdiff1d(np.arange(len(links)), mine)
    assert np.isnan(losses.loss_db[:, :, rest]).all()
    for name in LinkSamples.__slots__:
        np.testing.assert_array_equal(getattr(links, name)[rest], getattr(plain, name)[rest])


def test_a_table_of_causes_has_a_row_a_sample_and_cause() -> None:
    scene = stated(AIR)
    links, losses, contacts = found(scene, RADIO + LASERS)
    fleet = fleet_of()
    table = link_losses_table(
        losses, links, contacts, np.array([7, 9]), fleet.names, scene.rule_names
    )
    radio = int(np.count_nonzero(contacts.link[links.contact] == 0))
    assert len(table) == 5 * radio
    assert set(table["link"].to_pylist()) == {"user/sat"}
    assert table["cause"].to_pylist()[:5] == [*ALWAYS, "clear_air"]
    assert table["time_s"].to_pylist() == sorted(table["time_s"].to_pylist())
    whole = table["loss_db"].to_numpy().reshape(radio, 5).sum(axis=1)
    mine = contacts.link[links.contact] == 0
    np.testing.assert_allclose(whole, links.loss_db[mine], atol=1e-3)


def test_lasers_lose_what_is_stated_and_end_with_their_margin(installed: Install) -> None:
    before, _, _ = found(stated(), LASERS)
    with installed(GROUP, fog=Kind(Fog, lambda loss, path: loss.per_hour_db * path.time_s / 3600)):
        links, losses, _ = found(stated(light=({"kind": "fog", "per_hour_db": 36.0},)), LASERS)
    taken = links.time_s / 100  # 36 dB an hour
    np.testing.assert_allclose(links.margin_db, 3.0 - taken, atol=1e-5)
    np.testing.assert_array_equal(links.rate_bps, np.where(taken <= 3.0, 10e9, 0.0))
    assert 0 < np.count_nonzero(links.rate_bps) < len(links)
    free_space = 20 * np.log10(4 * np.pi * links.range_m / 1550e-9)
    np.testing.assert_allclose(links.loss_db, free_space + taken, atol=1e-3)
    np.testing.assert_array_equal(links.loss_db, links.loss_reverse_db)
    assert np.isnan(links.cn0_dbhz).all()
    assert losses.causes == (*ALWAYS, "fog")
    # Nothing stated: as before there were losses of light.
    for column in (before.loss_db, before.margin_db, before.cn0_dbhz):
        assert np.isnan(column).all()
    assert np.all(before.rate_bps == 10e9)


def test_light_within_one_layer_meets_no_air() -> None:
    _, losses, _ = found(stated(light=(AIR,)), LASERS)
    assert np.all(losses.loss_db[-1] == 0)


def test_a_package_adds_a_loss_of_time_and_place(installed: Install) -> None:
    with installed(GROUP, fog=Kind(Fog, fog)):
        scene = stated({"kind": "fog"})
        assert scene.start == datetime(2026, 7, 1, tzinfo=UTC)
        assert list(causes(scene.links[0])) == [*ALWAYS, "fog"]
        links, losses, _ = found(scene, RADIO)
    np.testing.assert_allclose(losses.loss_db[-1, 0], links.time_s / 1000, atol=1e-5)
    with pytest.raises(ValidationError, match="fog"):
        stated({"kind": "fog"})


@settings(deadline=None, max_examples=10)
@given(st.integers(1, 12))
def test_pieces_change_nothing(installed: Install, piece: int) -> None:
    with installed(GROUP, fog=Kind(Fog, fog)), pytest.MonkeyPatch.context() as patch:
        scene = stated({"kind": "fog"}, AIR, light=({"kind": "fog"},))
        links, losses, _ = found(scene, RADIO + LASERS)
        patch.setattr(stage, "PIECE", piece)
        again, parts, _ = found(scene, RADIO + LASERS)
    np.testing.assert_array_equal(losses.loss_db, parts.loss_db)
    np.testing.assert_array_equal(links.rate_bps, again.rate_bps)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda *_: "3 dB", "answered str, not float"),
        (lambda *_: np.zeros(2), r"answered \(2,\) losses for \(11,\)"),
        (lambda *_: np.nan, "answered a loss that is no finite number of decibels"),
        (lambda _, path: np.where(path.time_s > 500, np.inf, 0), "is no finite number"),
        (lambda *_: 1 / 0, "failed: ZeroDivisionError"),
    ],
)
def test_a_loss_that_answers_wrongly(
    installed: Install, function: Callable[..., Any], words: str
) -> None:
    with installed(GROUP, fog=Kind(Fog, function)):
        scene = stated({"kind": "fog"})
        with pytest.raises(ScenarioError, match=f"the loss 'fog' of acme .*{words}"):
            found(scene, RADIO)
        assert len(found(stated(AIR), RADIO)[0])


class Again(PathLoss):
    kind: Literal["free_space"]


def test_what_every_link_loses_cannot_be_added_again(installed: Install) -> None:
    with (
        pytest.warns(UserWarning, match="there is a loss 'free_space' already; mend or remove"),
        installed(GROUP, again=Kind(Again, fog)),
        pytest.raises(ValidationError, match="free_space"),
    ):
        stated({"kind": "free_space"})


def test_a_loss_is_stated_once() -> None:
    with pytest.raises(ValidationError, match='"clear_air" is stated twice'):
        stated(AIR, AIR)
