from __future__ import annotations

from voice_channel.audio import FRAME_S
from voice_channel.pacing import LONGEST_BURST, Pacer


def frames_by(pacer: Pacer, moments: list[float]) -> int:
    return sum(pacer.due(at) for at in moments)


def test_a_second_is_fifty_frames_whatever_the_delays_of_single_ones() -> None:
    pacer = Pacer(0.0)
    late_ones = [i * FRAME_S + (0.015 if i % 3 else 0.0) for i in range(50)]
    assert frames_by(pacer, late_ones) == 50


def test_a_short_stall_is_caught_up_with_and_a_long_one_is_not() -> None:
    pacer = Pacer(0.0)
    assert pacer.due(0.0) == 1
    assert pacer.due(0.0801) == 4
    assert pacer.due(5.0) == LONGEST_BURST
    assert pacer.due(5.0) == 0


def test_the_next_beat_is_never_more_than_a_frame_away() -> None:
    pacer = Pacer(10.0)
    pacer.due(10.0)
    assert 0 < pacer.sleep_s(10.0) <= FRAME_S + 1e-9
    assert pacer.sleep_s(11.0) == 0
    assert pacer.late_s(10.05) > 0.029
