"""Turn-taking in virtual time: conversations of many seconds, decided in microseconds."""

from __future__ import annotations

import pytest

from voice_channel.tuning import TUNING
from voice_channel.turns.barge_in import Action, BargeIn, is_backchannel
from voice_channel.turns.completeness import Expecting, patience_s
from voice_channel.turns.end_of_turn import EndOfTurn
from voice_channel.turns.keys import Command, Digits, Keypad, LanguageKey, Meaning
from voice_channel.turns.silence_ladder import SilenceLadder, Step

TICK_S = 0.02


def taken_after(words: str, expecting: Expecting = Expecting.WORDS) -> float:
    """Speak for a second, then be quiet; return the seconds of quiet after which the turn is taken."""
    turn = EndOfTurn(TUNING)
    turn.expecting = expecting
    at = 100.0
    for _ in range(50):
        at += TICK_S
        turn.speech(at, TICK_S)
    turn.words(words)
    quiet = 0.0
    while not turn.over(at + quiet):
        quiet += TICK_S
        assert quiet < 10
    return quiet


@pytest.mark.parametrize("words", ["да", "жоқ", "сколько стоит паспорт", "паспорт қанша тұрады"])
def test_a_whole_answer_is_taken_quickly(words: str) -> None:
    assert taken_after(words) <= TUNING.complete_s + TICK_S


@pytest.mark.parametrize(
    "words", ["мне нужно узнать про", "хочу получить паспорт и", "маған паспорт алу үшін", "менің"]
)
def test_a_hanging_sentence_is_waited_for(words: str) -> None:
    assert taken_after(words) >= TUNING.hanging_s


@pytest.mark.parametrize("words", ["ноль ноль два", "нөл нөл екі", "пять"])
def test_a_number_being_dictated_is_waited_for_longest(words: str) -> None:
    assert taken_after(words, Expecting.NUMBER) >= TUNING.dictation_s


def test_a_whole_number_is_taken_without_that_wait() -> None:
    digits = "ноль ноль два шесть один ноль четыре пять ноль ноль два два"
    assert taken_after(digits, Expecting.NUMBER) <= TUNING.plain_s + TICK_S


def test_a_rating_is_one_word() -> None:
    assert taken_after("бес", Expecting.RATING) <= TUNING.complete_s + TICK_S


def test_nothing_said_is_no_turn_and_endless_noise_is_one_in_the_end() -> None:
    turn = EndOfTurn(TUNING)
    assert not turn.over(1_000.0)
    at = 0.0
    while not turn.over(at):
        at += TICK_S
        turn.speech(at, TICK_S)
    assert at == pytest.approx(TUNING.longest_turn_s, abs=0.1)


def test_the_words_of_the_last_turn_do_not_hurry_the_next() -> None:
    turn = EndOfTurn(TUNING)
    turn.speech(1.0, 0.5)
    turn.words("да")
    turn.reset()
    turn.speech(5.0, 0.5)
    assert not turn.over(5.0 + TUNING.complete_s)
    assert turn.over(5.0 + TUNING.plain_s)


def test_a_hiccup_of_the_network_in_mid_word_ends_no_turn_and_a_line_that_stays_silent_does() -> None:
    turn = EndOfTurn(TUNING)
    turn.came(1.0)
    turn.speech(1.0, 0.5)
    turn.words("да")
    assert not turn.over(1.0 + TUNING.line_stall_s)
    turn.came(1.0 + TUNING.line_stall_s)
    assert not turn.over(1.0 + TUNING.line_stall_s + TUNING.complete_s / 4)
    assert turn.over(1.0 + 2 * TUNING.line_stall_s + TUNING.complete_s + TICK_S)


@pytest.mark.parametrize(("words", "expecting"), [("", Expecting.WORDS), ("паспорт", Expecting.WORDS)])
def test_a_few_words_get_the_plain_wait(words: str, expecting: Expecting) -> None:
    assert patience_s(words, expecting, TUNING) == TUNING.plain_s


