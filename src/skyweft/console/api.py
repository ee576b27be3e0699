"""The web interface to runs: every answer is JSON or a scene, every error a line of words."""

import math
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from skyweft.console.answers import HEAVY, LIGHT, Room, Work
from skyweft.console.messages import messages
from skyweft.console.page import Page
from skyweft.console.paths import matrix, path
from skyweft.console.run_registry import Shelf
from skyweft.console.tables import Condition, Query, page
from skyweft.console.timeline import timeline
from skyweft.errors import ScenarioError
from skyweft.naming import normal
from skyweft.results import Run
from skyweft.scene import scene
from skyweft.store.identity import digest

FACTS = (
    "versions",
    "seed",
    "overrides",
    "derived_geometry",
    "warnings",
    "inputs",
    "left_out",
    "seconds",
)


def application(shelf: Shelf, ui: Path | None) -> Starlette:
    """Return the server's application: the page, and an address a question about a run."""
    light, heavy = Room(LIGHT), Room(HEAVY)

    def route(address: str, work: Work, room: Room = heavy) -> Route:
        def answer(request: Request) -> Any:
            request.state.shelf = shelf
            return work(request)

        return Route(f"/api/v1/runs{address}", room.answering(answer))

    return Starlette(
        routes=[
            route("", lambda request: request.state.shelf.listed(), light),
            route("/{run:int}/summary", _summary, light),
            route("/{run:int}/scene", _scene),
            route("/{run:int}/table/{name}", _table),
            route("/{run:int}/timeline", _timeline),
            route("/{run:int}/path", _path),
            route("/{run:int}/matrix", _matrix),
            route("/{run:int}/messages", lambda request: messages(_run(request))),
            Route("/api/{rest:path}", _nothing),
            Route("/{name:path}", Page(ui).answer),
        ],
        exception_handlers={
            ScenarioError: lambda _, error: _refused(400, str(error)),
            HTTPException: lambda _, error: _refused(error.status_code, error.detail),
            MemoryError: lambda _, error: _refused(400, "too much for this machine's memory"),
            Exception: lambda _, error: _refused(500, "an error in skyweft: see its terminal"),
        },
    )


def _refused(status: int, words: str) -> Response:
    return JSONResponse({"error": words}, status, {"cache-control": "no-store"})


def _nothing(request: Request) -> Response:
    raise HTTPException(404, f"there is no {request.url.path}")


def _summary(request: Request) -> dict[str, Any]:
    run = _run(request)
    facts = {key: run.manifest.get(key) for key in FACTS}
    return {**run.summary(), "manifest": {**facts, "hash": digest(run.manifest)}}


def _scene(request: Request) -> bytes:
    to_s = request.query_params.get("to")
    return scene(
        _run(request),
        _number(request, "from", 0.0),
        None if to_s is None else _number(request, "to"),
    )


def _table(request: Request) -> dict[str, Any]:
    name = request.path_params["name"]
    shelf: Shelf = request.state.shelf
    file = shelf.folders[_place(request)] / f"{name}.parquet"
    # Of the folder's own tables only; whatever else a name spells is not there.
    if file not in list(file.parent.glob("*.parquet")):
        raise HTTPException(404, f"{name}.parquet is not there")
    asked = request.query_params
    columns = asked.get("columns", "")
    return page(
        file,
        Query(
            columns=tuple(columns.split(",")) if columns else (),
            where=tuple(Condition.read(text) for text in asked.getlist("where")),
            sort=asked.get("sort") or None,
            descending=asked.get("desc", "0") not in ("", "0", "false"),
            offset=_whole(request, "offset", 0),
            limit=_whole(request, "limit", 200),
        ),
    )


def _timeline(request: Request) -> dict[str, Any]:
    run = _run(request)
    from_s, to_s = _number(request, "from", 0.0), _number(request, "to", run.simulated_s)
    if not from_s < to_s:
        raise ScenarioError(f"from {from_s:g} s to {to_s:g} s is no length of time")
    return timeline(run, from_s, to_s, request.query_params.get("group") or None)


def _path(request: Request) -> dict[str, Any]:
    source, target = (request.query_params.get(side) for side in ("source", "target"))
    if source is None or target is None:
        raise ScenarioError("a path needs source and target")
    route, time_s = _whole(request, "route", 0), _number(request, "time", 0.0)
    return path(_run(request), route, normal(source), normal(target), time_s)


def _matrix(request: Request) -> dict[str, Any]:
    return matrix(_run(request), _whole(request, "route", 0), _number(request, "time", 0.0))


def _run(request: Request) -> Run:
    number = _place(request)
    shelf: Shelf = request.state.shelf
    return shelf.run(number)


def _place(request: Request) -> int:
    number: int = request.path_params["run"]
    if number >= len(request.state.shelf.folders):
        raise HTTPException(404, f"there is no run {number}")
    return number


def _number(request: Request, key: str, default: float | None = None) -> float:
    """Return a number of the query."""
    text = request.query_params.get(key)
    try:
        value = default if text is None else float(text)
        if value is not None and math.isfinite(value):
            return value
    except ValueError:
        pass
    raise ScenarioError(f"{key}: {text!r} is no number")


def _whole(request: Request, key: str, default: int) -> int:
    """Return a whole number of the query, from 0 on."""
    text = request.query_params.get(key, str(default))
    if not text.isdecimal() or len(text) > 12:
        raise ScenarioError(f"{key}: {text!r} is no whole number from 0 on")
    return int(text)
