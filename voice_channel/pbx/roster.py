"""Owns which consultants have a phone: asked from the contact centre, and given to Asterisk when it changes."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

import httpx
from pydantic import BaseModel, ValidationError

from voice_channel.pbx import configuration
from voice_channel.pbx.asterisk import AsteriskError
from voice_channel.pbx.phones import phones

if TYPE_CHECKING:
    from voice_channel.pbx.asterisk import Asterisk
    from voice_channel.pbx.settings import Settings

logger = logging.getLogger(__name__)

_EVERY_S: Final = 5.0
_UNKNOWN_EVERY_S: Final = 1.0
"""While nobody is known yet: the contact centre starts later than the exchange."""
_ANSWER_S: Final = 3.0


class _Seat(BaseModel):
    login: str


class _Seats(BaseModel):
    seats: list[_Seat]


def client(settings: Settings) -> httpx.AsyncClient:
    """Return a client of the contact centre's API for its own processes."""
    token = settings.service_token.get_secret_value() if settings.service_token else ""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=settings.web_url, timeout=_ANSWER_S, headers=headers, trust_env=False)


async def consultants(http: httpx.AsyncClient) -> frozenset[str]:
    """Return the logins of all consultants.

    Raises:
        httpx.HTTPError: the contact centre gives no answer.
        ValidationError: it answers something else.

    """
    answer = await http.get("/api/exchange/seats")
    answer.raise_for_status()
    return frozenset(seat.login for seat in _Seats.model_validate_json(answer.content).seats)


class Roster:
    """The consultants whose phones may sign in."""

    def __init__(self, settings: Settings, asterisk: Asterisk) -> None:
        self._settings = settings
        self._asterisk = asterisk
        self._logins: frozenset[str] | None = None
        self._names: frozenset[str] = frozenset()
        self._http = client(settings)

    def has(self, login: str) -> bool:
        """Return whether the exchange has a telephone of this login."""
        return login in self._names

    async def run(self) -> None:
        """Follow the contact centre's accounts until cancelled."""
        async with self._http:
            while True:
                await self._follow()
                await asyncio.sleep(_EVERY_S if self._logins is not None else _UNKNOWN_EVERY_S)

    async def _follow(self) -> None:
        try:
            logins = await consultants(self._http)
            if logins != self._logins:
                accounts = phones(logins, self._settings.sip_secret)
                configuration.write_phones(self._settings, accounts)
                await self._asterisk.ask("module reload res_pjsip.so")
                self._logins, self._names = logins, frozenset(account.name for account in accounts)
        except (httpx.HTTPError, ValidationError, AsteriskError) as error:
            # The phones that are known go on: the contact centre may be restarting.
            logger.warning("the consultants' phones could not be brought up to date: %s", error or type(error).__name__)