class Playing:
    """Our voice, with a caller who makes sounds over it."""

    def __init__(self) -> None:
        self.barge_in = BargeIn(TUNING)
        self.at = 0.0
        self.actions: list[tuple[float, Action]] = []

    def line(
        self, seconds: float, *, speech: bool, words: str = "", likely: bool = False, sounding_s: float = 0.0
    ) -> None:
        for _ in range(round(seconds / TICK_S)):
            self.at += TICK_S
            action = self.barge_in.hear(
                self.at, TICK_S, speech=speech, words=words, likely=likely, sounding_s=sounding_s
            )
            if action is not None:
                self.actions.append((self.at, action))


def test_speech_pauses_our_voice_at_once_and_words_stop_it() -> None:
    playing = Playing()
    playing.line(2, speech=False)
    playing.line(0.4, speech=True)
    playing.line(TICK_S, speech=True, words="подождите")
    (paused_at, paused), (_, stopped) = playing.actions
    assert (paused, stopped) == (Action.PAUSE, Action.STOP)
    assert paused_at - 2 <= 0.12


def test_a_word_that_begins_with_a_hiss_pauses_our_voice_at_its_first_vowel() -> None:
    playing = Playing()
    playing.line(0.13, speech=False, sounding_s=0.1)
    assert playing.actions == []
    playing.line(TICK_S, speech=True, sounding_s=0.13)
    assert [action for _, action in playing.actions] == [Action.PAUSE]


def test_a_sound_that_lasts_and_may_be_speech_pauses_our_voice_and_what_is_over_at_once_does_not() -> None:
    playing = Playing()
    playing.line(1, speech=False, likely=True, sounding_s=TUNING.barge_in_after_s / 2)
    assert playing.actions == []
    playing.line(TICK_S, speech=False, likely=True, sounding_s=TUNING.barge_in_after_s)
    assert [action for _, action in playing.actions] == [Action.PAUSE]


@pytest.mark.parametrize("words", ["", "угу", "[unk]", "ага угу"])
def test_our_voice_goes_on_after_a_cough_or_a_nod(words: str) -> None:
    playing = Playing()
    playing.line(0.3, speech=True, words=words)
    playing.line(2, speech=False, words=words)
    assert [action for _, action in playing.actions] == [Action.PAUSE, Action.SETTLE]
    assert playing.barge_in.settle(words, spoken_s=0.3, left_s=5) is Action.RESUME
    assert not playing.barge_in.paused


def test_a_short_answer_that_the_recogniser_knew_late_stops_our_voice() -> None:
    playing = Playing()
    playing.line(0.2, speech=True)
    playing.line(1, speech=False)
    assert [action for _, action in playing.actions] == [Action.PAUSE, Action.SETTLE]
    assert playing.barge_in.settle("иә", spoken_s=0.2, left_s=5) is Action.STOP


@pytest.mark.parametrize(
    ("words", "spoken_s", "left_s", "action"),
    [
        ("", 1.0, 0.3, Action.STOP),
        ("", 1.0, 3.0, Action.RESUME),
        ("", TUNING.shortest_utterance_s / 2, 0.3, Action.RESUME),
        ("угу", 1.0, 0.3, Action.RESUME),
    ],
)
def test_speech_without_words_is_an_answer_only_over_our_last_syllables(
    words: str, spoken_s: float, left_s: float, action: Action
) -> None:
    playing = Playing()
    playing.line(spoken_s, speech=True)
    playing.line(1, speech=False)
    assert playing.barge_in.settle(words, spoken_s=spoken_s, left_s=left_s) is action


def test_a_television_in_the_room_holds_our_voice_for_a_moment_only() -> None:
    playing = Playing()
    playing.line(60, speech=True, words="[unk]")
    assert [action for _, action in playing.actions] == [Action.PAUSE, Action.SETTLE]
    assert playing.actions[1][0] - playing.actions[0][0] <= TUNING.barge_in_limit_s + TICK_S


