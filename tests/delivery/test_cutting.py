"""Runs whose messages fail to come down, or to be received: what a user finds in the tables."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skyweft import plot
from skyweft.results import Run, run
from tests.written import fixed, head, laser, link, radio, table

SCENARIO = (
    head("One ship", 3_600)
    + fixed("ship", "hears down", 30.0, 114.0, 20e3, "near_space")
    + fixed("gauge", "sends", 30.1, 114.0)
    + fixed("gateway", "up", 29.9, 114.0)
    + radio("sends", 401e6, eirp_dbw=-8.0, gt_db_k=-31.0)
    + radio("hears", 400e6, eirp_dbw=0.0, gt_db_k=-25.0)
    + laser("down", 1e6)
    + laser("up", 1e6)
    + table("[[messages]]", source="gauge", target="gateway", size_bytes=20, period_s=30,
            lifetime_s=60)
    + link("sends", "hears", waveform="lora")
    + link("up", "down")
)  # fmt: skip
FAILS = "[[failures]]\nplatforms = ['{}']\nstart_s = 1_500\n"


def _run(folder: Path, more: str = "", lifetime_s: int = 60) -> Run:
    text = SCENARIO.replace("lifetime_s = 60", f"lifetime_s = {lifetime_s}") + more
    (folder / "scenario.toml").write_text(text)
    return run(folder / "scenario.toml", folder / "out")


def _causes(found: Run) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return when messages were generated, and why they did not arrive."""
    rows = found.deliveries
    assert rows is not None
    return rows["created_s"].to_numpy(), np.array(rows["loss_cause"].to_pylist())


@pytest.mark.usefixtures("short_blocks")
def test_a_ship_that_is_out_of_order_hears_nobody(tmp_path: Path) -> None:
    """A message each 30 s: of the twenty generated from 1,500 to 2,100 s none is received."""
    found = _run(tmp_path, FAILS.format("ship") + "end_s = 2_100\n")
    created_s, cause = _causes(found)
    out = (created_s >= 1_500) & (created_s < 2_100)
    assert out.sum() == 20
    assert set(cause[out]) == {"out of order"}
    assert set(cause[~out]) == {""}
    metrics = found.summary()["deliveries"]
    assert metrics["lost_out_of_order"] == 20
    assert metrics["delivered"] == 100
    assert np.isnan(found.deliveries["received_s"].to_numpy()[out]).all()


@pytest.mark.usefixtures("short_blocks")
def test_a_gateway_that_is_out_of_order_takes_nothing(tmp_path: Path) -> None:
    """Received all the same; too old after 60 s, but for those that live beyond 2,100 s."""
    found = _run(tmp_path, FAILS.format("gateway") + "end_s = 2_100\n")
    created_s, cause = _causes(found)
    out = (created_s >= 1_500) & (created_s < 2_040)
    assert out.sum() == 18
    assert set(cause[out]) == {"out of order"}
    assert set(cause[~out]) == {""}
    delay_s = found.deliveries["delay_s"].to_numpy()
    waits = (created_s >= 2_040) & (created_s < 2_099)
    np.testing.assert_allclose((created_s + delay_s)[waits], 2_100, atol=0.1)
    # What they wait for is on board all the time.
    kept = found.storage_occupancy.to_pandas()
    assert kept[kept.time_s == 1_800].stored.tolist() == [2]


@pytest.mark.usefixtures("short_blocks")
def test_what_is_on_board_is_lost_with_its_platform(tmp_path: Path) -> None:
    """No gateway from 1,400 s on; the ship fails for good at 1,500 s."""
    more = FAILS.format("ship") + FAILS.format("gateway").replace("1_500", "1_400")
    found = _run(tmp_path, more)
    created_s, cause = _causes(found)
    assert set(cause[created_s < 1_399]) == {""}
    # Of 60 s of life, those generated from 1,440 s on are on board.
    kept = (created_s >= 1_440) & (created_s < 1_499)
    assert set(cause[kept]) == {"platform failed"}
    assert found.summary()["deliveries"]["lost_platform_failed"] == kept.sum() == 2
    assert set(cause[created_s > 1_500]) == {"out of order"}
    assert plot.delivery_losses(found.deliveries_by_hour) is not None


