"""Owns the page of the consultants' console: the shell that the scripts of web/static/console fill with life."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from staff.roles import Permission
from staff.tables import Account
from web import services
from web.site import FOLDER
from web.staff import pages
from web.staff.guard import require
from web.staff.texts import below

router = APIRouter(prefix="/console")

SHORTCUTS: Final = (
    ("accept", ("Alt+A",)),
    ("decline", ("Alt+Z",)),
    ("walk", ("Alt+↑", "Alt+↓")),
    ("write", ("Alt+W",)),
    ("send", ("Enter",)),
    ("first", ("F2",)),
    ("nth", ("Alt+1", "…", "Alt+5")),
    ("canned", ("F8",)),
    ("search", ("F9",)),
    ("note", ("Alt+N",)),
    ("transfer", ("Alt+T",)),
    ("close", ("Alt+C",)),
    ("mute", ("Alt+M",)),
    ("done", ("Alt+G",)),
    ("keys", ("Alt+K",)),
    ("back", ("Esc",)),
)
"""What the list of keys shows; web/static/console/keys.js listens for them."""


_FOLDERS: Final = ("shared", "console")
MODULES: Final = tuple(
    f"/{path.relative_to(FOLDER)}" for folder in _FOLDERS for path in sorted((FOLDER / folder).glob("*.js"))
)
"""Fetched at once, instead of one after the other as each imports the next."""


@router.get("")
async def show(request: Request, _account: Annotated[Account, Depends(require(Permission.CONTACTS_SERVE))]) -> Response:
    """Show the console."""
    spoken = pages.language(request)
    aspects = {f"aspect.{code}": name for code, name in below("kb.aspects", spoken).items()}
    words = below("console.live", spoken) | aspects
    has_exchange = bool(services.of(request).settings.sip_websocket_url)
    return pages.page(
        request, "console/index.html", words=words, shortcuts=SHORTCUTS, modules=MODULES, has_exchange=has_exchange
    )
