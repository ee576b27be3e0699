"""Variants on processes of this machine, each fed by a thread of ours and started once.

Processes are programs of their own, not forks or spawned copies: a script or notebook that calls
`sweep` is never run a second time, and one that dies takes down the variant it was at, no other.
"""

import json
import os
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from skyweft.sweeps.worker import Task, as_line

COMMAND = (sys.executable, "-P", "-c", "from skyweft.sweeps.worker import serve; serve()")
# What else uses threads of its own: the tables' library and linear algebra.
LIMITED = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

Outcome = tuple[int, str]  # number of the variant; why it failed, or nothing


def on_processes(tasks: Sequence[Task], workers: int) -> Generator[Outcome]:
    """Run tasks; yield what became of each as it ends.

    Parameters
    ----------
    tasks : sequence of Task
        Taken in this order.
    workers : int
        How many processes share them. They are killed when the iterator is closed.
    """
    crew = _Crew(tasks)
    try:
        crew.start(min(workers, len(tasks)))
        for _ in tasks:
            outcome = crew.ended.get()
            if isinstance(outcome, BaseException):
                raise outcome
            yield outcome
    finally:
        crew.stop()


class _Crew:
    """The tasks that wait, the processes that are alive, and what has ended."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self.ended: SimpleQueue[Outcome | BaseException] = SimpleQueue()
        self._waiting: SimpleQueue[Task] = SimpleQueue()
        for task in tasks:
            self._waiting.put(task)
        self._threads: list[Thread] = []
        self._alive: set[subprocess.Popen[str]] = set()
        self._lock = Lock()  # no process may start once all are being stopped
        self._stopped = False

    def start(self, workers: int) -> None:
        self._threads = [Thread(target=self._feed, daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            for worker in self._alive:
                worker.kill()
        for thread in self._threads:
            thread.join()

    def _feed(self) -> None:
        """Give one process after another to the tasks that wait; a new one where one has died."""
        process = None
        try:
            while not self._stopped:
                task = self._waiting.get_nowait()
                process = process or self._begin(task.threads)
                answer = _asked(process, task)
                if not answer:
                    answer = json.dumps(_why(self._end(process)))
                    process = None
                self.ended.put((task.number, json.loads(answer)))
        except Empty:
            pass
        except BaseException as error:
            self.ended.put(error)
        finally:
            if process:
                self._end(process)

    def _begin(self, threads: int) -> "subprocess.Popen[str]":
        with self._lock:
            if self._stopped:
                raise Empty
            process = subprocess.Popen(
                COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
                env={**os.environ, **dict.fromkeys(LIMITED, str(threads))},
                # Ctrl-C in a terminal goes to us alone; we say what is kept.
                start_new_session=True,
            )
            self._alive.add(process)
        return process

    def _end(self, process: "subprocess.Popen[str]") -> int:
        """Let a process go that has nothing more to do, or has died; return its exit code."""
        assert process.stdin
        assert process.stdout
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # it died with a task half-read
                pipe.close()
        code = process.wait()
        with self._lock:
            self._alive.discard(process)
        return code


def _asked(process: "subprocess.Popen[str]", task: Task) -> str:
    """Return a process's answer; nothing if it has died."""
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(as_line(task))
        process.stdin.flush()
        return process.stdout.readline()
    except OSError:
        return ""


def _why(code: int) -> str:
    if code < 0:
        return f"its process was killed by signal {-code}; perhaps there was too little memory"
    return f"its process ended by itself with exit code {code}"
