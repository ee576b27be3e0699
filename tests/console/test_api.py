"""Every address of the web interface: what it answers, and what it says to nonsense."""

import json
import shutil
import struct
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from skyweft.console.api import application
from skyweft.console.guard import Guard
from skyweft.console.run_registry import Shelf
from skyweft.results import Run
from skyweft.store.identity import digest
from skyweft.store.jsonfile import read_json, write_json
from tests.asking import asking

RUN = "/api/v1/runs/0"


@pytest.fixture
def copied(small: Run, tmp_path: Path) -> Path:
    return small.save(tmp_path / "copy").folder


def _asking(*folders: Path) -> Any:
    return asking(Guard(application(Shelf(folders), None), None))


def test_runs(ask: Any, small: Run) -> None:
    (about,) = ask("/api/v1/runs").json
    assert about["name"] == small.scenario.name
    assert about["tables"]["contacts"] == small.contacts.num_rows
    # Contacts first, whoever stands or moves last; what the globe draws is no table to read.
    first, *_, last = about["tables"]
    assert (first, last) == ("contacts", "platforms")
    assert "tracks" not in about["tables"]
    assert about["questions"] == ["path", "matrix"]
    assert about["hash"] == digest(small.manifest)
    assert about["start"] == "2026-07-01T00:00:00Z"
    assert about["complete"] is True
    assert about["problem"] is None


def test_summary(ask: Any, small: Run) -> None:
    found = ask(f"{RUN}/summary").json
    assert found["contacts"]["total"] == small.contacts.num_rows
    assert found["manifest"]["seed"] == 0


def test_scene(ask: Any) -> None:
    answer = ask(f"{RUN}/scene?from=600&to=1200")
    assert answer.headers["content-type"] == "application/octet-stream"
    (length,) = struct.unpack_from("<I", answer.body)
    header = json.loads(answer.body[4 : 4 + length])
    assert (header["from_s"], header["to_s"]) == (600, 1_200)


def test_matrix(ask: Any, small: Run) -> None:
    found = ask(f"{RUN}/matrix?route=0&time=1399").json
    assert found["time_s"] == 1_200
    wanted = {
        (row["source"], row["target"]): row["delay_s"] if row["reachable"] else None
        for row in small.routes.to_pylist()
        if row["time_s"] == 1_200
    }
    got = {
        (source, target): found["delay_s"][i][j]
        for i, source in enumerate(found["sources"])
        for j, target in enumerate(found["targets"])
        if source != target
    }
    assert got == wanted


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/api/v1/runs/1/summary", 404, "there is no run 1"),
        ("/api/v1/nothing", 404, "there is no"),
        (f"{RUN}/table/nothing", 404, "nothing.parquet is not there"),
        (f"{RUN}/table/..", 404, "..parquet is not there"),
        (f"{RUN}/table/contacts?columns=x", 400, "no column 'x'; its columns are contact, link"),
        (f"{RUN}/table/contacts?sort=x", 400, "no column 'x'"),
        (f"{RUN}/table/contacts?limit=-1", 400, "limit: '-1' is no whole number"),
        (f"{RUN}/table/contacts?where=start_s", 400, "is not column:op:value"),
        (f"{RUN}/table/contacts?where=start_s:lt:soon", 400, "'soon' is no value of start_s"),
        (f"{RUN}/table/contacts?where=start_s:has:1", 400, "start_s is no text"),
        (f"{RUN}/scene?from=nan", 400, "from: 'nan' is no number"),
        (f"{RUN}/scene?from=9e9", 400, "no time of this run"),
        (f"{RUN}/timeline?from=5&to=5", 400, "is no length of time"),
        (f"{RUN}/timeline?group=nobody", 400, "the groups are sats, airship, stations"),
        (f"{RUN}/path?source=Oslo", 400, "a path needs source and target"),
        (f"{RUN}/path?source=Oslo&target=Nowhere", 400, "does not lead from Oslo to Nowhere"),
        (f"{RUN}/path?route=4&source=Oslo&target=Wuhan", 400, "there is no route 4"),
        (f"{RUN}/matrix?time=9e9", 400, "there is no snapshot of route 0"),
    ],
)
def test_nonsense_is_answered_in_words(ask: Any, address: str, status: int, words: str) -> None:
    answer = ask(address)
    assert answer.status == status
    assert words in answer.json["error"]


