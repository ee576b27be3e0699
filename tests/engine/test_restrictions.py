"""A stage that restricts others, from no package but this test: all later stages obey it."""

import filecmp
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.contacts import stage as contacts_stage
from skyweft.contacts.product import Contacts
from skyweft.contacts.stage import BLOCK
from skyweft.contacts.usable import stopped, usable
from skyweft.errors import ScenarioError
from skyweft.results import Run, run
from skyweft.stage import (
    Block,
    Context,
    Metrics,
    Restriction,
    Restrictions,
    Stage,
    State,
    Whole,
    registry,
)
from tests.written import LORA, fixed, head

ASKED = """
[[routes]]
sources = ["gauge"]
targets = ["gateway"]
step_s = 60

[[flows]]
sources = ["gauge"]
targets = ["gateway"]
demand_bps = 1e9
step_s = 60

[[messages]]
source = "gauge"
target = "gateway"
size_bytes = 20
period_s = 30
lifetime_s = 60
"""
SCENARIO = (
    head("Without power", 3_600)
    + fixed("ship", "up", 30.0, 114.0, 20e3, "near_space")
    + fixed("gauge", "down", 30.1, 114.0)
    + fixed("gateway", "down", 29.9, 114.0)
    + LORA
    + ASKED
)
SHIP, DARK_S = 0, (1_500.0, 2_100.0)  # over a border of blocks, which are of ten minutes
CAUSE = "no power"


class _Power(Stage):
    """Takes power from platforms as a list says; needs contacts, as a stage that counts them."""

    key = "power"
    needs = ("motion", "contacts")
    tables = ()
    restricts = True

    def __init__(self, some: Sequence[Restriction]) -> None:
        self.some = some

    def open(self, context: Context) -> "_Off":
        return _Off(self.some)


class _Off(State):
    def __init__(self, some: Sequence[Restriction]) -> None:
        self._some = some

    def block(self, block: Block) -> None:
        assert len(block.get(BLOCK).contacts)
        block.restrict(
            *(each for each in self._some if block.start_s <= each.start_s < block.end_s)
        )

    def close(self, whole: Whole) -> Metrics:
        return {}


class _Entry:
    """What `entry_points` answers."""

    dist = None

    def __init__(self, stage: Stage) -> None:
        self.name, self._stage = stage.key, stage

    def load(self) -> Stage:
        return self._stage


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return what installs stages until the test ends."""

    def install(*some: Stage) -> None:
        entries = {registry.STAGES.group: [_Entry(each) for each in some]}
        monkeypatch.setattr("skyweft.parts.entry_points", lambda group: entries.get(group, []))
        _forget()

    yield install
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    """Let stages be looked for anew."""
    registry.STAGES.__dict__.pop("_found", None)
    registry.stages.cache_clear()


@pytest.fixture
def short_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut these two pairs into blocks of ten minutes."""
    monkeypatch.setattr(contacts_stage, "PAIR_DAYS", 0.01)


def _run(folder: Path) -> Run:
    path = folder / "scenario.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    return run(path, folder / "out")


def _dark(time_s: Any) -> Any:
    return (time_s >= DARK_S[0]) & (time_s < DARK_S[1])


