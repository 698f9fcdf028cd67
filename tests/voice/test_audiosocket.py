from __future__ import annotations

from contextlib import suppress
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_channel.audiosocket import (
    LARGEST_PAYLOAD_BYTES,
    Frame,
    FrameError,
    FrameParser,
    Kind,
    encode,
    key_of,
    session_of,
    sound_of,
)

frames = st.lists(st.tuples(st.sampled_from(list(Kind)), st.binary(max_size=400)), max_size=8)


def fed(data: bytes, cuts: list[int]) -> list[Frame]:
    parser, found, start = FrameParser(), [], 0
    for cut in [*sorted(cut % (len(data) + 1) for cut in cuts), len(data)]:
        found += parser.feed(data[start:cut])
        start = cut
    return found


@given(frames, st.lists(st.integers(min_value=0), max_size=6))
def test_frames_come_out_whole_wherever_the_network_cuts_them(sent: list[tuple[Kind, bytes]], cuts: list[int]) -> None:
    data = b"".join(encode(kind, payload) for kind, payload in sent)
    assert fed(data, cuts) == [Frame(kind, payload) for kind, payload in sent]


@given(st.binary(max_size=3000), st.lists(st.integers(min_value=0), max_size=6))
def test_any_bytes_are_frames_or_a_frame_error(data: bytes, cuts: list[int]) -> None:
    try:
        found = fed(data, cuts)
    except FrameError:
        return
    rest = len(data) - sum(3 + len(frame.payload) for frame in found)
    assert 0 <= rest < 3 + LARGEST_PAYLOAD_BYTES
    for frame in found:
        for reading in (session_of, key_of, sound_of):
            with suppress(FrameError):
                assert reading(frame) is not None


def test_an_oversized_frame_is_refused_before_its_payload_is_waited_for() -> None:
    with pytest.raises(FrameError, match="more than"):
        FrameParser().feed(b"\x10" + (LARGEST_PAYLOAD_BYTES + 1).to_bytes(2, "big"))


def test_the_first_frame_names_the_session() -> None:
    session = uuid4()
    assert session_of(Frame(Kind.UUID, session.bytes)) == UUID(bytes=session.bytes)


@pytest.mark.parametrize("frame", [Frame(Kind.UUID, b"short"), Frame(Kind.AUDIO, b"\0\0"), Frame(0x77, bytes(16))])
def test_anything_else_names_none(frame: Frame) -> None:
    with pytest.raises(FrameError):
        session_of(frame)


@pytest.mark.parametrize("payload", [b"", b"12", b"x", b"\xff"])
def test_a_key_is_one_key_of_a_telephone(payload: bytes) -> None:
    with pytest.raises(FrameError):
        key_of(Frame(Kind.KEY, payload))


def test_half_a_sample_is_no_sound() -> None:
    with pytest.raises(FrameError):
        sound_of(Frame(Kind.AUDIO, b"\0\0\0"))
