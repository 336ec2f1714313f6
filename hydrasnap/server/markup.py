"""Templates in the markup of Hydra's pages, filled with values of `model`.

Programs that read Hydra's pages depend on its tables, classes and ids, not on its looks.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response, StreamingResponse

from hydrasnap.model import Build, EvaluationInput
from hydrasnap.server.request_view import View

_ICONS = {
    None: ("question-2754", "Queued"),
    0: ("check-2714", "Succeeded"),
    1: ("red-x-274c", "Failed"),
    2: ("gray-x-2716", "Dependency failed"),
    3: ("stopsign-1f6d1", "Aborted"),
    4: ("stopsign-1f6d1", "Cancelled"),
    6: ("red-x-274c", "Failed with output"),
    7: ("stopsign-1f6d1", "Timed out"),
    9: ("stopsign-1f6d1", "Unsupported system type"),
    10: ("stopsign-1f6d1", "Log limit exceeded"),
    11: ("red-x-274c", "Output size limit exceeded"),
    12: ("red-x-274c", "Non-deterministic build"),
}
_INPUT_TYPES = {
    "boolean": "Boolean",
    "build": "Previous Hydra build",
    "eval": "Previous Hydra evaluation",
    "git": "Git checkout",
    "hg": "Mercurial checkout",
    "nix": "Nix expression",
    "path": "Local path or URL",
    "string": "String value",
    "svn": "Subversion checkout",
    "sysbuild": "Previous Hydra build (same system)",
}
_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
_PART = 1 << 16  # characters of a page that is sent while it is made


def page(view: View, template: str, status: int = 200, **values: Any) -> Response:
    """Answer with a page."""
    return HTMLResponse(_template(template).render(_context(view, values)), status)


def long_page(view: View, template: str, **values: Any) -> Response:
    """Answer with a page that is sent while it is made."""

    async def parts() -> AsyncIterator[str]:
        waiting, size = [], 0
        for piece in _template(template).generate(_context(view, values)):
            waiting.append(piece)
            size += len(piece)
            if size >= _PART:
                yield "".join(waiting)
                waiting, size = [], 0
                await asyncio.sleep(0)
        yield "".join(waiting)

    return StreamingResponse(parts(), media_type="text/html; charset=utf-8")


def _context(view: View, values: dict[str, Any]) -> dict[str, Any]:
    """Add what every page needs: addresses of this server begin with `base`, with a slash."""
    return {"base": str(view.request.base_url), "origin": view.snapshot.origin, **values}


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "date": _date,
        "icon": _icon,
        "input_type": lambda kind: _INPUT_TYPES.get(kind, kind),
        "quote": lambda text: quote(text, safe=""),
        "short_revision": _short_revision,
        "span": _span,
    }
    made.tests["link"] = lambda text: text.startswith(("http://", "https://"))
    made.globals["not_given"] = Markup("<em>not given</em>")
    return made


def _template(name: str) -> Any:
    return _environment().get_template(name)


def _date(seconds: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))


def _icon(build: Build) -> tuple[str, str]:
    """Return the picture and title of a status; an unknown one is shown as a failure."""
    return _ICONS.get(build.buildstatus if build.finished else None, _ICONS[1])


def _short_revision(value: EvaluationInput) -> str:
    return value.revision[:7] or value.value or str(value.dependency or "")


def _span(seconds: int) -> str:
    """Write a span of time such as ``1h 2m 3s``, whose parts do not break."""
    parts: list[str] = []
    for unit, length in _UNITS:
        amount, seconds = divmod(seconds, length)
        if parts or amount or unit == "s":
            parts.append(f"{amount}{unit}")
    return "\N{NO-BREAK SPACE}".join(parts)
