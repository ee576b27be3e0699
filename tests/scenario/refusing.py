"""Checks scenarios in processes held to limits, forks of one that has loaded all that it takes.

As a script it serves: a folder with `scenario.toml` and where to put what is said, a line each.
"""

import json
import os
import subprocess
import sys
import traceback
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

LIMIT_BYTES = 8 << 30  # of addresses: the code alone maps far more than it touches
CPU_S = 10  # the machine may be slow and is no part of the promise


class Checks:
    """The process that forks."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def check(self, folder: Path, told: Path) -> tuple[int, str, float]:
        """Check a scenario; return the exit code, what was said and the bytes at most in memory."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([str(folder), str(told)]) + "\n")
        self._process.stdin.flush()
        code = os.waitstatus_to_exitcode(json.loads(self._process.stdout.readline()))
        *said, peak = told.read_text(encoding="utf-8").splitlines()
        return code, "\n".join(said), float(peak) * 1024

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def serve() -> None:
    """Check what is asked for, each in a fork."""
    from skyweft.cli import main

    with redirect_stdout(StringIO()):
        main(["check", "hello"])
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _check(*json.loads(line))
        print(json.dumps(os.waitpid(child, 0)[1]), flush=True)


def _check(folder: str, told: str) -> None:
    import resource  # of Unix

    from skyweft.cli import main

    code = 70
    try:
        os.chdir(folder)
        file = os.open(told, os.O_WRONLY | os.O_CREAT, 0o600)
        for stream in (1, 2):
            os.dup2(file, stream)
        resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        code = main(["check", "scenario.toml"])
    except BaseException:  # this process ends here, whatever it was
        traceback.print_exc()
    finally:
        # getrusage counts what the parent was before.
        status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        print(next(line.split()[1] for line in status if line.startswith("VmHWM")), flush=True)
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
