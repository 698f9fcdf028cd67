"""Owns the beginning of a consultant's WebSocket: who is there is looked at before anything is sent."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from staff.roles import Permission
from web import services
from web.socket_refusal import RefusedError
from web.staff import cookies, csrf

if TYPE_CHECKING:
    from fastapi import WebSocket

    from staff.tables import Account


class CloseCode(IntEnum):
    """Why a consultant's socket is closed by us."""

    NOT_SIGNED_IN = 4401
    FORBIDDEN = 4403
    TOO_SLOW = 4429
    NO_EXCHANGE = 4503


async def opened(websocket: WebSocket) -> tuple[Account, str]:
    """Return the consultant of an accepted socket, and the session's token, which may end before the socket does.

    Raises:
        RefusedError: from another page, without a session, or not allowed to serve contacts.

    """
    if not csrf.comes_from_here(websocket):
        raise RefusedError(CloseCode.FORBIDDEN)
    token = cookies.read(websocket, cookies.SESSION)
    account = await services.of(websocket).sessions.account(token) if token else None
    if token is None or account is None:
        raise RefusedError(CloseCode.NOT_SIGNED_IN)
    if account.password_is_temporary or not account.may(Permission.CONTACTS_SERVE):
        raise RefusedError(CloseCode.FORBIDDEN)
    return account, token
