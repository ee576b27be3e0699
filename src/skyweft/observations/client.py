"""A client of SensorThings servers: observations as Arrow tables, and back.

References
----------
OGC 18-088, SensorThings API part 1: Sensing, version 1.1: clause 9.3 (paging by `@iot.nextLink`),
clause 13 (arrays of observations).
"""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import Request, urlopen

import pyarrow as pa

from skyweft.errors import BackendError, RangeError

ADDRESS = "http://127.0.0.1:8000/v1.1"  # of `skyweft serve`
PAGE = 10_000  # observations of an answer
BATCH = 1_000  # of what is sent at once
TRIES, FIRST_WAIT_S = 5, 0.2  # of what may be tried again; the wait doubles
TIME = pa.timestamp("us", "UTC")


class Client:
    """A server's datastreams and observations.

    Parameters
    ----------
    address : str
        Of the service: `http://127.0.0.1:8000/v1.1`.
    timeout_s : float
        For one answer. [s]
    """

    def __init__(self, address: str = ADDRESS, timeout_s: float = 30.0) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise RangeError(f"{address!r} is no address: http://HOST:PORT/v1.1 is needed")
        self._address, self._timeout_s = address.rstrip("/"), timeout_s

    def datastreams(self) -> pa.Table:
        """Return id, name, unit, observed property and thing of every datastream.

        Raises
        ------
        BackendError
            The server cannot be reached, or refuses.
        """
        query = {"$expand": "Thing,ObservedProperty", "$orderby": "id"}
        rows = [
            {
                "id": stream["@iot.id"],
                "name": stream["name"],
                "unit": stream["unitOfMeasurement"].get("symbol"),
                "observed_property": stream["ObservedProperty"]["name"],
                "thing": stream["Thing"]["name"],
            }
            for stream in self._all(f"Datastreams?{urlencode(query, quote_via=quote)}")
        ]
        text = [(name, pa.string()) for name in ("name", "unit", "observed_property", "thing")]
        return pa.Table.from_pylist(rows, pa.schema([("id", pa.int64()), *text]))

    def observations(
        self, datastream: int, start: datetime | None = None, end: datetime | None = None
    ) -> pa.Table:
        """Return observations of a datastream by phenomenon time.

        Parameters
        ----------
        datastream : int
            Its id.
        start, end : datetime, optional
            With a time zone: from `start` on, and before `end`.

        Returns
        -------
        pyarrow.Table
            `phenomenon_time`, `phenomenon_end` (of intervals), `result` (numbers where all are,
            else JSON), `quality`, `result_time`, `sequence`. Times are UTC, to the microsecond.

        Raises
        ------
        BackendError
            The server cannot be reached, or refuses.
        """
        bounds = [
            f"phenomenonTime {word} {_written(moment)}"
            for word, moment in (("ge", start), ("lt", end))
            if moment is not None
        ]
        query = {
            "$top": str(PAGE),
            "$orderby": "phenomenonTime,id",
            "$select": "phenomenonTime,result,resultTime,resultQuality,parameters",
            **({"$filter": " and ".join(bounds)} if bounds else {}),
        }
        path = f"Datastreams({int(datastream)})/Observations?"
        return _table(list(self._all(path + urlencode(query, quote_via=quote, safe="$"))))

    def send(self, datastream: int, rows: pa.Table) -> int:
        """Send observations; return how many the server has of them, then.

        A second sending changes nothing, so it is tried again where an answer is missing.

        Parameters
        ----------
        datastream : int
            Its id.
        rows : pyarrow.Table
            `phenomenon_time` (with a time zone) and `result`; `sequence` where several observations
            have one time.

        Raises
        ------
        BackendError
            The server cannot be reached, or refuses one of them: the first is named.
        RangeError
            There is no such column, or one is missing.
        """
        names = set(rows.column_names)
        if missing := {"phenomenon_time", "result"} - names:
            raise RangeError(f"observations need the column {sorted(missing)[0]}")
        if unknown := names - {"phenomenon_time", "result", "sequence"}:
            raise RangeError(f"observations have no column {sorted(unknown)[0]}")
        kind = rows.schema.field("phenomenon_time").type
        if not pa.types.is_timestamp(kind) or kind.tz is None:
            raise RangeError(f"phenomenon_time is {kind}, times with a zone are needed")
        components = ["phenomenonTime", "result"]
        components += ["parameters"] if "sequence" in names else []
        kept = 0
        for first in range(0, len(rows), BATCH):
            part = rows.slice(first, BATCH).to_pylist()
            array = [
                [_written(row["phenomenon_time"]), row["result"]]
                + ([{"sequence": row["sequence"]}] if "sequence" in names else [])
                for row in part
            ]
            block = {"Datastream": {"@iot.id": int(datastream)}, "components": components}
            answers = self._ask("CreateObservations", [{**block, "dataArray": array}])
            for number, answer in enumerate(answers, first):
                if str(answer).startswith("error"):
                    words = f"row {number}: {answer}; {kept:,} before it are kept"
                    raise BackendError(words, retryable=False)
                kept += 1
        return kept

    def _all(self, path: str) -> Iterator[Any]:
        """Yield the entities of all pages."""
        address: str | None = f"{self._address}/{path}"
        while address:
            page = self._ask(address)
            yield from page["value"]
            address = page.get("@iot.nextLink")
            if address and urlsplit(address)[:2] != urlsplit(self._address)[:2]:
                words = f"the next page is said to be elsewhere: {address[:200]}"
                raise BackendError(words, retryable=False)

    def _ask(self, path: str, body: Any = None) -> Any:
        """Return an answer, asked for again while the server is away or busy."""
        address = path if "://" in path else f"{self._address}/{path}"
        data = None if body is None else json.dumps(body, default=str).encode()
        kind = {} if data is None else {"Content-Type": "application/json"}
        for number in range(TRIES):
            try:
                with urlopen(Request(address, data, kind), timeout=self._timeout_s) as answer:
                    return json.load(answer)
            except HTTPError as error:
                if error.code < 500 or number == TRIES - 1:
                    words = f"{address[:200]}: {_reason(error)}"
                    raise BackendError(words, retryable=error.code >= 500) from error
            except (URLError, TimeoutError, ConnectionError) as error:
                if number == TRIES - 1:
                    words = f"{self._address} cannot be reached: {getattr(error, 'reason', error)}"
                    raise BackendError(words, retryable=True) from error
            except ValueError as error:
                words = f"{address[:200]}: the answer is no JSON: {error}"
                raise BackendError(words, retryable=False) from error
            time.sleep(FIRST_WAIT_S * 2**number)
        raise AssertionError


