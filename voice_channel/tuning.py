"""Owns every number that turn-taking depends on, side by side, each with its unit in its name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tuning:
    """Defaults were chosen on the telephone-quality test calls (see bench/RESULTS.md)."""

    # End of turn: the quiet after the caller's last sound that ends the turn.
    complete_s: float = 0.30
    """What was heard can stand alone: "да", "сколько стоит паспорт"."""
    plain_s: float = 0.50
    """Words were heard that may go on, or none yet."""
    hanging_s: float = 1.1
    """The sentence hangs on a preposition, a conjunction or a question word."""
    dictation_s: float = 1.6
    """A number is being dictated and is not whole yet."""
    longest_turn_s: float = 30.0
    """A turn is taken even when the caller's side never gets quiet."""

    line_beat_s: float = 0.1
    """Sound comes every 20 ms; a longer gap is a hiccup of the network."""
    line_stall_s: float = 0.4
    """So much of a gap is no quiet of the caller's; a line that brings nothing for longer has fallen silent."""

    # Speech, as the voice activity detector (VAD) sees it.
    speech_probability: float = 0.5
    quiet_probability: float = 0.35
    """Below it speech is over; between the two nothing changes."""
    preroll_s: float = 0.4
    """Sound from before the VAD noticed speech that is recognised too, so that first letters are not lost."""
    shortest_utterance_s: float = 0.35
    """Speech shorter than this that gave no words is not asked about."""

    # Barge-in.
    barge_in_after_s: float = 0.06
    """Speech over our voice that makes it pause."""
    likely_probability: float = 0.25
    """What the VAD must see in a sound over our voice that has lasted as long; a pause is easily taken back."""
    barge_in_doubt_s: float = 0.4
    """Quiet after such speech with no words in it yet, until the recogniser is asked for its last word."""
    barge_in_limit_s: float = 3.0
    """Our voice waits no longer than this for words in what goes on over it."""
    barge_in_tail_s: float = 0.5
    """With less than this left to say, speech that was not understood is an answer, begun early, and asked about."""
    echo_correlation: float = 0.55
    """Likeness with our own voice from which the sound on the line is its echo."""
    echo_delay_s: float = 0.6
    """Longest way of our voice to the caller's side and back."""

    # Silence of the caller, from the end of our voice.
    ask_again_s: float = 7.0
    offer_help_s: float = 7.0
    leave_s: float = 8.0

    # Keys.
    between_keys_s: float = 3.0
    """A pause after which a number typed without # is taken as whole."""

    # Waiting for the answer.
    filler_s: float = 1.0
    answer_limit_s: float = 5.0
    final_limit_s: float = 4.0
    """The recogniser's last word on a turn; later it counts as dead."""

    # Understanding.
    sure_confidence: float = 0.45
    """Mean confidence of the words below which the caller is asked to say it again."""
    misheard_limit: int = 2
    """So many times in a row lead to a consultant."""


TUNING = Tuning()
