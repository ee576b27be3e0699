"""What a watch over the server asks: whether it can answer, and counts in Prometheus' text form."""

from collections import Counter
from sqlite3 import Connection
from threading import Lock

from skyweft.sensorthings.model.entities import ENTITIES

CONTENT = "text/plain; version=0.0.4; charset=utf-8"
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class Counts:
    """How many requests were answered, by method and status."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._answered: Counter[tuple[str, int]] = Counter()

    def add(self, method: str, status: int) -> None:
        """Count an answer; methods that nobody knows count as one."""
        with self._turn:
            self._answered[method if method in METHODS else "other", status] += 1

    def exposition(self, connection: Connection) -> str:
        """Return these counts, and those of what is kept.

        Parameters
        ----------
        connection : Connection
            To read from.
        """
        with self._turn:
            answered = sorted(self._answered.items())
        lines = [
            "# HELP skyweft_requests_total Requests to the API that were answered.",
            "# TYPE skyweft_requests_total counter",
            *(
                f'skyweft_requests_total{{method="{method}",status="{status}"}} {count}'
                for (method, status), count in answered
            ),
            "# HELP skyweft_entities Entities that are kept.",
            "# TYPE skyweft_entities gauge",
        ]
        for entity in ENTITIES.values():
            (count,) = connection.execute(f"SELECT count(*) FROM {entity.table}").fetchone()
            lines.append(f'skyweft_entities{{set="{entity.plural}"}} {count}')
        return "\n".join(lines) + "\n"
