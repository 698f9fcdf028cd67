from __future__ import annotations

import numpy as np
import pytest

from voice_channel.audio import FRAME_BYTES, FRAME_S, SAMPLE_RATE_HZ
from voice_channel.playback import Playback


def sound(seconds: float, first: int = 1) -> bytes:
    """Return samples that count up, so that every place in them is known."""
    samples = np.arange(first, first + round(seconds * SAMPLE_RATE_HZ))
    return bytes(samples.astype(np.int16).tobytes())


def played(playback: Playback, seconds: float) -> bytes:
    return b"".join(playback.next_frame() or b"" for _ in range(round(seconds / FRAME_S)))


def test_sentences_play_one_after_the_other_and_what_was_heard_is_known() -> None:
    playback = Playback()
    playback.begin()
    playback.add("one", sound(0.1))
    playback.add("two", sound(0.1, 5000))
    assert played(playback, 0.16) == (sound(0.1) + sound(0.1, 5000))[: 8 * FRAME_BYTES]
    assert playback.heard() == ["one"]
    assert playback.playing
    assert playback.left_s == pytest.approx(0.04)
    played(playback, 0.1)
    assert playback.heard() == ["one", "two"]
    assert playback.next_frame() is None
    assert (playback.playing, playback.left_s) == (False, 0)


def test_after_a_pause_it_goes_on_a_little_before_where_it_stopped() -> None:
    playback = Playback()
    playback.begin()
    playback.add("long", sound(2))
    before = played(playback, 1.0)
    playback.pause()
    assert playback.next_frame() is None
    assert playback.playing
    playback.resume()
    after = played(playback, 2.0)
    assert after.startswith(before[-FRAME_BYTES * 20 :])
    assert after.endswith(sound(2)[-FRAME_BYTES:])


def test_what_is_stopped_was_not_heard_and_a_new_utterance_begins_clean() -> None:
    playback = Playback()
    playback.begin()
    playback.add("one", sound(1))
    played(playback, 0.5)
    playback.stop()
    assert (playback.playing, playback.stopped, playback.heard()) == (False, True, [])
    playback.begin()
    playback.add("two", sound(0.02))
    played(playback, 0.1)
    assert (playback.stopped, playback.heard()) == (False, ["two"])


def test_half_a_frame_is_filled_up_with_silence() -> None:
    playback = Playback()
    playback.add("short", sound(0.03))
    frames = [playback.next_frame(), playback.next_frame()]
    assert frames == [sound(0.03)[:FRAME_BYTES], sound(0.03)[FRAME_BYTES:].ljust(FRAME_BYTES, b"\0")]