def test_without_power(tmp_path: Path, short_blocks: None, install: Any) -> None:
    install(_Power([Restriction(SHIP, *DARK_S, CAUSE)]))
    found = _run(tmp_path)
    assert found.summary()["simulated_s"] == 3_600
    links = found.link_samples
    dark = _dark(links["time_s"].to_numpy())
    assert 0 < dark.sum() < len(dark)
    assert np.array_equal(links["rate_bps"].to_numpy() == 0, dark)
    assert np.array_equal(np.isnan(links["margin_db"].to_numpy()), dark)
    routes = found.routes
    dark = _dark(routes["time_s"].to_numpy())
    reasons = np.array(routes["reason"].to_pylist())
    assert set(reasons[dark]) == {CAUSE}
    assert set(reasons[~dark]) == {""}
    # Snapshots, a minute apart.
    assert found.route_statistics()["restricted"].to_pylist() == [10]  # type: ignore[index]
    shares = found.flow_rates
    dark = _dark(shares["time_s"].to_numpy())
    assert set(np.array(shares["limiting_factor"].to_pylist())[dark]) == {CAUSE}
    assert not shares["rate_bps"].to_numpy()[dark].any()
    assert shares["rate_bps"].to_numpy()[~dark].all()
    messages = found.deliveries
    causes = np.array(messages["loss_cause"].to_pylist())
    dark = _dark(messages["created_s"].to_numpy())
    assert set(causes[dark]) == {CAUSE}
    assert set(causes[~dark]) <= {"", "at device", "stored"}
    assert found.summary()["deliveries"]["lost_restricted"] == dark.sum() == 20
    (said,) = found.restrictions.to_pylist()
    assert (said["other"], said["start_s"], said["end_s"]) == (None, *DARK_S)
    assert (said["cause"], said["rate_factor"]) == (CAUSE, 0.0)
    for time_s in (*DARK_S, DARK_S[0] - 1):
        now = found.graph(time_s)
        assert (SHIP in now.source) == (not _dark(time_s))


def test_too_old_for_want_of_a_restricted_pass(
    tmp_path: Path, short_blocks: None, install: Any
) -> None:
    """A message each 30 s, of 60 s of life: the 18 generated in the 540 s that end too early."""
    install(_Power([Restriction((SHIP, 2), *DARK_S, CAUSE)]))
    messages = _run(tmp_path).deliveries
    created_s = messages["created_s"].to_numpy()
    received_s = messages["received_s"].to_numpy()
    causes = np.array(messages["loss_cause"].to_pylist())
    late = (created_s >= DARK_S[0]) & (created_s < DARK_S[1] - 60)
    assert late.sum() == 18
    assert np.isfinite(received_s[late]).all()
    assert set(causes[late]) == {CAUSE}
    assert set(causes[~late]) <= {"", "at device", "stored"}


def test_what_a_contact_carries_is_exact(tmp_path: Path, short_blocks: None, install: Any) -> None:
    """The rate of two platforms that stand still is constant: volume is rate times time."""
    dark_s = (1_501.5, 1_999.25)
    install(_Power([Restriction((0, 1), *dark_s, "shadow"), Restriction(2, 0.0, 600.0, "x", 0.25)]))
    links = _run(tmp_path).link_samples
    names = [links[side].to_pylist() for side in ("source", "target")]
    for end, lit_s in (("gauge", 3_600 - (dark_s[1] - dark_s[0])), ("gateway", 3_000 + 150)):
        mine = [end in pair for pair in zip(*names, strict=True)]
        rows = links.filter(mine)
        time_s, rate_bps = rows["time_s"].to_numpy(), rows["rate_bps"].to_numpy()
        assert np.all(np.diff(time_s) > 0)
        # To a millionth of the rate: a border lies between two neighbouring numbers.
        assert np.trapezoid(rate_bps, time_s) == pytest.approx(rate_bps.max() * lit_s, rel=1e-6)


def test_nothing_restricted_is_the_same_run(tmp_path: Path, install: Any) -> None:
    for name, stages in (("without", []), ("idle", [_Power([])])):
        (tmp_path / name).mkdir()
        install(*stages)
        _run(tmp_path / name)
    one, other = tmp_path / "without" / "out", tmp_path / "idle" / "out"
    tables = [each.name for each in one.glob("*.parquet")]
    assert "deliveries.parquet" in tables
    assert filecmp.cmpfiles(one, other, tables, shallow=False) == (tables, [], [])


def test_a_resumed_run_knows_them(
    tmp_path: Path, short_blocks: None, install: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    power = _Power(
        [Restriction(SHIP, *DARK_S, CAUSE), Restriction(SHIP, 100.0, 2_500.0, "dim", 0.5)]
    )
    install(power)
    whole = _run(tmp_path)
    stopped = tmp_path / "stopped"

    def stop(done_s: float, total_s: float, stage: str) -> None:
        if done_s > 1_900:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "scenario.toml", stopped, progress=stop)
    run(tmp_path / "scenario.toml", stopped, resume=True)
    tables = [each.name for each in whole.folder.glob("*.parquet")]
    assert filecmp.cmpfiles(whole.folder, stopped, tables, shallow=False) == (tables, [], [])