def _reason(error: HTTPError) -> str:
    try:
        said = json.load(error)
        return f"{error.code}: {said.get('where', '')}: {said['message']}"
    except (ValueError, KeyError, AttributeError):
        return f"{error.code} {error.reason}"


def _written(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise RangeError(f"{moment} has no time zone: give one, as in 2026-07-01T00:00:00Z")
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def _table(found: list[dict[str, Any]]) -> pa.Table:
    times = [row["phenomenonTime"].partition("/")[::2] for row in found]
    results = [row.get("result") for row in found]
    plain = all(
        value is None or (isinstance(value, int | float) and not isinstance(value, bool))
        for value in results
    )
    written = None if plain else [json.dumps(value, ensure_ascii=False) for value in results]
    return pa.table(
        {
            "phenomenon_time": _moments([start for start, _ in times]),
            "phenomenon_end": _moments([end or None for _, end in times]),
            "result": pa.array(results, pa.float64()) if written is None else pa.array(written),
            "quality": _texts([row.get("resultQuality") for row in found]),
            "result_time": _moments([row.get("resultTime") for row in found]),
            "sequence": pa.array(
                [(row.get("parameters") or {}).get("sequence", 0) for row in found], pa.int64()
            ),
        }
    )


def _texts(values: list[Any]) -> pa.Array:
    return pa.array([None if value is None else str(value) for value in values], pa.string())


def _moments(texts: list[str | None]) -> pa.Array:
    return pa.array(texts, pa.string()).cast(TIME)
