"""Canned replies: the shipped ones are sound, and places are filled in."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from contact_centre.replies import SHIPPED, Talk, UnknownPlaceError, filled, greeting, places_of

ALMATY = ZoneInfo("Asia/Almaty")


def _talk(hour: int = 9, service: str | None = "паспорт") -> Talk:
    at = datetime(2026, 11, 26, hour, 30, tzinfo=ALMATY)
    return Talk("26-000001", "Айгерім", {"ru": service, "kk": service}, None, at)


@pytest.mark.parametrize("code", SHIPPED)
def test_a_shipped_reply_is_whole_in_both_languages(code: str) -> None:
    for language, text in SHIPPED[code].text.items():
        assert "{" not in filled(text, _talk(), language)
        assert "!" not in text, "calm, as everything here is said"


@pytest.mark.parametrize(
    ("hour", "said"),
    [
        (4, "Қайырлы кеш"),
        (5, "Қайырлы таң"),
        (11, "Қайырлы таң"),
        (12, "Қайырлы күн"),
        (17, "Қайырлы күн"),
        (18, "Қайырлы кеш"),
    ],
)
def test_the_greeting_is_of_the_hour(hour: int, said: str) -> None:
    assert greeting(_talk(hour).at)["kk"] == said


def test_what_is_not_known_is_left_open() -> None:
    text = "{number}, {consultant}, {service}, {phone}, {today}"
    assert filled(text, _talk(service=None), "ru") == "26-000001, Айгерім, [услуга], [телефон], 26.11.2026"


@pytest.mark.parametrize("text", ["{iin}", "{", "{number.real}", "{}"])
def test_a_place_that_no_conversation_has_is_refused(text: str) -> None:
    with pytest.raises(UnknownPlaceError):
        places_of(text)
