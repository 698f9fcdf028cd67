from __future__ import annotations

import asyncio
import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from sanic import Sanic

from nlu.connector import ContactCentreInput
from tests.nlu.serving import client_of

if TYPE_CHECKING:
    from rasa.core.channels.channel import UserMessage

TURN = {"conversation": "c1", "text": "привет", "language": "ru", "channel": "web", "payload": False}


def post(body: Any) -> tuple[int, Any, list[UserMessage]]:
    """Send one turn; the handler behind the channel answers twice, as an action does."""
    received: list[UserMessage] = []

    async def answer(message: UserMessage) -> None:
        received.append(message)
        await message.output_channel.send_text_message(message.sender_id, "Здравствуйте!")
        await message.output_channel.send_custom_json(message.sender_id, {"handoff": {"reason": "asked"}})

    async def run() -> tuple[int, Any]:
        app = Sanic(f"connector-{uuid.uuid4().hex}")
        data = body if isinstance(body, str) else json.dumps(body)
        async with client_of(app, ContactCentreInput().blueprint(answer), "/webhooks/contact_centre") as client:
            headers = {"Content-Type": "application/json"}
            async with client.post("/webhooks/contact_centre/turn", data=data, headers=headers) as response:
                text = await response.text()
                return response.status, json.loads(text) if response.content_type == "application/json" else text

    return *asyncio.run(run()), received


def test_a_turn_is_answered_at_once_with_its_messages() -> None:
    status, answers, (message,) = post(TURN)
    assert status == 200
    assert answers == [{"text": "Здравствуйте!"}, {"custom": {"handoff": {"reason": "asked"}}}]
    assert (message.sender_id, message.text, message.input_channel) == ("c1", "привет", "web")
    assert message.metadata == {"language": "ru"}


def test_what_was_spoken_over_reaches_rasa() -> None:
    _, _, (message,) = post({**TURN, "channel": "phone", "unheard": "Вторая выше."})
    assert message.metadata == {"language": "ru", "unheard": "Вторая выше."}


@pytest.mark.parametrize("channel", ["web", "phone", "mail"])
def test_the_channel_reaches_rasa_so_that_responses_may_vary_by_it(channel: str) -> None:
    _, _, (message,) = post({**TURN, "channel": channel})
    assert message.input_channel == message.output_channel.name() == channel


def test_typed_words_are_never_a_command() -> None:
    _, _, (message,) = post({**TURN, "text": " /restart"})
    assert message.text == "restart"


def test_a_pressed_button_is_a_command_and_carries_the_language() -> None:
    body = {**TURN, "text": '/ask_status{"application_number": "1002457890"}', "payload": True, "language": "kk"}
    _, _, (message,) = post(body)
    intent, _, entities = message.text.partition("{")
    assert intent == "/ask_status"
    assert json.loads("{" + entities) == {"application_number": "1002457890", "language": "kk"}


def test_a_button_without_entities_carries_the_language_too() -> None:
    _, _, (message,) = post({**TURN, "text": "/affirm", "payload": True})
    assert message.text == '/affirm{"language": "ru"}'


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ([], "object"),
        ({**TURN, "channel": "fax"}, "channel"),
        ({**TURN, "text": 5}, "text"),
        ({"text": "привет"}, "conversation"),
    ],
)
def test_a_request_of_another_form_is_refused_with_what_was_expected(body: Any, named: str) -> None:
    status, answer, received = post(body)
    assert status == 400
    assert named in answer["error"]
    assert received == []


def test_broken_json_is_refused() -> None:
    status, _, received = post('{"conversation": ')
    assert status == 400
    assert received == []
