"""Owns asking the monitoring system: a time limit, one retry, and a circuit breaker when it keeps failing."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final, Self

import httpx
import stamina
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState
from pydantic import ValidationError

from monitoring.models import Application, normalised_number

# Together they stay within the 1.5 s that a custom action has before the contact centre gives up on the dialogue (2 s).
REQUEST_TIMEOUT_S: Final = 0.6
ATTEMPTS: Final = 2
RETRY_WAIT_S: Final = 0.05
FAILURES_TO_OPEN: Final = 5
OPEN_FOR_S: Final = 15.0
_CIRCUIT: Final = "monitoring"


class MonitoringUnavailableError(ConnectionError):
    """The monitoring system does not answer, answers with a fault of its own, or is being left alone to recover."""


class NotEnteredError(LookupError):
    """No provider has entered this application (404)."""


class IinNeededError(PermissionError):
    """The owner of the system demands the citizen's IIN (401); also when the given one does not fit."""


class _ServerFaultError(httpx.HTTPError):
    """An answer that is the server's fault: worth one more try."""


class MonitoringClient:
    """A client of the monitoring system at `base_url` (interface: `GET /applications/{number}`)."""

    def __init__(self, base_url: str) -> None:
        # Own servers are asked directly, whatever proxy the machine has for the world.
        self._http = httpx.AsyncClient(base_url=base_url, timeout=REQUEST_TIMEOUT_S, trust_env=False)
        self._breakers = AsyncCircuitBreakerFactory(
            default_threshold=FAILURES_TO_OPEN,
            default_ttl=OPEN_FOR_S,
            exclude=[NotEnteredError, IinNeededError],
        )

    async def __aenter__(self) -> Self:
        """Return the client; its connections are given back when the block ends."""
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def application(self, number: str, iin: str | None = None) -> Application:
        """Return what the providers entered of an application.

        Raises:
            NotEnteredError: nothing was entered.
            IinNeededError: the owner wants the IIN, or the given one is not the applicant's.
            MonitoringUnavailableError: no usable answer within `ATTEMPTS` tries, or the circuit is open.

        """
        try:
            async with await self._breakers.get_breaker(_CIRCUIT):
                return await self._ask(normalised_number(number), iin)
        except OpenedState as error:
            raise MonitoringUnavailableError("left alone to recover after repeated failures") from error
        except httpx.HTTPError as error:
            raise MonitoringUnavailableError(f"{type(error).__name__}: {error}") from error
        except ValidationError as error:
            raise MonitoringUnavailableError(f"an answer of an unknown form ({error.error_count()} faults)") from error

    async def ready_problem(self) -> str | None:
        """Return None when the system answers, else a sentence that says what is wrong (for /readyz)."""
        try:
            response = await self._http.get("/healthz")
        except httpx.HTTPError as error:
            return f"the monitoring system does not answer ({type(error).__name__})"
        return None if response.status_code == HTTPStatus.OK else f"it answered {response.status_code}"

    @stamina.retry(
        on=(httpx.TransportError, _ServerFaultError), attempts=ATTEMPTS, wait_initial=RETRY_WAIT_S, wait_jitter=0
    )
    async def _ask(self, number: str, iin: str | None) -> Application:
        response = await self._http.get(f"/applications/{number}", params={"iin": iin} if iin else None)
        if response.status_code == HTTPStatus.NOT_FOUND:
            raise NotEnteredError(number)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            raise IinNeededError(number)
        if response.status_code != HTTPStatus.OK:
            raise _ServerFaultError(f"the monitoring system answered {response.status_code}")
        return Application.model_validate_json(response.content)
