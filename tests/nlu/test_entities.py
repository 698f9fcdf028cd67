from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message

from nlu.entities import AspectTagger, IdentifierExtractor, LanguageTagger, MentionExtractor

Found = list[tuple[str, str]]


def identifiers(text: str) -> Found:
    extractor = IdentifierExtractor(IdentifierExtractor.get_default_config())
    message = extractor.process([Message.build(text)])[0]
    return [(each["entity"], each["value"]) for each in message.get("entities", [])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("номер 1002457890", [("application_number", "1002457890")]),
        ("4411-2098-335", [("application_number", "44112098335")]),
        ("100 245 789 01", [("application_number", "10024578901")]),
        (
            "ноль ноль два четыре семь пять один один восемь девять",
            [("application_number", "0024751189")],
        ),
        ("нөл бір нөл екі үш тоғыз тоғыз сегіз бір бір нөл", [("application_number", "01023998110")]),
        ("kz45 vaa 00128877", [("application_number", "KZ45VAA00128877")]),
        ("KZ45VAA-00128877 қайда", [("application_number", "KZ45VAA00128877")]),
        ("звоните 1414 или 102", []),
        ("ставлю пять", []),
        ("подал 12.05.2024", []),
        ("сколько стоит паспорт", []),
        ("", []),
    ],
)
def test_identifying_numbers(text: str, expected: Found) -> None:
    assert identifiers(text) == expected


def test_twelve_digits_may_be_an_iin_or_an_application_number() -> None:
    assert identifiers("иин 860412300124") == [("application_number", "860412300124"), ("iin", "860412300124")]


@pytest.mark.parametrize(("iin", "valid"), [("791028302728", True), ("791028302729", False), ("799928302728", False)])
def test_an_iin_says_whether_there_can_be_such_a_number(iin: str, *, valid: bool) -> None:
    extractor = IdentifierExtractor(IdentifierExtractor.get_default_config())
    found = extractor.process([Message.build(f"мой ИИН {iin}")])[0].get("entities")
    assert [each["valid"] for each in found if each["entity"] == "iin"] == [valid]


@pytest.fixture(scope="module")
def mentions() -> MentionExtractor:
    return MentionExtractor({})


def mentioned(extractor: MentionExtractor, text: str) -> Found:
    message = extractor.process([Message.build(text)])[0]
    return [(each["entity"], each["value"]) for each in message.get("entities", [])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "15 марта 2026 года в цоне города Алматы Иванова Айгуль Болатовна нахамила",
            [
                ("date", "2026-03-15"),
                ("agency", "цоне города Алматы"),
                ("person", "Иванова Айгуль Болатовна"),
            ],
        ),
        (
            "2026 жылғы 3 мамырда Алматы ХҚКО-да Серікбаева Гүлнар Маратқызы дөрекі сөйледі",
            [("date", "2026-05-03"), ("agency", "Алматы ХҚКО-да"), ("person", "Серікбаева Гүлнар Маратқызы")],
        ),
        ("он бесінші наурызда әкімдікке бардым", [("date", "он бесінші наурызда"), ("agency", "әкімдікке")]),
        ("Қарағанды қаласының әкімдігі", [("agency", "Қарағанды қаласының әкімдігі")]),
        ("адрес цона в Караганде", [("agency", "цона"), ("city", "Караганда")]),
        ("Өскеменде тұрамын", [("city", "Усть-Каменогорск")]),
        ("инспекцию труда и налоговую", [("agency", "инспекцию труда"), ("agency", "налоговую")]),
        ("сколько стоит паспорт на 10 лет", []),
        ("май мен нан алдым", []),
        ("", []),
    ],
)
def test_what_a_story_tells_of_when_where_and_whom(mentions: MentionExtractor, text: str, expected: Found) -> None:
    assert mentioned(mentions, text) == expected


@pytest.mark.parametrize(("text", "days"), [("вчера", -1), ("бүгін", 0), ("үш күн бұрын", -3)])
def test_a_day_is_counted_from_today_in_kazakhstan(mentions: MentionExtractor, text: str, days: int) -> None:
    zone = ZoneInfo("Asia/Almaty")
    around = {datetime.now(zone).date()}
    found = mentioned(mentions, text)
    around |= {datetime.now(zone).date()}  # midnight may pass between
    assert found in [[("date", (today + timedelta(days=days)).isoformat())] for today in around]


@pytest.mark.parametrize(
    ("text", "code"),
    [("халыққа қызмет көрсету орталығында", "SERVICE_CENTRE"), ("в ЦОНе", "SERVICE_CENTRE"), ("полициядан", "POLICE")],
)
def test_an_agency_carries_its_code(mentions: MentionExtractor, text: str, code: str) -> None:
    (entity,) = mentions.process([Message.build(text)])[0].get("entities")
    assert entity["code"] == code


def test_several_numbers_are_told_in_the_order_they_stand_in() -> None:
    values = [value for _, value in identifiers("заявки KZ45VAA00128877 и 1002457890")]
    assert values == ["KZ45VAA00128877", "1002457890"]


def test_the_pattern_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPLICATION_NUMBER_PATTERN", r"\d{4}")
    assert identifiers("номер 2045") == [("application_number", "2045")]
    assert identifiers("номер 1002457890") == []


def test_entities_point_into_the_text() -> None:
    text = "мой номер ноль ноль два четыре семь пять один один восемь девять вот"
    message = IdentifierExtractor(IdentifierExtractor.get_default_config()).process([Message.build(text)])[0]
    (entity,) = message.get("entities")
    assert text[entity["start"] : entity["end"]] == "ноль ноль два четыре семь пять один один восемь девять"


@pytest.mark.parametrize(
    ("text", "aspect"), [("какие документы нужны для паспорта", "documents"), ("паспорт қанша тұрады", "cost")]
)
def test_a_procedure_question_gets_its_aspect_and_other_messages_none(text: str, aspect: str) -> None:
    tagger = AspectTagger({})
    question = Message.build(text)
    question.set(INTENT, {"name": "ask_service_procedure", "confidence": 1.0})
    greeting = Message.build(text)
    greeting.set(INTENT, {"name": "greet", "confidence": 1.0})
    tagger.process([question, greeting])
    assert [each["value"] for each in question.get("entities")] == [aspect]
    assert greeting.get("entities") is None


@pytest.mark.parametrize(
    ("text", "metadata", "language"),
    [
        ("паспортты қалай аламын", {}, "kk"),
        ("как получить паспорт", {}, "ru"),
        ("как получить паспорт", {"language": "kk"}, "kk"),
        ("100245789013", {"language": "ru"}, "ru"),
    ],
)
def test_the_contact_centres_word_on_the_language_beats_detection(
    text: str, metadata: dict[str, str], language: str
) -> None:
    message = Message({"text": text, "metadata": metadata})
    LanguageTagger({}).process([message])
    assert [each["value"] for each in message.get("entities")] == [language]


def test_a_number_alone_has_no_language() -> None:
    message = LanguageTagger({}).process([Message.build("100245789013")])[0]
    assert message.get("entities") is None


def test_entities_found_before_are_kept() -> None:
    message = Message.build("мой номер 1002457890")
    for tagger in (IdentifierExtractor(IdentifierExtractor.get_default_config()), LanguageTagger({})):
        tagger.process([message])
    assert [each["entity"] for each in message.get("entities")] == ["application_number", "language"]
