"""Files are read whole or refused: what never ends is not waited for."""

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.cli import main
from skyweft.errors import ScenarioError
from skyweft.files import contents
from skyweft.scenario.reading import ENTRIES_MAX, PARTS_MAX, load, toml_tables

HEAD = 'name = "x"\nstart = 2026-07-01T00:00:00Z\nduration_s = 100\n'


def refused(path: Path, most_bytes: int = 100) -> str:
    with pytest.raises(ScenarioError) as error:
        contents(path, most_bytes)
    return str(error.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are of Unix")
@pytest.mark.parametrize(
    "words", [["check"], ["run"], ["plan", "--from", "a", "--to", "b"], ["sweep", "--set", "x=1"]]
)
def test_a_pipe_nobody_writes_into(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "pipe") == "pipe: is no regular file (a pipe, a socket or a device)"
    assert main([words[0], str(tmp_path / "pipe"), *words[1:]]) in (1, 2)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="devices are of Unix")
def test_a_device_without_end() -> None:
    assert "is no regular file" in refused(Path("/dev/zero"))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="/proc is of Linux")
@pytest.mark.parametrize("name", ["status", "environ", "mem"])
def test_what_a_kernel_makes_up_is_not_read(name: str) -> None:
    assert refused(Path("/proc/self", name)) == (
        f"{name}: is no regular file (the kernel makes up what it holds while it is read)"
    )


def test_an_empty_file_is_one(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert contents(tmp_path / "empty", 100) == b""


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="sockets with names are of Unix")
def test_a_socket_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path may not be long
    with socket.socket(socket.AF_UNIX) as held:
        held.bind("door")
        assert refused(Path("door")).startswith("door: is no regular file (a pipe, a socket or")


@given(st.integers(0, 300), st.integers(1, 300))
def test_a_size_is_looked_at_first(
    tmp_path_factory: pytest.TempPathFactory, size: int, most: int
) -> None:
    path = tmp_path_factory.mktemp("size") / "some.csv"
    path.write_bytes(bytes(size))
    if size > most:
        assert refused(path, most).startswith("some.csv: 0 MB, at most 0 MB is read")
    else:
        assert contents(path, most) == bytes(size)


def test_a_folder_and_nothing(tmp_path: Path) -> None:
    assert refused(tmp_path).endswith(
        (": is a folder, a file is needed", "cannot be read: Is a directory")
    )
    assert refused(tmp_path / "nix") == "nix: cannot be read: No such file or directory"


@given(st.integers(1, 3_000), st.sampled_from(["a", '"a b"', "'c'"]), st.sampled_from([".", " . "]))
def test_long_keys_are_refused_before_they_are_read(parts: int, part: str, dot: str) -> None:
    text = f'text = "1.2.3"\n{dot.join([part] * parts)} = 1\n'
    if parts <= PARTS_MAX:
        assert len(toml_tables(text)) == 2
        return
    with pytest.raises(ValueError, match=r"more than 50 parts \(at line 2\)"):
        toml_tables(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("".join(f"[platforms.p{each}]\n" for each in range(ENTRIES_MAX + 1)), "platforms"),
        ("[[links]]\n" * (ENTRIES_MAX + 1), "links"),
        (f"[terminals.a]\nmask = {[[0, 0]] * (ENTRIES_MAX + 1)}\n", "terminals.a.mask"),
    ],
)
def test_what_there_is_too_much_of(text: str, place: str, tmp_path: Path) -> None:
    path = tmp_path / "many.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        load(path)
    assert str(error.value) == (
        f"many.toml: {place}: 2_001 entries; allowed: at most 2_000. What there is many of belongs "
        "in a file of places, tracks or elements"
    )
