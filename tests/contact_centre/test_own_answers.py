from __future__ import annotations

import pytest

from contact_centre.own_answers import rating_in
from language.phones import phone_in


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("5", 5),
        ("пять", 5),
        ("бес", 5),
        ("Отлично!", 5),
        ("өте жақсы", 5),
        ("жақсы", 4),
        ("на четыре", 4),
        ("нашар", 2),
        ("очень плохо", 1),
        ("6", None),
        ("0", None),
        ("1 и 5", None),
        ("у меня ещё 2 вопроса по паспорту", None),
        ("спасибо", None),
        ("", None),
    ],
)
def test_a_rating_is_read_in_digits_and_words_of_both_languages(text: str, rating: int | None) -> None:
    assert rating_in(text) == rating


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("+7 701 234-56-78", "+77012345678"),
        ("8 (701) 234 56 78", "+77012345678"),
        ("мой номер 7012345678", "+77012345678"),
        ("менің нөмірім 8 701 234 56 78", "+77012345678"),
        ("002610450022", None),
        ("87012", None),
        ("перезвоните", None),
    ],
)
def test_a_telephone_number_is_read_and_nothing_else(text: str, phone: str | None) -> None:
    assert phone_in(text) == phone
