"""Owns what the web process asks of a call on the telephone, through the voice process: to lead it to somebody else."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    from uuid import UUID

    from contact_centre.values import Language
    from web.settings import Settings

_ANSWER_S: Final = 6.0
"""Longer than the exchange itself may take: what it did not do in this time is not done later."""
_CONNECT_S: Final = 1.0


class CallGoneError(Exception):
    """The caller has hung up."""


class ExchangeAwayError(Exception):
    """The exchange cannot be reached, or did not do it: the call is where it was."""


class CallControl:
    """Client of the voice process that `settings` name."""

    def __init__(self, settings: Settings) -> None:
        token = settings.service_token.get_secret_value() if settings.service_token else ""
        self._http = httpx.AsyncClient(
            base_url=settings.voice_url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(_ANSWER_S, connect=_CONNECT_S),
            trust_env=False,
        )

    async def hand_on(self, call: UUID, language: Language | None, account: int | None) -> None:
        """Lead a caller away from the consultant, to a person or to a language.

        Raises:
            CallGoneError: there is no such call any more.
            ExchangeAwayError: the call stays where it is.

        """
        try:
            answer = await self._http.post(f"/calls/{call}/hand-on", json={"language": language, "account": account})
        except httpx.HTTPError as error:
            raise ExchangeAwayError(str(error) or type(error).__name__) from error
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise CallGoneError(str(call))
        if not answer.is_success:
            raise ExchangeAwayError(f"the voice process answers {answer.status_code}")

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()
