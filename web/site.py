"""Owns the static files (widget, demo page) at the root of the site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Scope

FOLDER: Final = Path(__file__).parent / "static"


class _Files(StaticFiles):
    """Files that a browser asks about each time: old and new modules of the widget never mix after an upgrade."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Answer with the file, or with 304 when the browser's copy is the same."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


class Site(Mount):
    """Serves files, and leaves the rest to the API: a wrong method or address there is told as what it is."""

    def __init__(self, folder: Path) -> None:
        super().__init__("/", app=_Files(directory=folder, html=True), name="site")

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match reading of anything outside /api."""
        if scope.get("method") not in {"GET", "HEAD"} or scope["path"].startswith("/api/"):
            return Match.NONE, {}
        return super().matches(scope)
