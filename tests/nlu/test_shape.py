from __future__ import annotations

import pytest

from nlu.shape import traits


@pytest.mark.parametrize(
    ("typed", "dictated"),
    [
        ("002475118904", "ноль ноль два четыре семь пять один один восемь девять ноль четыре"),
        ("110543882", "бір бір нөл бес төрт үш сегіз сегіз екі"),
    ],
)
def test_a_dictated_number_has_the_number_traits_of_a_typed_one(typed: str, dictated: str) -> None:
    def about_numbers(text: str) -> set[str]:
        return {trait for trait in traits(text) if trait.startswith(("digits", "share"))}

    assert about_numbers(typed) == about_numbers(dictated)


def test_a_mark_is_told_from_an_application_number() -> None:
    assert traits("пять") & traits("100245789013") <= {"share 3", "words 0"}


@pytest.mark.parametrize(
    ("text", "trait"),
    [("паспорт дайын ба?", "question"), ("паспортты қалай аламын", "language kk"), ("где мой ответ", "language ru")],
)
def test_traits_say_question_and_language(text: str, trait: str) -> None:
    assert trait in traits(text)


def test_longer_messages_differ_from_short_ones() -> None:
    assert traits("да") != traits("да " * 20)


def test_an_empty_text_has_traits_without_evidence_only() -> None:
    assert traits("") == {"words 0", "digits 0", "share 0"}
