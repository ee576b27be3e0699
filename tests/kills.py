"""Does something to folders in processes that are killed at a step on the disk.

A step is a file or folder that is made, opened for writing, renamed or taken away. As a script it
runs one command of skyweft: `kills.py STEP FOLDER WORDS...`, STEP counted within FOLDER.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

STEPS = frozenset({"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "open"})


def kill_at(step: int, folder: Path) -> None:
    """Kill this process when it is about to take its n-th step within a folder, from 0.

    Below 0 it lives, and says at its end how many steps there were.
    """
    place, left = os.path.realpath(folder), step

    def count() -> None:
        print(step - left, file=sys.stderr)

    if step < 0:
        atexit.register(count)

    def watch(event: str, args: tuple[object, ...]) -> None:
        nonlocal left
        if event not in STEPS or not isinstance(args[0], str | os.PathLike):
            return
        if event == "open" and not int(args[2]) & (os.O_RDWR | os.O_WRONLY):  # type: ignore[call-overload]
            return
        path = Path(args[0])  # of a folder that is being deleted only the name is told
        if path.is_absolute() and not os.path.realpath(path).startswith(place):
            return
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    sys.addaudithook(watch)


def skyweft(step: int, folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run one command of skyweft that is killed at a step within a folder."""
    code = [sys.executable, __file__, str(step), str(folder), *words]
    return subprocess.run(code, check=False, capture_output=True, text=True)


class Killer:
    """A process that publishes sets in children of its own, each killed at a step."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def publish(self, step: int, folder: Path, draft: Path, *, last: bool) -> bool:
        """Publish a draft; return whether the process was killed on the way."""
        assert self._process.stdin
        assert self._process.stdout
        order = {"step": step, "folder": str(folder), "draft": str(draft), "last": last}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        status = json.loads(self._process.stdout.readline())
        assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0, status
        return os.WIFSIGNALED(status)

    def close(self) -> None:
        self._process.communicate()


def _serve() -> None:
    from skyweft.store.publishing import Publishing

    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            folder = Path(order["folder"])
            kill_at(order["step"], folder)
            here = Publishing(folder, folder / ".beside", "key", lambda name: name != "mine")
            _then_leave(lambda: here.put(Path(order["draft"]), last=order["last"]))  # noqa: B023
        print(json.dumps(os.waitpid(child, 0)[1]), flush=True)


def _then_leave(work: Callable[[], None]) -> None:
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        from skyweft.cli import main

        kill_at(int(sys.argv[1]), Path(sys.argv[2]))
        sys.exit(main(sys.argv[3:]))
    _serve()
