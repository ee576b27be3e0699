"""Who waits for whom in a sweep: those that take over at least half of their work."""

from pathlib import Path

import pytest

from skyweft.sweeps import sweep
from skyweft.sweeps.sharing import waves
from skyweft.sweeps.variants import variants


def _waves(tiny: Path, grid: dict[str, list[object]]) -> list[list[int]]:
    return [[each.number for each in some] for some in waves(tiny, variants(grid, None))]


@pytest.mark.usefixtures("reusing")
@pytest.mark.parametrize(
    ("grid", "expected"),
    [
        ({"routes.0.step_s": [300, 600, 900]}, [[1], [2, 3]]),
        ({"terminals.sat.eirp_dbw": [5, 6]}, [[1, 2]]),  # links are most of the work
        ({"platforms.sats.motion.planes": [2, 3]}, [[1, 2]]),
        (
            {"platforms.sats.motion.planes": [2, 3], "routes.0.metric": ["delay", "hops"]},
            [[1, 3], [2, 4]],
        ),
    ],
)
def test_waves(tiny: Path, grid: dict[str, list[object]], expected: list[list[int]]) -> None:
    assert _waves(tiny, grid) == expected


def test_without_reuse_nobody_waits(tiny: Path) -> None:
    assert _waves(tiny, {"routes.0.step_s": [300, 600]}) == [[1, 2]]


@pytest.mark.usefixtures("reusing")
def test_what_variants_share_is_worked_out_once(tiny: Path) -> None:
    found = sweep(tiny, {"routes.0.step_s": [300, 600, 900]}, tiny.parent / "sweep", workers=2)
    reused = [set(found.run(number).manifest["reused"]) for number in (1, 2, 3)]
    assert reused[0] == set()
    for each in reused[1:]:
        assert {"contacts", "links", "flows"} <= each
        assert "routes" not in each


def test_the_same_bytes_either_way(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grid = {"routes.0.metric": ["delay", "hops"], "links.0.elevation_min_deg": [10, 15]}
    fresh = sweep(tiny, grid, tiny.parent / "fresh", workers=1)
    monkeypatch.setenv("SKYWEFT_CACHE", str(tiny.parent / "cache"))
    monkeypatch.setenv("SKYWEFT_REUSE_BYTES", "1e9")
    shared = sweep(tiny, grid, tiny.parent / "shared", workers=1)
    files = [each.relative_to(fresh.folder) for each in fresh.folder.rglob("*.parquet")]
    assert len(files) > 4
    for file in files:
        assert (shared.folder / file).read_bytes() == (fresh.folder / file).read_bytes(), file
