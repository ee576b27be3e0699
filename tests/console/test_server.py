"""`skyweft show` as a process: it says where it listens, answers, and ends when interrupted."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from skyweft.cli import main
from skyweft.results import Run


def test_show(small: Run) -> None:
    code = "import sys; from skyweft.cli import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "show", str(small.folder), "--json", "--no-open"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stderr
    try:
        text = ""
        while not text.endswith("}\n"):
            line = process.stdout.readline()
            assert line, process.stderr.read()
            text += line
        with urlopen(json.loads(text)["address"] + "api/v1/runs") as answer:
            assert json.load(answer)[0]["problem"] is None
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        complaints = process.stderr.read().splitlines()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
    assert not [line for line in complaints if "console not built" not in line]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["nowhere"], "nowhere is not there"),
        (["."], "holds no run"),
        (["RUN", "--host", "0.0.0.0"], "lets other machines in: give a --token"),
        (["RUN", "--host", "256.1.1.1", "--token", "x"], "cannot listen at 256.1.1.1"),
    ],
)
def test_errors(
    small: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: Any,
    complaint: Any,
) -> None:
    monkeypatch.chdir(tmp_path)
    words = [str(small.folder) if word == "RUN" else word for word in words]
    assert main(["show", "--no-open", *words]) == 1
    assert complaint in capsys.readouterr().err


def test_wrong_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "x", "--port", "99999"]) == 2
    assert "'99999' is no port" in capsys.readouterr().err
