"""The manager interface: any bytes, refusals, a peer that says nothing or goes away."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.pbx.ami_peer import BANNER, SECRET, AmiPeer, listening
from voice_channel.pbx import ami
from voice_channel.pbx.ami import LARGEST_MESSAGE_BYTES, AmiError, AmiLostError, Door, Message, MessageParser

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NAMES = st.text("ABCabc-", min_size=1, max_size=12)
VALUES = st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), max_size=40).map(str.strip)
MESSAGES = st.lists(st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=6), max_size=6)


@pytest.fixture
async def peer() -> AsyncIterator[AmiPeer]:
    async with listening(AmiPeer()) as running:
        yield running


def door(peer: AmiPeer, secret: str = SECRET) -> Door:
    return Door("127.0.0.1", peer.port, SecretStr(secret))


@given(MESSAGES, st.data())
def test_messages_are_whole_however_they_are_cut(messages: list[list[tuple[str, str]]], data: st.DataObject) -> None:
    text = BANNER + "".join("".join(f"{name}: {value}\r\n" for name, value in one) + "\r\n" for one in messages)
    raw, parser, found = text.encode(), MessageParser(), []
    while raw:
        size = data.draw(st.integers(1, len(raw)))
        found += parser.feed(raw[:size])
        raw = raw[size:]
    assert found == [Message(tuple(one)) for one in messages]


@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_give_messages_or_a_refusal(garbage: bytes, greeted: bool) -> None:  # noqa: FBT001
    parser = MessageParser()
    try:
        for message in parser.feed(BANNER.encode() * greeted + garbage):
            assert message.get("ActionID") is not None
    except AmiError:
        assert not greeted


def test_a_message_without_an_end_is_refused_before_it_fills_the_memory() -> None:
    parser = MessageParser()
    parser.feed(BANNER.encode())
    with pytest.raises(AmiError, match="more than"):
        parser.feed(b"x" * (LARGEST_MESSAGE_BYTES + 1))


async def test_a_wrong_secret_is_told(peer: AmiPeer) -> None:
    with pytest.raises(AmiError, match="Authentication failed"):
        async with ami.connected(door(peer, "guessed")):
            pass


async def test_an_action_is_answered_refused_or_listed(peer: AmiPeer) -> None:
    peer.waits = [{"Queue": "1414", "Uniqueid": "1.1", "Wait": "7"}]
    async with ami.connected(door(peer)) as line:
        member = {"Queue": "1414", "Interface": "PJSIP/a", "Penalty": "0", "Paused": "false", "MemberName": "a"}
        assert await line.attempt("QueueAdd", **member) is None
        assert "Already there" in str(await line.attempt("QueueAdd", **member))
        assert [one.get("Event") for one in await line.listed("QueueStatus")] == ["QueueMember", "QueueEntry"]
        assert (await line.next_event()).get("Event") == "QueueMemberAdded"
        with pytest.raises(AmiError, match="second line"):
            await line.act("QueueRemove", Queue="1414\r\nAction: Command", Interface="PJSIP/a")


async def test_a_peer_that_goes_away_is_noticed_by_everyone(peer: AmiPeer) -> None:
    async with ami.connected(door(peer)) as line:
        waiting = asyncio.create_task(line.next_event())
        peer.silent = True
        asking = asyncio.create_task(line.act("Ping"))
        await asyncio.sleep(0)
        peer.drop()
        for task in (waiting, asking):
            with pytest.raises(AmiLostError):
                await task
        with pytest.raises(AmiLostError):
            await line.act("Ping")


async def test_a_peer_that_falls_silent_is_lost(peer: AmiPeer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ami, "ANSWER_S", 0.05)
    monkeypatch.setattr(ami, "PING_S", 0.05)
    async with ami.connected(door(peer)) as line:
        peer.silent = True
        with pytest.raises(AmiLostError, match="no answer"):
            await line.keep_alive()
