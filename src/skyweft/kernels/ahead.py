"""Kernels compiled before they are needed, in processes of their own: numba's lock forbids threads.

Whoever needs one that is still being compiled waits for it instead of compiling it too. A process
that dies, or a kernel that cannot be compiled there, costs nothing but the head start. Where
nothing can be kept the processes end after one kernel.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from threading import Condition, Thread
from typing import Any

from skyweft.kernels.kept import Kept, waiting_for
from skyweft.kernels.signature import UnwrittenError, read

COMMAND = (sys.executable, "-P", "-c", "from skyweft.kernels.ahead import serve; serve()")
LOST = "lost"  # what a process says that could not keep what it compiled
LOOK_S = 1.0  # between looks at whether what is waited for is still worked at

Told = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True)
class Task:
    """One kernel for one set of types.

    Parameters
    ----------
    kernel : str
        "module:function".
    types : str
        Of its arguments, as `signature.written` has them.
    seconds : float
        About how long it takes to compile, with all that it calls.
    """

    kernel: str
    types: str
    seconds: float


def missing(tasks: Sequence[Task]) -> list[Task]:
    """Return those that have not been compiled here, the longest first; none that is unknown."""
    return sorted(
        (task for task in tasks if _is_missing(task)), key=lambda each: (-each.seconds, each.kernel)
    )


def _is_missing(task: Task) -> bool:
    try:
        kernel, kinds = found(task)
    except UnwrittenError:
        return False  # it has changed since: it will be compiled when it is asked for
    return isinstance(kernel._cache, Kept) and not kernel._cache.there(kinds)


def found(task: Task) -> tuple[Any, tuple[Any, ...]]:
    """Return the kernel of a task and the types of its arguments.

    Raises
    ------
    UnwrittenError
        There is no such kernel, or it takes other arguments.
    """
    module, _, name = task.kernel.partition(":")
    try:
        kernel = getattr(import_module(module), name)
        fits = kernel.py_func.__code__.co_argcount
    except (ImportError, AttributeError) as error:
        raise UnwrittenError(f"{task.kernel}: {error}") from error
    kinds = read(task.types)
    if len(kinds) != fits:
        raise UnwrittenError(f"{task.kernel} takes {fits} arguments, not {len(kinds)}")
    return kernel, kinds


class Ahead:
    """Processes that compile, until all is compiled or they are stopped.

    Parameters
    ----------
    tasks : sequence of Task
        Taken in this order, but for what is waited for already.
    workers : int
        How many processes share them.
    told : callable
        Told how many are done, of how many, and about how many seconds are left.
    """

    def __init__(self, tasks: Sequence[Task], workers: int, told: Told) -> None:
        self._waiting = list(tasks)
        self._open = {(task.kernel, task.types): task for task in tasks}
        self._all, self._told = len(tasks), told
        self._changed = Condition()
        self._stopped = False
        self._alive: set[subprocess.Popen[str]] = set()
        self._workers = min(workers, len(tasks))
        threads = [Thread(target=self._feed, daemon=True) for _ in range(self._workers)]
        self._threads = threads
        self._undo = waiting_for(self._wait)
        self._tell()
        for thread in threads:
            thread.start()

    def stop(self) -> None:
        """End what is still at work; nobody waits any more."""
        self._undo()
        with self._changed:
            self._stopped = True
            self._open.clear()
            for worker in self._alive:
                worker.kill()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _tell(self) -> None:
        left = [worker.seconds for worker in self._open.values()]
        left_s = max([sum(left) / max(self._workers, 1), *left], default=0.0)
        self._told(self._all - len(left), self._all, left_s)

    def _wait(self, kernel: str, types: str) -> None:
        key = kernel, types
        with self._changed:
            task = self._open.get(key)
            if task in self._waiting:
                self._waiting.remove(task)
                self._waiting.insert(0, task)
            while key in self._open and any(thread.is_alive() for thread in self._threads):
                self._tell()
                self._changed.wait(LOOK_S)

    def _feed(self) -> None:
        process = self._begin()
        while process and (task := self._next()):
            answer = _asked(process, task)
            with self._changed:
                self._open.pop((task.kernel, task.types), None)
                if answer.strip() == LOST:  # nobody could take over what comes next either
                    self._waiting.clear()
                    self._open.clear()
                self._changed.notify_all()
            if not answer:
                break
        if process:
            self._end(process)

    def _next(self) -> Task | None:
        with self._changed:
            return self._waiting.pop(0) if self._waiting and not self._stopped else None

    def _begin(self) -> "subprocess.Popen[str] | None":
        path = os.pathsep.join(path for path in sys.path if path)
        with self._changed, suppress(OSError):
            if not self._stopped:
                process = subprocess.Popen(
                    COMMAND,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    encoding="utf-8",
                    env={**os.environ, "PYTHONPATH": path},
                    start_new_session=True,  # Ctrl-C goes to us alone
                )
                self._alive.add(process)
                return process
        return None

    def _end(self, process: "subprocess.Popen[str]") -> None:
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                assert pipe
                pipe.close()
        process.wait()
        with self._changed:
            self._alive.discard(process)


def _asked(process: "subprocess.Popen[str]", task: Task) -> str:
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(repr((task.kernel, task.types)) + "\n")
        process.stdin.flush()
        return process.stdout.readline()
    except OSError:
        return ""


def serve() -> None:
    """Compile what is asked for, a line each, until there is no more."""
    from ast import literal_eval

    for line in sys.stdin:
        kernel, types = literal_eval(line)
        with suppress(Exception):  # whoever needs it will see what is wrong with it
            compiled, kinds = found(Task(kernel, types, 0.0))
            compiled.compile(kinds)
            if not compiled._cache.there(kinds):
                print(LOST, flush=True)
                continue
        print("done", flush=True)
