from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.contact_centre.dialogue_server import saying
from tests.web.running import Chat, open_chat

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.contact_centre.dialogue_server import DialogueServer


@contextmanager
def _stream(http: httpx.Client, conversation: str) -> Iterator[ClientConnection]:
    address = str(http.base_url).replace("http", "ws", 1).rstrip("/")
    stream = connect(f"{address}/api/conversations/{conversation}/stream", proxy=None)
    try:
        yield stream
    finally:
        stream.close()


def _first(chat: Chat, after: int | None = None) -> str:
    return json.dumps({"token": chat.opened["token"], "after": after})


def _frames(stream: ClientConnection, count: int) -> list[dict[str, Any]]:
    return [json.loads(stream.recv(timeout=5)) for _ in range(count)]


def _assert_silent(stream: ClientConnection) -> None:
    with pytest.raises(TimeoutError):
        stream.recv(timeout=0.2)


def test_missed_messages_come_first_and_none_is_doubled(http: httpx.Client) -> None:
    chat = open_chat(http, language="ru")
    chat.say("раз")
    with _stream(http, chat.id) as stream:
        stream.send(_first(chat, chat.opened["messages"][-1]["id"]))
        missed = _frames(stream, 3)
        chat.say("два")
        new = _frames(stream, 2)
        _assert_silent(stream)
    kept = chat.read()["messages"]
    assert [*missed[:2], *new] == [{"type": "message", "message": message} for message in kept[1:]]
    assert missed[2] == {"type": "state", "state": "bot"}


def test_every_change_of_state_is_pushed_after_its_words(http: httpx.Client, dialogue: DialogueServer) -> None:
    chat = open_chat(http, language="ru")
    with _stream(http, chat.id) as stream:
        stream.send(_first(chat))
        _frames(stream, 2)
        dialogue.answer = saying({"text": "До свидания.", "custom": {"end": {}}})
        chat.say("пока")
        assert _frames(stream, 3)[-1] == {"type": "state", "state": "closed"}
        dialogue.answer = saying({"custom": {"handoff": {"reason": "asked"}}})
        chat.say("оператор")
        frames = _frames(stream, 4)
    assert [frame.get("state") for frame in frames] == [None, None, "bot", "queued"]
    assert "первый в очереди" in frames[1]["message"]["text"]


def test_two_windows_of_one_citizen_see_the_same_and_strangers_nothing(http: httpx.Client) -> None:
    chat, stranger = open_chat(http, language="ru"), open_chat(http, language="ru")
    with _stream(http, chat.id) as one, _stream(http, chat.id) as two, _stream(http, stranger.id) as other:
        for stream, owner in ((one, chat), (two, chat), (other, stranger)):
            stream.send(_first(owner))
            _frames(stream, 2)
        chat.say("вопрос")
        assert _frames(one, 2) == _frames(two, 2)
        _assert_silent(other)


def test_what_the_client_sends_later_is_harmless(http: httpx.Client) -> None:
    chat = open_chat(http, language="ru")
    with _stream(http, chat.id) as stream:
        stream.send(_first(chat))
        _frames(stream, 2)
        stream.send("что-нибудь")
        stream.send(b"\x00\xff")
        chat.say("вопрос")
        assert len(_frames(stream, 2)) == 2


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"token": "wrong"}', 4401),
        ("{}", 4400),
        ("не JSON", 4400),
        (b"\xff", 4400),
        ('{"token": "a", "after": -1}', 4400),
        (None, 4408),
    ],
)
def test_a_stream_that_does_not_introduce_itself_is_closed(
    http: httpx.Client, frame: str | bytes | None, code: int
) -> None:
    with _stream(http, open_chat(http).id) as stream:
        if frame is not None:
            stream.send(frame)
        with pytest.raises(ConnectionClosed) as closed:
            stream.recv(timeout=5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code


@pytest.mark.parametrize("conversation", ["0b7f7c52-8f4e-4d0e-9a53-6c1d4f1f0a11", "x"])
def test_the_stream_of_an_unknown_conversation_is_closed(http: httpx.Client, conversation: str) -> None:
    with _stream(http, conversation) as stream:
        stream.send('{"token": "any"}')
        with pytest.raises(ConnectionClosed) as closed:
            stream.recv(timeout=5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4404
