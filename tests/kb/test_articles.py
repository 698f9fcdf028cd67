from __future__ import annotations

import re
from datetime import date, datetime, timezone
from typing import TYPE_CHECKING

import pytest

from kb.base import FOLDER
from kb.errors import UnknownServiceError
from kb.loader import read_articles
from kb.rates import render

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.schema import Article
    from language import Language

ARTICLES = read_articles(FOLDER / "articles")
SPOKEN_MAX = 240
KAZAKH_LETTER = re.compile("[әғқңөұүһі]", re.IGNORECASE)
UNFIT_FOR_SPEECH = re.compile(r"https?:|[•*#_\[\]{}<>]|р\.\s?д\.|!")


def test_all_services_are_there() -> None:
    assert len(ARTICLES) == 64


@pytest.mark.parametrize("article", ARTICLES.values(), ids=lambda article: article.code)
def test_article_can_be_spoken_and_shown_in_both_languages(article: Article) -> None:
    for aspect, fact in article.aspects.items():
        for language in ("ru", "kk"):
            wording = getattr(fact, language)
            spoken = render(wording.short, language, 4325, spoken=True)
            assert len(spoken) <= SPOKEN_MAX, (aspect, language)
            assert not UNFIT_FOR_SPEECH.search(spoken), (aspect, language, spoken)
            assert "уточн" not in f"{spoken} {wording.full}", (aspect, language)
        assert KAZAKH_LETTER.search(fact.kk.short), aspect
        assert fact.ru.short != fact.kk.short, aspect


@pytest.mark.parametrize("article", ARTICLES.values(), ids=lambda article: article.code)
def test_article_names_its_service_as_people_do(article: Article) -> None:
    for language in ("ru", "kk"):
        aliases = getattr(article.aliases, language)
        assert len(aliases) >= 8
        assert len({alias.lower() for alias in aliases}) == len(aliases)


@pytest.mark.parametrize("article", ARTICLES.values(), ids=lambda article: article.code)
def test_nothing_of_low_confidence_is_told(article: Article, knowledge: KnowledgeBase) -> None:
    for aspect, fact in article.aspects.items():
        answer = knowledge.answer(article.code, aspect, "ru")
        assert answer.checked == fact.may_be_told(datetime.now(timezone.utc).date())
        if fact.confidence == "low":
            assert answer.short == answer.on_screen == ""


@pytest.mark.parametrize("article", ARTICLES.values(), ids=lambda article: article.code)
def test_whom_to_ask_can_be_said_in_a_sentence(article: Article) -> None:
    for language in ("ru", "kk"):
        assert not re.search(r"[();]|\bРК\b|\bҚР\b|\bдр\b", getattr(article.provider, language))


def test_every_amount_of_the_index_ends_with_its_year() -> None:
    lasting = [
        (article.code, aspect)
        for article in ARTICLES.values()
        for aspect, fact in article.aspects.items()
        if "{mrp:" in f"{fact.ru} {fact.kk}" and fact.valid_until is None
    ]
    assert lasting == []


def test_both_languages_name_the_same_amounts_and_numbers() -> None:
    differing = [
        (article.code, aspect)
        for article in ARTICLES.values()
        for aspect, fact in article.aspects.items()
        for wording in ("short", "full")
        if _figures(getattr(fact.ru, wording)) != _figures(getattr(fact.kk, wording))
    ]
    assert differing == []


def _figures(text: str | None) -> list[str]:
    return sorted(re.findall(r"\{mrp:[\d.]+\}|\d+(?: \d{3})*", text or ""))


def test_a_known_fact_is_told_with_its_date_and_source(knowledge: KnowledgeBase) -> None:
    answer = knowledge.answer("ID_CARD", "cost", "ru")
    assert answer.checked
    assert "0,2 МРП, то есть 865 тенге" in answer.short
    assert answer.reviewed_at == date(2026, 1, 14)
    assert "inform.kz" in answer.source
    assert "0,2 АЕК" in knowledge.answer("ID_CARD", "cost", "kk").short


def test_general_grounds_of_refusal_stand_in_where_a_service_has_none(knowledge: KnowledgeBase) -> None:
    assert "refusal" not in ARTICLES["ID_CARD"].aspects
    assert knowledge.answer("ID_CARD", "refusal", "kk").checked


def test_unknown_service_is_an_error(knowledge: KnowledgeBase) -> None:
    with pytest.raises(UnknownServiceError, match="'NO_SUCH'"):
        knowledge.answer("NO_SUCH", "cost", "ru")


def test_a_fact_is_told_until_it_expires() -> None:
    fact = ARTICLES["ID_CARD"].aspects["cost"]
    assert fact.may_be_told(date(2026, 12, 31))
    assert not fact.may_be_told(date(2027, 1, 1))


@pytest.mark.parametrize(
    ("text", "language", "tenge", "spoken", "expected"),
    [
        ("{mrp:0.2}", "ru", 4325, True, "0,2 МРП, то есть 865 тенге"),
        ("{mrp:1.25}", "ru", 4325, False, "1,25 МРП (5 406 тенге)"),
        ("{mrp:38}", "kk", 4325, False, "38 АЕК (164 350 теңге)"),
        ("{mrp:4}", "kk", 4325, True, "4 АЕК, яғни 17 300 теңге"),
        ("цена {mrp:4}.", "ru", None, True, "цена 4 МРП."),
        ("3 450 тенге", "ru", 4325, True, "3 450 тенге"),
    ],
)
def test_amounts_follow_the_index_of_the_year(
    text: str, language: Language, tenge: int | None, expected: str, *, spoken: bool
) -> None:
    assert render(text, language, tenge, spoken=spoken) == expected