def test_clicks_do_not_add_up_to_speech() -> None:
    playing = Playing()
    for _ in range(20):
        playing.line(0.04, speech=True)
        playing.line(0.06, speech=False)
    assert playing.actions == []


@pytest.mark.parametrize("words", ["да", "стоп угу", "кеңесші"])
def test_an_answer_is_no_nod(words: str) -> None:
    assert not is_backchannel(words)


def steps_of(ladder: SilenceLadder, begin: float, end: float) -> list[Step]:
    moments = (begin + i * TICK_S for i in range(round((end - begin) / TICK_S)))
    return [step for at in moments if (step := ladder.quiet(at)) is not None]


def test_silence_is_answered_step_by_step_each_once() -> None:
    assert steps_of(SilenceLadder(TUNING), 0, 120) == [Step.ASK_AGAIN, Step.OFFER_HELP, Step.LEAVE]


def test_time_does_not_count_while_somebody_speaks_and_an_answer_begins_anew() -> None:
    ladder = SilenceLadder(TUNING)
    assert steps_of(ladder, 0, TUNING.ask_again_s - 1) == []
    ladder.busy()
    assert steps_of(ladder, 100, 100 + TUNING.ask_again_s - 1) == []
    assert steps_of(ladder, 100, 100 + TUNING.ask_again_s + 1) == [Step.ASK_AGAIN]
    ladder.answered()
    assert steps_of(ladder, 200, 200 + TUNING.ask_again_s + 1) == [Step.ASK_AGAIN]


def typed(keypad: Keypad, keys: str, at: float = 0.0) -> list[Meaning]:
    meanings = (keypad.press(key, at + i * 0.3) for i, key in enumerate(keys))
    return [meaning for meaning in meanings if meaning is not None]


def test_0_calls_a_consultant_and_star_repeats() -> None:
    keypad = Keypad(TUNING)
    assert typed(keypad, "0*") == [Command.CONSULTANT, Command.REPEAT]


def test_a_number_begins_with_0_where_one_was_asked() -> None:
    keypad = Keypad(TUNING)
    keypad.wanted_digits = 12
    assert typed(keypad, "002610450022") == [Digits("002610450022")]


def test_a_shorter_number_ends_with_hash_or_a_pause() -> None:
    keypad = Keypad(TUNING)
    keypad.wanted_digits = 12
    assert typed(keypad, "0026104500#") == [Digits("0026104500")]
    assert typed(keypad, "00261045", at=10) == []
    assert keypad.tick(10 + 7 * 0.3 + TUNING.between_keys_s / 2) is None
    assert keypad.tick(10 + 7 * 0.3 + TUNING.between_keys_s) == Digits("00261045")


def test_a_lone_0_where_a_number_was_asked_still_calls_a_consultant() -> None:
    keypad = Keypad(TUNING)
    keypad.wanted_digits = 12
    assert typed(keypad, "0") == []
    assert keypad.tick(TUNING.between_keys_s) is Command.CONSULTANT
    assert typed(keypad, "0#") == [Command.CONSULTANT]


def test_language_keys_count_only_while_a_language_is_chosen() -> None:
    keypad = Keypad(TUNING)
    keypad.choosing_language = True
    assert typed(keypad, "1") == [LanguageKey("kk")]
    assert typed(keypad, "2") == [LanguageKey("ru")]
    keypad.choosing_language = False
    assert typed(keypad, "12#") == [Digits("12")]


def test_a_rating_needs_no_hash() -> None:
    keypad = Keypad(TUNING)
    keypad.rating = True
    assert typed(keypad, "4") == [Digits("4")]


def test_star_drops_what_was_typed_and_letters_mean_nothing() -> None:
    keypad = Keypad(TUNING)
    assert typed(keypad, "12*") == [Command.REPEAT]
    assert typed(keypad, "#") == []
    assert typed(keypad, "A") == []
