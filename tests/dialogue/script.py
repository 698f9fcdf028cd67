"""Reads dialogues written as scripts and plays them through the public chat API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Self

import httpx
import yaml
from pydantic import BaseModel, ConfigDict, model_validator

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = Path(__file__).parent / "scripts"
TIMEOUT_S: Final = 20.0

Fields = dict[str, str | int]


class Line(BaseModel):
    """One thing a citizen says or presses, and the facts of the answer."""

    model_config = ConfigDict(extra="forbid")

    say: str | None = None
    press: str | int | None = None
    """Title of a button of the last answer, or its place from 1."""
    hears: list[str] = []
    """What the answer contains, in any case."""
    never: list[str] = []
    """What it must not contain."""
    source: str | None = None
    """The only article the answer comes from («PASSPORT/cost»); «any» for some article."""
    unsourced: bool = False
    """Nothing from the knowledge base is told."""
    signals: dict[str, Fields] | None = None
    """Exactly these signals, with at least these fields."""
    buttons: list[str] = []
    longest: int | None = None
    """Characters of the whole answer at most."""
    state: str | None = None

    @model_validator(mode="after")
    def _says_or_presses(self) -> Self:
        if (self.say is None) == (self.press is None):
            raise ValueError("a line either says or presses something")
        return self


class Script(BaseModel):
    """A dialogue: what is played, by which channel, and in which language the assistant answers."""

    model_config = ConfigDict(extra="forbid")

    name: str
    channel: Literal["web", "phone"] = "web"
    lines: list[Line]


def read(language: str) -> list[Script]:
    """Return the scripts of one language."""
    content = yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8"))
    return [Script.model_validate(script) for script in content]


class Signal(BaseModel):
    model_config = ConfigDict(extra="allow")

    name: str


class Source(BaseModel):
    service: str
    aspect: str | None
    reviewed_at: str


class Button(BaseModel):
    title: str
    payload: str


class Message(BaseModel):
    text: str
    language: str
    buttons: list[Button]
    sources: list[Source]


class Answer(BaseModel):
    state: str
    messages: list[Message]
    signals: list[Signal] = []

    @property
    def text(self) -> str:
        return "\n".join(message.text for message in self.messages)

    @property
    def buttons(self) -> list[Button]:
        return [button for message in self.messages for button in message.buttons]

    @property
    def sources(self) -> list[str]:
        return [f"{source.service}/{source.aspect}" for message in self.messages for source in message.sources]


class Conversation:
    """One conversation of a service client, which sees the signals."""

    def __init__(self, web: str, service_token: str, channel: str = "web") -> None:
        self._http = httpx.Client(base_url=web, timeout=TIMEOUT_S, trust_env=False)
        opened = self._http.post(
            "/api/conversations",
            json={"channel": channel},
            headers={"Authorization": f"Bearer {service_token}"},
        )
        assert opened.status_code == httpx.codes.CREATED, opened.text
        self._path = f"/api/conversations/{opened.json()['id']}/messages"
        self._http.headers["Authorization"] = f"Bearer {opened.json()['token']}"
        self._last: Answer | None = None

    def say(self, text: str) -> Answer:
        response = self._http.post(self._path, json={"text": text})
        assert response.status_code == httpx.codes.OK, response.text
        self._last = Answer.model_validate_json(response.content)
        return self._last

    def press(self, button: str | int) -> Answer:
        offered = self._last.buttons if self._last else []
        if isinstance(button, int):
            return self.say(offered[button - 1].payload)
        payloads = {each.title: each.payload for each in offered}
        assert button in payloads, f"{button!r} is not among the buttons {list(payloads)}"
        return self.say(payloads[button])


def faults(line: Line, answer: Answer) -> Iterator[str]:
    """Yield what an answer lacks of what the line demands."""
    said = answer.text.casefold()
    yield from (f"lacks {fact!r}" for fact in line.hears if fact.casefold() not in said)
    yield from (f"says {fact!r}" for fact in line.never if fact.casefold() in said)
    if line.source == "any" and not answer.sources:
        yield "comes from no article"
    if line.source not in (None, "any") and answer.sources != [line.source]:
        yield f"comes from {answer.sources}, not {line.source}"
    if line.unsourced and answer.sources:
        yield f"comes from {answer.sources}"
    if line.signals is not None:
        yield from _signal_faults(line.signals, answer)
    titles = [button.title for button in answer.buttons]
    yield from (f"has no button {title!r} among {titles}" for title in line.buttons if title not in titles)
    if line.longest is not None and len(answer.text) > line.longest:
        yield f"has {len(answer.text)} characters, more than {line.longest}"
    if line.state is not None and answer.state != line.state:
        yield f"leaves the state {answer.state}"


def _signal_faults(wanted: dict[str, Fields], answer: Answer) -> Iterator[str]:
    got = {signal.name: signal.model_dump() for signal in answer.signals}
    if set(got) != set(wanted):
        yield f"signals {sorted(got)}, not {sorted(wanted)}"
        return
    for name, fields in wanted.items():
        differing = {field: got[name].get(field) for field, value in fields.items() if got[name].get(field) != value}
        if differing:
            yield f"signals {name} with {differing}"


def play(script: Script, conversation: Conversation) -> None:
    """Play a script; AssertionError tells the line and the answer."""
    for line in script.lines:
        answer = conversation.press(line.press) if line.press else conversation.say(line.say or "")
        found = list(faults(line, answer))
        signals = [signal.model_dump() for signal in answer.signals]
        assert not found, f"{line.say or line.press!r}: {'; '.join(found)}\n{answer.text}\n{signals}"
