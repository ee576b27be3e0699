"""Element sets of the public catalogue, from CelesTrak, with a cache on disk.

The only room that speaks to the network, and only when asked to. CelesTrak
renews its data every two hours and blocks those who ask more often, so a file
younger than that is never asked for again.
"""

import os
import re
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import warnings
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from importlib.metadata import version
from pathlib import Path

from skyweft.errors import BackendError, ScenarioError
from skyweft.protocols.elements import SIZE_MAX_BYTES, parse

SERVER = "https://celestrak.org"
RENEWED_EVERY = timedelta(hours=2)
TIMEOUT_S = 60.0
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
        Where to ask: a mirror or a server of your own; unless given, `$SKYWEFT_CELESTRAK`, else
        celestrak.org.
    now : datetime, optional
        With a time zone; the age of a file is counted from here.
    timeout_s : float
        For every answer of the server.

    Returns
    -------
    Path
        `GROUP.csv` in the cache. When the server cannot be reached, the file that is there
        already, however old, and a `UserWarning` with its age.

    Raises
    ------
    ScenarioError
        The group is unknown.
    BackendError
        No answer, and nothing in the cache; or an answer that makes no sense.
    """
    if not _GROUP.fullmatch(group):
        raise ScenarioError(f"group {group[:60]!r}: a name has letters, digits, dots and hyphens")
    server = server or os.environ.get("SKYWEFT_CELESTRAK") or SERVER
    file = (cache or _cache()) / f"{group.lower()}.csv"
    now = now or datetime.now(UTC)
    age = _age(file, now)
    if age is not None and age < RENEWED_EVERY:
        return file
    try:
        data = _ask_politely(group, server, timeout_s, file.with_suffix(".refused"), now)
        _check(group, data)
    except BackendError as error:
        if age is None:
            raise
        hours = age / timedelta(hours=1)
        text = f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"
        warnings.warn(f"{error}; {file.name} of {text} ago is used", stacklevel=2)
        return file
    _write(file, data)
    return file


def _cache() -> Path:
    """Return the folder to keep files in, by the XDG rules."""
    own = os.environ.get("SKYWEFT_CACHE")
    if own:
        return Path(own)
    shared = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return (shared if shared.is_absolute() else Path.home() / ".cache") / "skyweft"


def _age(file: Path, now: datetime) -> timedelta | None:
    """Return how old a file is; one from the future counts as old."""
    try:
        age = now - datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError:
        return None
    return age if age > timedelta(minutes=-1) else RENEWED_EVERY


def _ask_politely(group: str, server: str, timeout_s: float, refused: Path, now: datetime) -> bytes:
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
        return _ask(group, server, timeout_s)
    except BackendError as error:
        cause = error.__cause__
        if isinstance(cause, urllib.error.HTTPError) and cause.code == FORBIDDEN:
            _write(refused, b"")
        raise


def _ask(group: str, server: str, timeout_s: float) -> bytes:
    query = urllib.parse.urlencode({"GROUP": group, "FORMAT": "csv"})
    url = f"{server.rstrip('/')}/NORAD/elements/gp.php?{query}"
    if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
        raise ScenarioError(f"server {server!r}: an address begins with https:// or http://")
    request = urllib.request.Request(url, headers={"User-Agent": f"skyweft/{version('skyweft')}"})
    host = urllib.parse.urlsplit(url).netloc
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:
            data: bytes = answer.read(SIZE_MAX_BYTES + 1)
    except urllib.error.HTTPError as error:
        error.close()
        raise BackendError(
            _refusal(host, group, error.code), retryable=error.code in _RETRYABLE
        ) from error
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        text = "no answer in time" if isinstance(reason, TimeoutError) else str(reason)
        raise BackendError(f"{host} cannot be reached: {text}", retryable=True) from error
    return data


def _refusal(host: str, group: str, code: int) -> str:
    if code == FORBIDDEN:
        return (
            f"{host} refuses group {group} (HTTP 403): it was asked too often; wait two hours "
            f"before the next try"
        )
    later = "try again later" if code in _RETRYABLE else "trying again will not help"
    return f"{host} answers group {group} with HTTP {code}: {later}"


def _check(group: str, data: bytes) -> None:
    """Refuse an answer that holds no elements; the server says so in plain text, with HTTP 200."""
    words = data[:200].decode("utf-8", "replace").strip()
    if words.startswith(("Invalid query", "No GP data found")):
        raise ScenarioError(
            f"group {group}: CelesTrak knows no such group; celestrak.org/NORAD/elements lists them"
        )
    try:
        parse(data, f"{group}.csv")
    except ScenarioError as error:
        first = str(error).partition("\n")[0]
        raise BackendError(
            f"the answer for group {group} is broken: {first}", retryable=True
        ) from error


def _write(file: Path, data: bytes) -> None:
    """Write a file in one step: nobody ever reads half of one."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "wb") as half:
                half.write(data)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ScenarioError(
            f"{file.parent}: cannot be written: {error.strerror}; "
            f"set SKYWEFT_CACHE to another folder"
        ) from error
