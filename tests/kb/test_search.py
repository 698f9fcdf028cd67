from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.search import CHOICES_MAX, Match, PhraseIndex, decide

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from language import Language


@pytest.mark.parametrize(
    ("question", "language", "code"),
    [
        ("а если квартира горит", "ru", "FIRE"),
        ("балам дем алмай жатса ше", "kk", "AMBULANCE"),
        ("пособие после инсульта", "ru", None),
        ("участковый врач", "ru", None),
    ],
)
def test_an_emergency_is_a_whole_topic(
    knowledge: KnowledgeBase, question: str, language: Language, code: str | None
) -> None:
    found = knowledge.find_emergency(question, language)
    assert (found and found.code) == code


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("а загранпаспорт", True),
        ("zagranpasport skolko", True),
        ("төлқұжат алсам деп едім", True),
        ("а если я за границей", False),
        ("сколько стоит", False),
        ("", False),
    ],
)
def test_a_service_is_named_by_a_whole_name_only(knowledge: KnowledgeBase, question: str, *, named: bool) -> None:
    assert ("PASSPORT" in knowledge.named(question)) is named


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


@pytest.mark.parametrize(
    ("question", "service"),
    [
        ("прописка", "RES_REG"),
        ("права", "DRV_LIC"),
        ("ЭЦҚ", "EDS"),
        ("закрыть ип", "IP_CLOSE"),
        ("открыть ип", "IP_REG"),
        ("пропискадан шығу", "RES_DEREG"),
        ("zhk zhabu", "IP_CLOSE"),
    ],
)
def test_a_known_name_is_taken_for_sure(knowledge: KnowledgeBase, question: str, service: str) -> None:
    assert knowledge.find_service(question) == Match("sure", (service,))


@pytest.mark.parametrize(
    "question",
    ["лицензия на рыбалку", "страховка на машину осаго", "қытайға виза алу", "вырубка деревьев разрешение"],
)
def test_a_service_that_is_not_ours_is_never_answered_for_sure(knowledge: KnowledgeBase, question: str) -> None:
    assert knowledge.find_service(question).kind != "sure"


@pytest.mark.parametrize("question", ["пособие", "жәрдемақы", "справка", "анықтама", "очередь", "кезек", "техпаспорт"])
def test_a_word_that_many_services_share_is_not_enough(knowledge: KnowledgeBase, question: str) -> None:
    assert knowledge.find_service(question).kind != "sure"


@pytest.mark.parametrize(
    "question",
    [
        "сколько стоит справка",
        "дайте справку",
        "справка о составе семьи",
        "где получить разрешение",
        "мне нужна выписка",
        "какие выплаты мне положены",
        "подать заявление онлайн",
        "анықтама қанша тұрады",
        "лицензия қанша тұрады",
        "маған не тиесілі",
    ],
)
def test_the_kind_of_a_paper_or_payment_is_asked_about(knowledge: KnowledgeBase, question: str) -> None:
    assert knowledge.find_service(question).kind == "choice"


@pytest.mark.parametrize(
    ("question", "service"),
    [
        ("сколько стоит справка о несудимости", "NOCRIM"),
        ("пособие на рождение", "BIRTH_ALLOW"),
        ("очередь в садик", "KINDERGARTEN"),
        ("регистрация машины", "VEH_REG"),
        ("сотталмағаны туралы анықтама", "NOCRIM"),
        ("көлікті тіркеуге қою", "VEH_REG"),
    ],
)
def test_what_the_paper_says_or_the_payment_is_for_tells_it_apart(
    knowledge: KnowledgeBase, question: str, service: str
) -> None:
    found = knowledge.find_service(question)
    assert (found.kind, found.codes) == ("sure", (service,))


@pytest.mark.parametrize(
    ("question", "aspect"),
    [
        ("зейнетке қашан шығамын (әйелмін)", "eligibility"),
        ("во сколько лет женщине на пенсию", "eligibility"),
        (
            "Мы переехали, документов полная папка, за садик платили. Сколько ждать места?",
            "term",
        ),
        ("дистанционно встать в очередь на садик", "online"),
    ],
)
def test_the_asking_sentence_tells_the_aspect(knowledge: KnowledgeBase, question: str, aspect: str) -> None:
    assert knowledge.aspect_of(question) == aspect


@pytest.mark.parametrize(
    "question",
    ["сколько стоит", "қандай құжаттар керек", "онлайн можно?", "какие документы нужны на крокодила"],
)
def test_words_of_any_question_name_no_service(knowledge: KnowledgeBase, question: str) -> None:
    assert knowledge.find_service(question).kind == "none"


@pytest.fixture
def index() -> PhraseIndex:
    return PhraseIndex([("GLIDER", "права на дельтаплан", "ru"), ("BOAT", "права на катер", "ru")])


def best(index: PhraseIndex, question: str) -> str | None:
    return next((owner for owner, _ in index.rank(question)), None)


def test_a_replaced_service_is_found_by_its_new_names_only(index: PhraseIndex) -> None:
    index.replace("BOAT", [("удостоверение судоводителя", "ru"), ("кеме жүргізуші куәлігі", "kk")])
    assert best(index, "потерял удостоверение судаводителя") == "BOAT"
    assert best(index, "кеме жургизуши куалиги") == "BOAT"
    assert best(index, "катер") is None
    assert best(index, "дельтаплан") == "GLIDER"


def test_a_new_service_is_found_and_a_forgotten_one_is_not(index: PhraseIndex) -> None:
    index.replace("BALLOON", [("полёт на воздушном шаре", "ru")])
    assert best(index, "хочу полетать на воздушном шаре") == "BALLOON"
    index.replace("BALLOON", [])
    assert best(index, "воздушный шар") is None
    for owner in ("GLIDER", "BOAT"):
        index.replace(owner, [])
    assert index.rank("дельтаплан") == []


def test_an_index_ranks_alike_however_it_came_to_its_names(index: PhraseIndex) -> None:
    changed = PhraseIndex([("GLIDER", "что-то иное", "ru")])
    changed.replace("BOAT", [("права на катер", "ru")])
    changed.replace("GLIDER", [("права на дельтаплан", "ru")])
    for question in ("права на катер", "дельтоплан", "права"):
        assert dict(changed.rank(question)) == pytest.approx(dict(index.rank(question)))


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
