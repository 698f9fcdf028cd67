from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.search import CHOICES_MAX, decide

if TYPE_CHECKING:
    from kb.base import KnowledgeBase


@pytest.mark.parametrize(
    ("question", "service", "aspect"),
    [
        ("какие документы нужны для удостоверения личности", "ID_CARD", "documents"),
        ("сколько стоит загранпаспорт", "PASSPORT", "cost"),
        ("паспорт қанша тұрады", "PASSPORT", "cost"),
        ("балабақшаға кезекке қалай тұрамын", "KINDERGARTEN", None),
        ("балабакшага кезекке калай турамын", "KINDERGARTEN", None),
        ("balabaqshaga kezek", "KINDERGARTEN", None),
        ("прописканы қалай жасаймын", "RES_REG", None),
        ("потеряла права где восстановить", "DRV_LIC", "where"),
        ("ип ашу үшін қандай құжаттар керек", "IP_REG", "documents"),
        ("справка о несудимости через егов можно", "NOCRIM", "online"),
        ("прекрипление к паликлинике", "CLINIC", None),
    ],
)
def test_finds_the_service_and_the_aspect(
    knowledge: KnowledgeBase, question: str, service: str, aspect: str | None
) -> None:
    hits = knowledge.search(question)
    assert hits[0].service == service
    if aspect is not None:
        assert hits[0].aspect == aspect
    assert 0 < hits[0].score <= 1
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("question", ["", "   ", "???", "👍", "абракадабра фываолдж", "zzzz"])
def test_nothing_is_found_in_nothing(knowledge: KnowledgeBase, question: str) -> None:
    assert knowledge.find_service(question).kind == "none"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_survived(knowledge: KnowledgeBase, question: str) -> None:
    for hit in knowledge.search(question, limit=3):
        assert hit.service in knowledge.codes


def test_answers_in_the_asked_language(knowledge: KnowledgeBase) -> None:
    assert knowledge.search("паспорт", "kk")[0].title == knowledge.article("PASSPORT").name.kk
    assert knowledge.search("паспорт қанша тұрады")[0].title == knowledge.article("PASSPORT").name.kk
    assert knowledge.search("сколько стоит паспорт")[0].title == knowledge.article("PASSPORT").name.ru


def test_unlike_scores_are_decided_and_like_ones_are_asked() -> None:
    assert decide([("A", 0.9), ("B", 0.4)]).kind == "sure"
    assert decide([("A", 0.9), ("B", 0.88)]).codes == ("A", "B")
    assert decide([("A", 0.9), ("B", 0.89), ("C", 0.88), ("D", 0.87)]).codes == ("A", "B", "C")
    assert len(decide([(str(n), 0.9) for n in range(9)]).codes) == CHOICES_MAX
    assert decide([("A", 0.1)]).kind == "none"


@pytest.mark.parametrize(
    ("question", "body"),
    [
        ("у нас пожар горит квартира", "FIRE"),
        ("үйіміз жанып жатыр", "FIRE"),
        ("пахнет газом в подъезде", "GAS"),
        ("отключили воду второй день", "CITY_IKOMEK"),
        ("жедел жәрдем шақыру керек", "AMBULANCE"),
        ("телефонымды ұрлап кетті", "POLICE"),
    ],
)
def test_finds_the_competent_body(knowledge: KnowledgeBase, question: str, body: str) -> None:
    found = knowledge.find_body(question, "ru")
    assert found is not None
    assert found.code == body


def test_unconfirmed_bodies_are_never_told(knowledge: KnowledgeBase) -> None:
    assert knowledge.find_body("хочу сообщить о коррупции", "ru") is None