def test_order_of_turns(install: Any) -> None:
    class Needy(_Power):
        key = "power for lights"
        needs = ("power",)  # type: ignore[assignment]

    install(Needy([]), _Power([]))
    keys = [each.key for each in registry.stages()]
    assert keys.index("contacts") < keys.index("power") < keys.index("power for lights")
    assert keys.index("power for lights") < keys.index("links")


@pytest.mark.parametrize(
    ("some", "words"),
    [
        ({"who": 0, "start_s": 5.0, "end_s": 5.0, "cause": "x"}, "ends after it starts"),
        ({"who": 0, "start_s": 0.0, "end_s": 5.0, "cause": "x", "rate_factor": 1.0}, "below 1"),
        ({"who": 0, "start_s": 0.0, "end_s": 5.0, "cause": " "}, "cause"),
    ],
)
def test_what_makes_no_sense(some: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Restriction(**some)


class _Late(_Off):
    def block(self, block: Block) -> None:
        if block.start_s > 0:
            block.restrict(*self._some)


class _LateStage(_Power):
    def open(self, context: Context) -> _Off:
        return _Late(self.some)


def test_too_late(tmp_path: Path, short_blocks: None, install: Any) -> None:
    install(_LateStage([Restriction(SHIP, 0.0, 10.0, CAUSE)]))
    with pytest.raises(ScenarioError, match=r"'power' .* say it in the block it starts in"):
        _run(tmp_path)


def test_undeclared(tmp_path: Path, install: Any) -> None:
    power = _Power([Restriction(SHIP, 0.0, 10.0, CAUSE)])
    power.restricts = False
    install(power)
    with pytest.raises(ScenarioError, match=r"'power' .*restricts = True"):
        _run(tmp_path)


SPANS = st.tuples(st.integers(0, 20), st.integers(1, 8), st.sampled_from([0.0, 0.5]))
WHO = st.one_of(
    st.integers(0, 3),
    st.tuples(st.integers(0, 3), st.integers(0, 3)).filter(lambda p: p[0] != p[1]),
)
SOME = st.lists(st.tuples(WHO, SPANS), max_size=6).map(
    lambda rows: [Restriction(who, a, a + n, f"c{n}", left) for who, (a, n, left) in rows]
)


@given(SOME)
def test_against_one_by_one(some: list[Restriction]) -> None:
    """Columns answer as a loop over all restrictions would, whatever overlaps."""
    many = Restrictions.joined([Restrictions.of(some[:3]), Restrictions.of(some[3:])])
    pairs = [(a, b) for a in range(4) for b in range(4) if a != b]
    ends = np.array(pairs).T
    met = Contacts(
        **Contacts.none().columns()
        | {
            name: np.zeros(len(pairs), kind)
            for name, kind in (("link", np.int16), ("start_s", float))
        }
        | {"source": ends[0].astype(np.int32), "target": ends[1].astype(np.int32)}
        | {"end_s": np.full(len(pairs), 24.0), "culmination_s": np.full(len(pairs), 12.0)}
        | {
            "elevation_max_deg": np.zeros(len(pairs), np.float32),
            "range_min_m": np.zeros(len(pairs)),
        }
        | {name: np.ones(len(pairs), np.bool_) for name in ("cut_start", "cut_end")}
    )
    pieces, row = usable(met, stopped(met, many))
    for moment_s in np.arange(0.5, 24.0):
        factor, cause = many.at(*ends, float(moment_s))  # type: ignore[call-arg]
        for k, pair in enumerate(pairs):
            mine = [
                each
                for each in some
                if each.start_s <= moment_s < each.end_s
                and (each.who in pair or each.who in (pair, pair[::-1]))
            ]
            assert factor[k] == np.prod([each.rate_factor for each in mine])
            if mine:
                worst = min(each.rate_factor for each in mine)
                causes = {each.cause for each in mine if each.rate_factor == worst}
                assert many.causes[cause[k]] in causes
            else:
                assert cause[k] == -1
            inside = (row == k) & (pieces.start_s <= moment_s) & (moment_s <= pieces.end_s)
            assert inside.sum() == (factor[k] > 0)
