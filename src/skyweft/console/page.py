"""The built page: exactly the files that were there at the start, and nothing beside them."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from skyweft.scene.built import INDEX, MISSING

HASHED = "assets/"  # their names change with their contents
FOREVER, ASK_AGAIN = "public, max-age=31536000, immutable", "no-cache"


class Page:
    """Answers requests for the page's files."""

    def __init__(self, folder: Path | None) -> None:
        files = folder.rglob("*") if folder else ()
        self._files = {
            path.relative_to(folder).as_posix(): path  # type: ignore[arg-type]
            for path in files
            if path.is_file() and not path.is_symlink()
        }

    def answer(self, request: Request) -> Response:
        """Return a file, or the page itself."""
        if not self._files:
            return PlainTextResponse(f"{MISSING}. The tables are under /api/v1/runs.\n", 503)
        name = request.path_params["name"] or INDEX
        if name not in self._files:
            raise HTTPException(404, f"there is no {name}")
        lasting = FOREVER if name.startswith(HASHED) else ASK_AGAIN
        return FileResponse(self._files[name], headers={"cache-control": lasting})
