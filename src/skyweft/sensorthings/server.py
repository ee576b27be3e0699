"""Serves the platform until it is interrupted."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from skyweft.errors import ScenarioError
from skyweft.results import open_run
from skyweft.sensorthings.from_run import load
from skyweft.sensorthings.keeping.store import Store
from skyweft.sensorthings.web.application import application
from skyweft.sensorthings.web.calls import VERSION
from skyweft.serving.hosts import is_loopback
from skyweft.serving.listening import at, listener, until_interrupted


@dataclass(frozen=True, slots=True)
class Ready:
    """What is served: the page's address, and how many observations of runs were new."""

    page: str
    loaded: int

    @property
    def api(self) -> str:
        """Return the address of the API."""
        return self.page + VERSION


def serve(
    data: Path, runs: list[Path], host: str, port: int, ready: Callable[[Ready], bool]
) -> None:
    """Serve the platform until the process is interrupted.

    Parameters
    ----------
    data : Path
        Folder that keeps everything; made where it is not there.
    runs : list of Path
        Folders of runs whose observations are loaded first.
    host, port : str, int
        Where to listen: at addresses of this machine alone. Port 0 is a free one.
    ready : callable
        Is told once all can be asked; serves on where it says so.

    Raises
    ------
    ScenarioError
        A folder holds no run or cannot be written, or nothing can listen there.
    """
    if not is_loopback(host):
        words = "other machines are let in by accounts, which are not there yet"
        raise ScenarioError(f"--host {host}: {words}; 127.0.0.1, ::1 and localhost are allowed")
    opened = [open_run(run) for run in runs]
    with listener(host, port) as listening:
        try:
            store = Store(data)
        except OSError as error:
            raise ScenarioError(f"{data} cannot be written: {error.strerror}") from error
        try:
            loaded = sum(load(store, run) for run in opened)
            page = f"http://{at(host)}:{listening.getsockname()[1]}/"
            if ready(Ready(page, loaded)):
                until_interrupted(application(store), listening, lambda _: None)
        finally:
            store.close()
