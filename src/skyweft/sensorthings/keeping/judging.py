"""Gives observations their flags, where their datastream's properties name tests of quality.

Flags follow from what is kept of a datastream, by phenomenon time: whatever changes one value
judges anew what it bears on, and nothing else.
"""

import json
from collections.abc import Mapping
from sqlite3 import Connection, Row
from typing import Any

import numpy as np
from pydantic import ValidationError

from skyweft.quality.model import Quality, judged
from skyweft.sensorthings.model.values import COUNT, MEASUREMENT
from skyweft.sensorthings.refusing import RefusalError

QUALITY = "quality_tests"  # among a Datastream's properties
_FIRST, _LAST = -(1 << 62), 1 << 62  # beyond every moment [us]
_MICROSECONDS = 1_000_000
_SEEN = "FROM observations WHERE datastream = ? AND result_kind = 'n' AND phenomenonTime_start"


class Judging:
    """Judges observations within one transaction.

    Parameters
    ----------
    connection : Connection
        That writes.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._asked: dict[int, Quality | None] = {}

    def asked(self, datastream: int) -> Quality | None:
        """Return the tests that a datastream names."""
        if datastream not in self._asked:
            row = self._connection.execute(
                "SELECT properties FROM datastreams WHERE id = ?", (datastream,)
            ).fetchone()
            self._asked[datastream] = tests_of(json.loads(row["properties"] or "null"))
        return self._asked[datastream]

    def left_to_us(
        self, datastream: int, said: Mapping[str, Any], before: Row | None = None
    ) -> dict[str, Any]:
        """Return what an observation says without its flag, where that follows from tests.

        Raises
        ------
        RefusalError
            It says another one.
        """
        found = dict(said)
        if self.asked(datastream) is not None:
            given = found.pop("resultQuality", None)
            if given is not None and (before is None or given != before["resultQuality"]):
                words = "it follows from the quality that the properties of its Datastream name"
                raise RefusalError(400, words, "resultQuality")
        return found

    def around(self, datastream: int, time_us: int) -> None:
        """Judge what the value at a moment bears on, now that it has come, changed, or gone."""
        asked = self.asked(datastream)
        if asked is None:
            return
        flat = asked.flat_line
        longest_s = max((flat.suspect_s or 0.0, flat.fail_s or 0.0) if flat else (0.0,))
        reach_us = int(np.ceil(longest_s * _MICROSECONDS))
        first = self._before(datastream, time_us)
        last = self._after(datastream, time_us) + reach_us
        whole = (self._before(datastream, first - reach_us), self._after(datastream, last))
        self._judge(datastream, asked, (first, last), whole)

    def all_of(self, datastream: int) -> None:
        """Judge everything, now that the tests are others."""
        self._asked.pop(datastream, None)
        asked = self.asked(datastream)
        everything = (_FIRST, _LAST)
        if asked is not None:
            self._judge(datastream, asked, everything, everything)

    def _before(self, datastream: int, time_us: int) -> int:
        sql = f"SELECT max(phenomenonTime_start) {_SEEN} < ?"
        (found,) = self._connection.execute(sql, (datastream, time_us)).fetchone()
        return _FIRST if found is None else int(found)

    def _after(self, datastream: int, time_us: int) -> int:
        sql = f"SELECT min(phenomenonTime_start) {_SEEN} > ?"
        (found,) = self._connection.execute(sql, (datastream, time_us)).fetchone()
        return _LAST if found is None else int(found)

    def _judge(
        self, datastream: int, asked: Quality, changed: tuple[int, int], seen: tuple[int, int]
    ) -> None:
        """Write the flags of a span by the values of a wider one."""
        rows = self._connection.execute(
            "SELECT id, phenomenonTime_start, result, result_kind FROM observations "
            "WHERE datastream = ? AND phenomenonTime_start BETWEEN ? AND ? "
            "ORDER BY phenomenonTime_start, sequence",
            (datastream, *seen),
        ).fetchall()
        if not rows:
            return
        start_us = rows[0]["phenomenonTime_start"]
        time_s = np.array([row["phenomenonTime_start"] - start_us for row in rows]) / _MICROSECONDS
        known = [row["result"] if row["result_kind"] == "n" else np.nan for row in rows]
        flags = judged(asked, np.datetime64(start_us, "us"), time_s, np.array(known, np.float64))
        first, last = changed
        self._connection.executemany(
            "UPDATE observations SET resultQuality = ?1 WHERE id = ?2 AND resultQuality IS NOT ?1",
            [
                (str(flag), row["id"])
                for flag, row in zip(flags.tolist(), rows, strict=True)
                if first <= row["phenomenonTime_start"] <= last
            ],
        )


def tests_of(properties: Any) -> Quality | None:
    """Return the tests that properties name.

    Raises
    ------
    RefusalError
        They are none that could be made.
    """
    given = properties.get(QUALITY) if isinstance(properties, dict) else None
    if given is None:
        return None
    try:
        return Quality.model_validate(given)
    except ValidationError as error:
        (first, *_) = error.errors()
        where = ".".join(map(str, ("properties", QUALITY, *first["loc"])))
        raise RefusalError(400, first["msg"].removeprefix("Value error, "), where) from error


def refuse_unfit_tests(datastream: Mapping[str, Any]) -> None:
    """Refuse tests that are none, or are of a datastream whose results are no numbers."""
    asked = tests_of(json.loads(datastream.get("properties") or "null"))
    if asked is not None and datastream["observationType"] not in (MEASUREMENT, COUNT):
        words = "only numbers are put to tests: OM_Measurement and OM_CountObservation"
        raise RefusalError(400, words, f"properties.{QUALITY}")
