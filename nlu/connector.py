"""Owns the way from the contact centre into Rasa and back: one turn of a conversation, answered at once as JSON."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

Handler = Callable[[UserMessage], Awaitable[Any]]


class _CollectingChannel(CollectingOutputChannel):
    """Collects the answers of a turn; its name picks the variants of responses (`channel: phone`)."""

    channel_name: ClassVar[str]

    @classmethod
    def name(cls) -> str:
        """Return the name of the citizen's channel."""
        return cls.channel_name


class WebOutput(_CollectingChannel):
    """Answers to the web chat."""

    channel_name = "web"


class PhoneOutput(_CollectingChannel):
    """Answers that will be spoken."""

    channel_name = "phone"


class MailOutput(_CollectingChannel):
    """Answers that go into a letter."""

    channel_name = "mail"


OUTPUTS: dict[str, type[_CollectingChannel]] = {
    output.channel_name: output for output in (WebOutput, PhoneOutput, MailOutput)
}


def message_text(text: str, language: str, *, payload: bool) -> str:
    """Return the text for Rasa: a pressed button carries the language along, typed words are never a command.

    Rasa reads a text that begins with a slash as an intent with its entities (`/ask_status`, but also `/restart`);
    only a button that the contact centre itself offered may do that.
    """
    if not payload:
        # Nothing but slashes is as little of a question as a question mark, and Rasa wants some text.
        return (text.lstrip("/ \t") or "?") if text.lstrip().startswith("/") else text
    intent, brace, entities = text.partition("{")
    content = json.loads(brace + entities) if brace else {}
    return f"{intent}{json.dumps({**content, 'language': language}, ensure_ascii=False)}"


def _problem(request_body: object) -> str | None:
    if not isinstance(request_body, dict):
        return "expected a JSON object"
    for key in ("conversation", "text", "language", "channel"):
        if not isinstance(request_body.get(key), str):
            return f"expected {key!r} to be a string, got {request_body.get(key)!r}"
    if not isinstance(request_body.get("unheard", ""), str):
        return f"expected 'unheard' to be a string, got {request_body['unheard']!r}"
    if request_body["channel"] not in OUTPUTS:
        return f"expected 'channel' to be one of {', '.join(OUTPUTS)}, got {request_body['channel']!r}"
    return None


class ContactCentreInput(InputChannel):
    """`POST /webhooks/contact_centre/turn` with `{"conversation","text","payload","language","channel","unheard"?}`.

    Answers with the list of Rasa's messages of this turn (`text`, `buttons`, `custom`), 400 when the request is not
    of that form.
    """

    @classmethod
    def name(cls) -> str:
        """Return the name under which Rasa mounts this channel."""
        return "contact_centre"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> ContactCentreInput:
        """Make the channel; it needs no credentials because Rasa listens on loopback only."""
        return cls()

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """Return the routes of this channel."""
        blueprint = Blueprint("contact_centre")

        @blueprint.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            body = request.json
            if (problem := _problem(body)) is not None:
                return json_response({"error": problem}, status=400)
            output = OUTPUTS[body["channel"]]()
            text = message_text(body["text"], body["language"], payload=body.get("payload") is True)
            message = UserMessage(
                text,
                output,
                body["conversation"],
                input_channel=output.name(),
                metadata={key: body[key] for key in ("language", "unheard") if body.get(key)},
            )
            await on_new_message(message)
            return json_response(
                [{key: value for key, value in item.items() if key != "recipient_id"} for item in output.messages]
            )

        return blueprint
