"""Owns the talk with the dialogue server (Rasa): the only place that calls it, and the faults it can have."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Self

import httpx
from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError

from contact_centre import metrics, signals
from contact_centre.signals import Signal, Source, Sources

if TYPE_CHECKING:
    from contact_centre.values import Channel, Language

TURN_PATH = "/webhooks/contact_centre/turn"
READY_PATH = "/readyz"


class FaultKind(StrEnum):
    """How the dialogue failed to answer."""

    UNREACHABLE = "unreachable"
    LATE = "late"
    ERROR_STATUS = "error_status"
    BROKEN = "broken"
    EMPTY = "empty"
    INTERNAL = "internal"
    """An error of our own on the way to the dialogue or back."""


class DialogueFaultError(Exception):
    """The dialogue gave no usable answer to a turn."""

    def __init__(self, kind: FaultKind, detail: str) -> None:
        super().__init__(f"{kind.value}: {detail}")
        self.kind = kind


class Button(BaseModel):
    """A choice offered to the citizen; `payload` is what the choice sends back."""

    title: str
    payload: str


class _WireMessage(BaseModel):
    text: str | None = None
    buttons: list[Button] = []
    custom: dict[str, JsonValue] = {}


_WIRE: Final = TypeAdapter(list[_WireMessage])


@dataclass
class Utterance:
    """One thing that the assistant says."""

    text: str
    buttons: list[Button] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)


@dataclass
class Turn:
    """The dialogue's answer to one message."""

    utterances: list[Utterance] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)

    @classmethod
    def from_wire(cls, body: bytes) -> Self:
        """Read the connector's answer, a JSON list of `{"text"?, "buttons"?, "custom"?}`.

        Raises:
            pydantic.ValidationError: not such a list, or a signal outside the vocabulary.

        """
        turn = cls()
        sources: list[Source] = []
        for message in _WIRE.validate_json(body):
            if (message.text and message.text.strip()) or message.buttons:
                turn.utterances.append(Utterance(message.text or "", message.buttons))
            for signal in signals.parse(message.custom):
                if isinstance(signal, Sources):
                    sources.extend(signal.items)
                else:
                    turn.signals.append(signal)
            # Sources may come beside the text, after it or before it: they belong to the nearest text said so far.
            if turn.utterances and sources:
                turn.utterances[-1].sources.extend(sources)
                sources = []
        return turn


class Dialogue:
    """Client of the dialogue server at `url`; a whole turn may take `timeout_s` seconds."""

    def __init__(self, url: str, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        # Own servers are asked directly, whatever proxy the machine has for the world.
        self._client = httpx.AsyncClient(base_url=url, timeout=timeout_s, trust_env=False)

    async def turn(
        self, *, conversation: str, text: str, payload: bool, language: Language, channel: Channel, unheard: str = ""
    ) -> Turn:
        """Pass one message of the citizen and return the answer; `unheard` is what of the last one was spoken over.

        Raises:
            DialogueFaultError: there is none, or it cannot be used.

        """
        request: dict[str, str | bool] = {
            "conversation": conversation,
            "text": text,
            "payload": payload,
            "language": language,
            "channel": channel,
        }
        if unheard:
            request["unheard"] = unheard
        with metrics.DIALOGUE_SECONDS.time():
            try:
                return _read(await self._post(request))
            except DialogueFaultError as fault:
                metrics.DIALOGUE_FAULTS.labels(fault.kind.value).inc()
                raise

    async def check(self) -> str | None:
        """Ask whether the dialogue can serve; None when it can, else a sentence."""
        try:
            async with asyncio.timeout(self._timeout_s):
                response = await self._client.get(READY_PATH)
        except (TimeoutError, httpx.HTTPError) as error:
            return f"the dialogue at {self._client.base_url} does not answer: {error or type(error).__name__}"
        return None if response.is_success else f"the dialogue is not ready: status {response.status_code}"

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def _post(self, request: dict[str, str | bool]) -> httpx.Response:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._client.post(TURN_PATH, json=request)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise DialogueFaultError(FaultKind.LATE, f"no answer in {self._timeout_s} s") from error
        except httpx.DecodingError as error:
            raise DialogueFaultError(FaultKind.BROKEN, f"the answer cannot be decoded: {error}") from error
        except httpx.HTTPError as error:
            raise DialogueFaultError(FaultKind.UNREACHABLE, str(error) or type(error).__name__) from error


def _read(response: httpx.Response) -> Turn:
    if not response.is_success:
        raise DialogueFaultError(FaultKind.ERROR_STATUS, f"status {response.status_code}")
    try:
        turn = Turn.from_wire(response.content)
    except ValidationError as error:
        # The input stays out of the message: it may carry what the citizen said.
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        raise DialogueFaultError(FaultKind.BROKEN, f"{problems}") from None
    if not (turn.utterances or turn.signals):
        raise DialogueFaultError(FaultKind.EMPTY, "nothing was said (is the action server up?)")
    return turn