def test_a_missing_table_is_a_problem_and_the_others_work(copied: Path) -> None:
    (copied / "contacts.parquet").unlink()
    ask = _asking(copied)
    assert ask("/api/v1/runs").json[0]["problem"] == "contacts.parquet is missing"
    assert ask(f"{RUN}/table/platforms").json["total"] == 16
    answer = ask(f"{RUN}/timeline")
    assert answer.status == 400
    assert "contacts.parquet is not there" in answer.json["error"]


def test_a_damaged_table_is_a_problem(copied: Path) -> None:
    (copied / "link_samples.parquet").write_bytes(b"PAR1 and no more")
    ask = _asking(copied)
    assert ask("/api/v1/runs").json[0]["problem"] == "link_samples.parquet is damaged"
    assert ask(f"{RUN}/table/link_samples").status == 400
    assert ask(f"{RUN}/scene").status == 200


def test_a_run_that_was_killed(small: Run, tmp_path: Path) -> None:
    (tmp_path / ".parts").mkdir()
    shutil.copy(small.folder / "manifest.json", tmp_path / ".parts" / "plan.json")
    ask = _asking(tmp_path)
    (about,) = ask("/api/v1/runs").json
    assert "killed; go on with it by --resume" in about["problem"]
    assert ask(f"{RUN}/summary").status == 400


def test_a_run_of_a_newer_version_shows_its_tables(copied: Path) -> None:
    (copied / "SHA256SUMS").unlink()
    manifest = read_json(copied / "manifest.json")
    manifest["scenario"]["quantum"] = {"bits": 4}
    manifest["versions"]["skyweft"] = "9.0"
    write_json(copied / "manifest.json", manifest)
    ask = _asking(copied)
    problem = ask("/api/v1/runs").json[0]["problem"]
    assert "made by skyweft 9.0" in problem
    assert "quantum" in problem
    assert ask(f"{RUN}/table/contacts").status == 200
    assert ask(f"{RUN}/timeline").status == 200
    assert "skyweft 9.0" in ask(f"{RUN}/scene").json["error"]


def test_a_run_that_is_made_again_is_opened_again(copied: Path) -> None:
    (copied / "SHA256SUMS").unlink()
    ask = _asking(copied)
    before = ask("/api/v1/runs").json[0]
    write_json(copied / "manifest.json", {**read_json(copied / "manifest.json"), "name": "Again"})
    assert before["name"] != "Again"
    assert ask("/api/v1/runs").json[0]["name"] == "Again"


def test_a_path_hop_by_hop(ask: Any, small: Run) -> None:
    row = next(row for row in small.routes.to_pylist() if row["hops"] > 1)
    found = ask(
        f"{RUN}/path?source={row['source']}&target={row['target']}&time={row['time_s'] + 1}"
    ).json
    assert found["nodes"] == row["path"]
    assert found["time_s"] == row["time_s"]
    assert sum(found["range_m"]) == pytest.approx(
        row["path_length_m"], abs=10
    )  # tracks are float32
    assert sum(found["delay_s"]) == pytest.approx(row["delay_s"], abs=1e-7)
    assert all(rate > 0 for rate in found["rate_bps"])
    assert found["reason"] == ""


def test_no_way_has_a_reason(ask: Any, small: Run) -> None:
    row = next(row for row in small.routes.to_pylist() if not row["reachable"])
    found = ask(
        f"{RUN}/path?source={row['source']}&target={row['target']}&time={row['time_s']}"
    ).json
    assert found["reason"] == row["reason"]
    assert found["delay_total_s"] is None


def test_paths_that_were_not_kept_say_how_to_keep_them(copied: Path) -> None:
    (copied / "SHA256SUMS").unlink()
    path = copied / "routes.parquet"
    table = pq.read_table(path)
    place = table.schema.get_field_index("path")
    empty = pa.array([[]] * table.num_rows, pa.list_(pa.string()))
    pq.write_table(table.set_column(place, "path", empty), path)
    row = next(row for row in table.to_pylist() if row["hops"] > 1)
    found = _asking(copied)(
        f"{RUN}/path?source={row['source']}&target={row['target']}&time={row['time_s']}"
    ).json
    assert found["nodes"] == []
    assert "paths = true" in found["reason"]
    assert found["delay_total_s"] == row["delay_s"]
