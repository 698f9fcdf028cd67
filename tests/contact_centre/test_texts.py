from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import get_args

import pytest

from contact_centre import texts
from contact_centre.states import Event
from contact_centre.values import Channel
from language import LANGUAGES, Language
from language.detection import detect

SPOKEN_MAX = 160
"""Characters of two short sentences: about ten seconds on the phone."""

WAITS = [timedelta(seconds=seconds) for seconds in (10, 50, 61, 1_250, 9_000)]
CLOCK = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)

CHANNELS: tuple[Channel, ...] = get_args(Channel)


def _all(channel: Channel, language: Language) -> list[str]:
    return [
        texts.greeting(channel, language, "26-000042"),
        *(texts.announcement(channel, language, position) for position in (1, 2, 10, 11, 250)),
        *(texts.announcement(channel, language, 2, wait) for wait in WAITS),
        texts.announcement(channel, language, None),
        *(texts.notice(language, 2, wait, moved=moved) for wait in (None, *WAITS) for moved in (True, False)),
        *(texts.callback_offer(language, moment, CLOCK) for moment in ("nobody", "too_long")),
        texts.callback_ask(language),
        texts.callback_left(language, "+77012345678", CLOCK),
        *(text for event in Event if (text := texts.of_event(event, language)) is not None),
        texts.vanished(language, 1),
        texts.rating_word(language),
        *(texts.helped(language, yes=yes) for yes in (True, False)),
        texts.fault(language),
        texts.saved_while_queued(language),
    ]


@pytest.mark.parametrize(("channel", "language"), list(product(CHANNELS, LANGUAGES)))
def test_every_sentence_is_in_its_language_and_short_enough_to_be_spoken(channel: Channel, language: Language) -> None:
    for text in _all(channel, language):
        assert detect(text).language == language, text
        assert len(text) <= SPOKEN_MAX, text
        assert "{" not in text
        assert "!" not in text.partition("!")[2], text


@pytest.mark.parametrize(
    ("position", "ru", "kk"),
    [
        (1, "первый", "біріншісіз"),
        (6, "шестой", "алтыншысыз"),
        (10, "десятый", "оныншысыз"),
        (11, "11-й", "11-орындасыз"),
    ],
)
def test_the_place_in_the_queue_is_told_as_people_say_it(position: int, ru: str, kk: str) -> None:
    assert f"Вы {ru} в очереди" in texts.announcement("phone", "ru", position)
    assert f"кезекте {kk}." in texts.announcement("phone", "kk", position)


@pytest.mark.parametrize(
    ("seconds", "ru", "kk"),
    [
        (None, "Сколько ждать, пока неизвестно.", "Қанша күтетініңіз әзірге белгісіз."),
        (0, "Ждать меньше минуты.", "Бір минуттан аз күтесіз."),
        (50, "Ждать около минуты.", "Шамамен бір минут күтесіз."),
        (61, "Ждать около 2 минут.", "Шамамен 2 минут күтесіз."),
        (1_210, "Ждать около 21 минуты.", "Шамамен 21 минут күтесіз."),
        (3_600, "Ждать больше получаса.", "Жарты сағаттан көп күтесіз."),
    ],
)
def test_the_expected_wait_is_told_as_it_is_known(seconds: float | None, ru: str, kk: str) -> None:
    wait = None if seconds is None else timedelta(seconds=seconds)
    assert (texts.expected_wait("ru", wait), texts.expected_wait("kk", wait)) == (ru, kk)


def test_a_promise_names_the_time_of_this_country() -> None:
    assert "до 15:30" in texts.callback_left("ru", "+77012345678", CLOCK)
    assert "сағат 15:30 болғанша" in texts.callback_left("kk", "+77012345678", CLOCK)


def test_a_letter_is_answered_with_its_number() -> None:
    assert "26-000042" in texts.greeting("mail", "ru", "26-000042")
