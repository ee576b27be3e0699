"""Element sets of the public catalogue, from CelesTrak, with a cache on disk.

Only here the network is spoken to, and only when asked to. CelesTrak renews its
data every two hours and blocks those who ask more often, so a file younger than
that is never asked for again. What comes is taken whole or not at all.
"""

import os
import re
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import warnings
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from skyweft.errors import BackendError, ScenarioError
from skyweft.files import cache_folder
from skyweft.motion.download import Answer, Limits, check_address, download
from skyweft.protocols.element_choice import Choice
from skyweft.protocols.elements import SIZE_MAX_BYTES, parse

SERVER = "https://celestrak.org"
RENEWED_EVERY = timedelta(hours=2)
TIMEOUT_S = 300.0
LEFT_BEHIND = timedelta(minutes=10)
SHRINKS_TO = 0.5  # of the element sets of before; a group that lost more was likelier cut short
_GROUP = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}", re.ASCII)
FORBIDDEN = 403
_RETRYABLE = frozenset({FORBIDDEN, 408, 425, 429, 500, 502, 503, 504})


def fetch(
    group: str,
    cache: Path | None = None,
    server: str | None = None,
    now: datetime | None = None,
    timeout_s: float = TIMEOUT_S,
) -> Path:
    """Return a file with a group's current element sets, OMM as CSV.

    Parameters
    ----------
    group : str
        As CelesTrak calls it: `starlink`, `oneweb`, `gnss`, `stations`, ...
    cache : Path, optional
        Folder the files stay in; unless given, `$SKYWEFT_CACHE`, else `skyweft` in the user's
        cache folder (`$XDG_CACHE_HOME` or `~/.cache`).
    server : str, optional
        Where to ask: a mirror or a server of your own, by https (by http on this machine); unless
        given, `$SKYWEFT_CELESTRAK`, else celestrak.org. It alone is asked, wherever it sends on.
    now : datetime, optional
        With a time zone; the age of a file is counted from here.
    timeout_s : float
        For the whole answer of the server.

    Returns
    -------
    Path
        `GROUP.csv` in the cache. When the server cannot be reached or its answer is not whole,
        the file that is there already, however old, and a `UserWarning` with its age. Also warned
        about is an answer whose length the server did not say.

    Raises
    ------
    ScenarioError
        The group is unknown, or the server's address is none to be asked.
    BackendError
        No answer, and nothing in the cache; or an answer that makes no sense.
    """
    if not _GROUP.fullmatch(group):
        raise ScenarioError(f"group {group[:60]!r}: a name has A-Z, a-z, 0-9, '.', '_' and '-'")
    server = server or os.environ.get("SKYWEFT_CELESTRAK") or SERVER
    file = (cache or cache_folder()) / f"{group.lower()}.csv"
    now = now or datetime.now(UTC)
    age = _age(file, now)
    if age is not None and age < RENEWED_EVERY:
        return file
    request = _request(group, server)
    try:
        answer = _ask_politely(group, request, timeout_s, file.with_suffix(".refused"), now)
        _check(group, answer, file)
    except BackendError as error:
        if age is None:
            raise
        hours = age / timedelta(hours=1)
        text = f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"
        warnings.warn(f"{error}; {file.name} of {text} ago is used", stacklevel=2)
        return file
    if not answer.measured:
        words = f"{request.host} does not say how long its answer is: whether {file.name} is whole"
        warnings.warn(f"{words} cannot be told", stacklevel=2)
    _write(file, answer.data)
    return file


def _age(file: Path, now: datetime) -> timedelta | None:
    """Return how old a file is; one from the future counts as old."""
    try:
        age = now - datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError:
        return None
    return age if age > timedelta(minutes=-1) else RENEWED_EVERY


def _request(group: str, server: str) -> urllib.request.Request:
    check_address(server)
    query = urllib.parse.urlencode({"GROUP": group, "FORMAT": "csv"})
    url = f"{server.rstrip('/')}/NORAD/elements/gp.php?{query}"
    return urllib.request.Request(url, headers={"User-Agent": f"skyweft/{version('skyweft')}"})


def _ask_politely(
    group: str, request: urllib.request.Request, timeout_s: float, refused: Path, now: datetime
) -> Answer:
    """Ask, but not for two hours after the server said that it was asked too often."""
    since = _age(refused, now)
    if since is not None and since < RENEWED_EVERY:
        minutes = (RENEWED_EVERY - since) / timedelta(minutes=1)
        raise BackendError(
            f"group {group} was refused because it was asked for too often; "
            f"it will not be asked for again for {minutes:.0f} minutes",
            retryable=True,
        )
    try:
        return download(request, Limits(SIZE_MAX_BYTES, timeout_s))
    except BackendError as error:
        cause = error.__cause__
        if not isinstance(cause, urllib.error.HTTPError):
            raise
        if cause.code == FORBIDDEN:
            _write(refused, b"")
        words = _refusal(request.host, group, cause.code)
        raise BackendError(words, retryable=cause.code in _RETRYABLE) from cause


def _refusal(host: str, group: str, code: int) -> str:
    if code == FORBIDDEN:
        return (
            f"{host} refuses group {group} (HTTP 403): it was asked too often; wait two hours "
            f"before the next try"
        )
    later = "try again later" if code in _RETRYABLE else "trying again will not help"
    return f"{host} answers group {group} with HTTP {code}: {later}"


def _check(group: str, answer: Answer, file: Path) -> None:
    """Refuse an answer that holds no elements, or far fewer than the file of before.

    The server says that it knows no such group in plain text, with HTTP 200.
    """
    words = answer.data[:200].decode("utf-8", "replace").strip()
    if words.startswith(("Invalid query", "No GP data found")):
        raise ScenarioError(
            f"group {group}: CelesTrak knows no such group; celestrak.org/NORAD/elements lists them"
        )
    broken = f"the answer for group {group} is broken: "
    if not answer.measured and not answer.data.endswith(b"\n"):
        raise BackendError(f"{broken}its last line has no end", retryable=True)
    try:
        count = _count(answer.data, file.name)
    except ScenarioError as error:
        first = str(error).partition("\n")[0]
        raise BackendError(f"{broken}{first}", retryable=True) from error
    before = _count_before(file)
    if count < SHRINKS_TO * before:
        words = f"{count:,} element sets where {file.name} has {before:,}"
        raise BackendError(
            f"{broken}{words}; remove {file} to take it all the same", retryable=True
        )


def _count(data: bytes, file_name: str) -> int:
    return len(parse(data, file_name, Choice("nearest"))[0])


def _count_before(file: Path) -> int:
    """Return how many element sets the cache has; a damaged file is none to hold against."""
    try:
        return _count(file.read_bytes(), file.name)
    except (OSError, ScenarioError):
        return 0


def _write(file: Path, data: bytes) -> None:
    """Write a file in one step: nobody ever reads half of one, not even after a power cut."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _clean(file)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "wb") as half:
                half.write(data)
                half.flush()
                os.fsync(half.fileno())
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ScenarioError(
            f"{file.parent}: cannot be written: {error.strerror}; "
            f"set SKYWEFT_CACHE to another folder"
        ) from error


def _clean(file: Path) -> None:
    """Remove what a process that was killed while it wrote has left behind."""
    for half in file.parent.glob(f".{file.name}.*"):
        age = _age(half, datetime.now(UTC))
        if age is not None and age > LEFT_BEHIND:
            half.unlink(missing_ok=True)
