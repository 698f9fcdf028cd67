from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.web.running import open_chat
from web.citizen_socket import CloseCode

if TYPE_CHECKING:
    import httpx


def closed_with(address: str, conversation: str, first: str) -> int | None:
    """Call, send the first frame, and return the code with which the server closes."""
    url = f"{address.replace('http', 'ws', 1)}/api/conversations/{conversation}/call"
    with connect(url, proxy=None) as socket:
        socket.send(first)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
    return closed.value.rcvd.code if closed.value.rcvd else None


def frame(token: str) -> str:
    return json.dumps({"token": token, "language": "ru"})


def test_a_call_needs_the_conversation_s_token(http: httpx.Client, address: str) -> None:
    chat = open_chat(http)
    assert closed_with(address, chat.id, frame("another's")) == CloseCode.WRONG_TOKEN
    assert closed_with(address, str(uuid4()), frame(chat.opened["token"])) == CloseCode.UNKNOWN_CONVERSATION
    assert closed_with(address, "no-uuid", frame("x")) == CloseCode.UNKNOWN_CONVERSATION


@pytest.mark.parametrize(
    "first", ["", "{}", "[]", '{"token": 1, "language": "ru"}', '{"token": "x", "language": "en"}']
)
def test_a_first_frame_that_is_none_is_refused(http: httpx.Client, address: str, first: str) -> None:
    assert closed_with(address, open_chat(http).id, first) == CloseCode.NOT_UNDERSTOOD


def test_silence_instead_of_a_first_frame_is_not_waited_for(http: httpx.Client, address: str) -> None:
    chat = open_chat(http)
    url = f"{address.replace('http', 'ws', 1)}/api/conversations/{chat.id}/call"
    with connect(url, proxy=None) as socket, pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=10)
    assert closed.value.rcvd
    assert closed.value.rcvd.code == CloseCode.NO_FIRST_FRAME


def test_without_the_voice_process_the_browser_is_told(http: httpx.Client, address: str) -> None:
    chat = open_chat(http)
    assert closed_with(address, chat.id, frame(chat.opened["token"])) == CloseCode.NO_VOICE