@pytest.mark.parametrize(
    ("limit", "cause"),
    [
        ("latitude_max_deg = 20", "latitude"),
        # Both stand still; the Earth turns by 0.00418 degrees a second, and the line, 29 degrees to
        # the north of the vertical at 30 degrees, stands 31 degrees off its axis: 0.00215.
        ("slew_max_deg_s = 0.0021", "slew rate"),
        # At most 89.9 degrees off the line: all but what is square to it.
        ("sun_exclusion_deg = 89.9", "sun exclusion"),
    ],
)
@pytest.mark.usefixtures("short_blocks")
def test_a_beam_that_cannot_be_pointed(tmp_path: Path, limit: str, cause: str) -> None:
    """All are received, none comes down; those of the last minute are not too old yet."""
    found = _run(tmp_path, limit + "\n")
    created_s, causes = _causes(found)
    assert set(causes[created_s < 3_540]) == {cause}
    assert set(causes[created_s >= 3_540]) == {"stored"}
    assert found.summary()["deliveries"]["lost_restricted"] == 118
    assert np.isfinite(found.deliveries["received_s"].to_numpy()).all()
    # The contact plan of the run has nothing from the ship to the gateway either.
    assert "gateway" not in found.contact_plan().names


def test_a_beam_that_just_follows(tmp_path: Path) -> None:
    found = _run(tmp_path, "slew_max_deg_s = 0.0022\n")
    assert set(_causes(found)[1]) <= {"", "at device", "stored"}


@pytest.mark.usefixtures("short_blocks")
def test_limits_of_random_access(tmp_path: Path) -> None:
    found = _run(tmp_path)
    plain = SCENARIO.replace('waveform = "lora"\n', 'waveform = "lora"\nlatitude_max_deg = 20\n')
    (tmp_path / "scenario.toml").write_text(plain)
    barred = run(tmp_path / "scenario.toml", tmp_path / "barred")
    assert set(_causes(found)[1]) <= {"", "at device", "stored"}
    assert set(_causes(barred)[1]) == {"latitude"}


@pytest.mark.usefixtures("short_blocks")
def test_the_plan_of_a_run_has_the_failures(tmp_path: Path) -> None:
    """An hour at 1 Mbit/s less ten minutes, 375 MB, and less 30 s of pointing after them."""
    failure = FAILS.format("gateway") + "end_s = 2_100\n"
    found = _run(tmp_path, "acquisition_s = 30\n" + failure).contact_plan()
    down = found.target == found.node("gateway")
    assert found.start_s[down].tolist() == pytest.approx([0, 2_130], abs=1e-6)
    assert found.end_s[down].tolist() == pytest.approx([1_500, 3_600], abs=1e-6)
    assert found.volume_bytes[down].sum() == pytest.approx((1_500 + 1_470) * 1e6 / 8, rel=1e-9)


BEAM = 'beams = {{ count = {}, width_deg = 1.0, end = "target" }}\n'
BEAMED = """
[platforms.town]
layer = "ground"
motion = { kind = "fixed", latitude_deg = 30.0, longitude_deg = 114.0 }
terminals = ["up"]

[[routes]]
sources = ["gateway"]
targets = ["ship"]
step_s = 600

[[failures]]
platforms = ["town"]
start_s = 1_500
end_s = 2_100
"""


@pytest.mark.usefixtures("short_blocks")
def test_a_beam_that_serves_somebody_nearer(tmp_path: Path) -> None:
    """The town is right below; its failure leaves the only beam to the gateway for ten minutes."""
    found = _run(tmp_path, BEAM.format(1) + BEAMED)
    created_s, cause = _causes(found)
    waits = (created_s > 1_440) & (created_s < 2_099)
    assert set(cause[waits]) == {""}
    assert set(cause[created_s < 1_435]) == set(cause[(created_s > 2_100) & (created_s < 3_540)])
    assert set(cause[created_s < 1_435]) == {"no beam free"}
    assert set(cause[created_s >= 3_540]) == {"stored"}
    # Routes say the same at the same time.
    rows = found.routes.to_pylist()
    assert [row["reason"] for row in rows] == [
        "no beam free" if not 1_500 <= row["time_s"] < 2_100 else "" for row in rows
    ]
    metrics = found.summary()
    assert metrics["routes"][0]["reasons"] == {"no beam free": pytest.approx(5 / 6)}


@pytest.mark.usefixtures("short_blocks")
def test_what_is_stored_for_want_of_a_beam_is_counted(tmp_path: Path) -> None:
    """Twenty messages of the last ten minutes; what came in the last one has let no pass by."""
    found = _run(tmp_path, BEAM.format(1) + BEAMED, 600)
    metrics = found.summary()["deliveries"]
    assert metrics["stored_on_board"] == 20
    assert metrics["stored_causes"] == {"no beam free": 18}
    assert found.warnings == (
        "messages: 18 messages are on board at the end, kept from arriving by no beam free (18)",
    )


def test_a_beam_for_everybody_changes_nothing(tmp_path: Path) -> None:
    assert set(_causes(_run(tmp_path, BEAM.format(2) + BEAMED))[1]) <= {"", "at device", "stored"}
