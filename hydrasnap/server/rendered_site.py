"""The rendered site, at the addresses that Hydra has for its pages."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from hydrasnap.server.negotiation import wants_json

FileName = Callable[[str], str]

_REVALIDATE = {"Cache-Control": "no-cache", "Vary": "Accept"}


class SitePages(StaticFiles):
    """Serves the folder of a site: ``/build/12`` is the file ``build/12.html``.

    `file_name` turns a project, jobset or job into the name of its files. `addition` is appended to
    every page. Files that begin with a dot are not served.
    """

    def __init__(self, folder: Path, file_name: FileName, addition: str = "") -> None:
        super().__init__(directory=folder, check_dir=False)
        self._file_name = file_name
        self._addition = addition

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file for a path; where there is none, a 404 as JSON or as a page."""
        for candidate in self._candidates(scope["path"]):
            response = await self._file(candidate, scope)
            if response is not None:
                return response
        if not wants_json(Request(scope)):
            response = await self._file("404.html", {**scope, "headers": []})
            if response is not None:
                response.status_code = HTTPStatus.NOT_FOUND
                return response
        raise HTTPException(HTTPStatus.NOT_FOUND, "Page not found.")

    def _candidates(self, path: str) -> Iterator[str]:
        segments = [part for part in path.split("/") if part]
        if not any(part.startswith(".") for part in segments):
            yield "/".join(segments) or "index.html"
        names = "/".join(map(self._file_name, segments))
        yield f"{names}.html"
        yield f"{names}/index.html"

    async def _file(self, path: str, scope: Scope) -> Response | None:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != HTTPStatus.NOT_FOUND:
                raise
            return None
        response.headers.update(_REVALIDATE)
        if self._addition and isinstance(response, FileResponse) and path.endswith(".html"):
            content = await run_in_threadpool(Path(response.path).read_text, encoding="utf-8")
            return HTMLResponse(content + self._addition, headers={"Cache-Control": "no-store"})
        return response
