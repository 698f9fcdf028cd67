from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from contact_centre import texts
from contact_centre.values import Channel
from language import LANGUAGES, Language
from language.detection import detect

SPOKEN_MAX = 160
"""Characters of two short sentences: about ten seconds on the phone."""

CHANNELS: tuple[Channel, ...] = get_args(Channel)


def _all(channel: Channel, language: Language) -> list[str]:
    return [
        texts.greeting(channel, language, "26-000042"),
        *(texts.announcement(channel, language, position) for position in (1, 2, 10, 11, 250)),
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


def test_a_letter_is_answered_with_its_number() -> None:
    assert "26-000042" in texts.greeting("mail", "ru", "26-000042")
