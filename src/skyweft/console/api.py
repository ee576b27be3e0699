"""The web interface to runs: every answer is JSON or a scene, every error a line of words."""

from functools import partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from skyweft.console.answers import HEAVY, LIGHT, Room, Work
from skyweft.console.page import Page
from skyweft.console.run_registry import Shelf
from skyweft.console.tables import Condition, Query, page
from skyweft.console.timeline import timeline
from skyweft.errors import ScenarioError
from skyweft.results import Run
from skyweft.scene import scene
from skyweft.scene.positions import places
from skyweft.scene.scene_platforms import cast
from skyweft.stage.question import Question, number, whole
from skyweft.stage.registry import STAGES, answers, stages
from skyweft.store.identity import digest

SITES_MAX = 1_000_000  # a route may begin at any of them
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
            route("/{run:int}/{question}", _asked_of_a_stage),
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
    run, asked = _run(request), request.query_params
    to_s = number(asked, "to") if "to" in asked else None
    return scene(run, number(asked, "from", 0.0), to_s)


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
            offset=whole(asked, "offset", 0),
            limit=whole(asked, "limit", 200),
        ),
    )


def _timeline(request: Request) -> dict[str, Any]:
    run, asked = _run(request), request.query_params
    from_s, to_s = number(asked, "from", 0.0), number(asked, "to", run.simulated_s)
    if not from_s < to_s:
        raise ScenarioError(f"from {from_s:g} s to {to_s:g} s is no length of time")
    return timeline(run, from_s, to_s, asked.get("group") or None)


def _asked_of_a_stage(request: Request) -> Any:
    """Return what a stage's module `answers` says to a question of its own."""
    name = request.path_params["question"]
    for stage in stages():
        if answer := answers(stage).get(name):
            run = _run(request)
            with STAGES.blamed(stage.key, name):
                return answer(Question(run, request.query_params, partial(_places, run)))
    return _nothing(request)


def _places(run: Run, time_s: float) -> tuple[Any, Any]:
    """Return the names of all platforms, and where they are."""
    who = cast(run, SITES_MAX)
    return who.names, places(run, who, time_s)


def _run(request: Request) -> Run:
    number = _place(request)
    shelf: Shelf = request.state.shelf
    return shelf.run(number)


def _place(request: Request) -> int:
    number: int = request.path_params["run"]
    if number >= len(request.state.shelf.folders):
        raise HTTPException(404, f"there is no run {number}")
    return number
