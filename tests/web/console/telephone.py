"""The voice process's side of the exchange API, as the tests speak it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.web.running import SERVICE_TOKEN, Chat, open_chat

if TYPE_CHECKING:
    import httpx

HEADERS = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
PHONE = "+77012345678"


@dataclass
class PhoneCall:
    """One call: what the assistant does with it, and what the exchange reports of it."""

    http: httpx.Client
    id: str = field(default_factory=lambda: str(uuid4()))
    began: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(seconds=90))

    def assistant(self, language: str | None = None) -> Chat:
        """Open the conversation of the call."""
        return open_chat(
            self.http, service=True, channel="phone", language=language, contact={"phone": PHONE}, call=self.id
        )

    def at(self, seconds: float) -> str:
        return (self.began + timedelta(seconds=seconds)).isoformat()

    def report(self, event: str, seconds: float, **more: str | None) -> Any:
        """Report what happened so long after the call began."""
        body = {"call": self.id, "event": event, "at": self.at(seconds), **more}
        return self.ok(self.http.post("/api/exchange/events", json=body, headers=HEADERS))

    def live(self, place: str, **more: str | None) -> dict[str, str | None]:
        return {"call": self.id, "place": place, **more}

    @staticmethod
    def ok(response: httpx.Response) -> Any:
        assert response.is_success, f"{response.status_code} {response.text}"
        return response.json() if response.content else None


def put_state(
    http: httpx.Client, *calls: dict[str, str | None], reachable: tuple[str, ...] = (), later: float = 9
) -> None:
    """Say what the exchange has; `later` lets the contacts of the test be old enough."""
    at = (datetime.now(UTC) + timedelta(seconds=later)).isoformat()
    body = {"at": at, "calls": calls, "reachable": reachable}
    PhoneCall.ok(http.put("/api/exchange/state", json=body, headers=HEADERS))


def seats(http: httpx.Client) -> dict[str, str]:
    """Return by login whether the telephone is to be rung."""
    shown = PhoneCall.ok(http.get("/api/exchange/seats", headers=HEADERS))
    return {seat["login"]: seat["phone"] for seat in shown["seats"]}
