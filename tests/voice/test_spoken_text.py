from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.base import KnowledgeBase
from language import LANGUAGES
from voice_channel import phrases
from voice_channel.spoken_text.kazakh import with_ending
from voice_channel.spoken_text.sentences import sentences
from voice_channel.spoken_text.spelling import spelt_out

if TYPE_CHECKING:
    from language import Language

RUSSIAN = [
    ("0,2 МРП, то есть 865 тенге", "ноль целых две десятых эм-эр-пэ, то есть восемьсот шестьдесят пять тенге"),
    ("до 15 рабочих дней", "до пятнадцати рабочих дней"),
    ("от 1 до 6 месяцев", "от одного до шести месяцев"),
    ("2 страницы и 1 заявление", "две страницы и одно заявление"),
    ("по 50 диагнозам", "по пятидесяти диагнозам"),
    ("с 63 лет", "с шестидесяти трёх лет"),
    ("1 250 000 тенге", "один миллион двести пятьдесят тысяч тенге"),
    ("за 7–8 рабочих дней", "за семь или восемь рабочих дней"),
    ("за 7–15 рабочих дней", "за семь-пятнадцать рабочих дней"),
    ("срок 7–15 дней", "срок от семи до пятнадцати дней"),
    ("от 5,76 МРП до 8,9 МРП", "от пяти целых семидесяти шести сотых эм-эр-пэ до восьми целых девяти десятых эм-эр-пэ"),
    ("стоит 1,25 МРП", "стоит одну целую двадцать пять сотых эм-эр-пэ"),
    ("стоит 1 725 тенге", "стоит одну тысячу семьсот двадцать пять тенге"),
    ("Пошлина: 1 МРП", "Пошлина: один эм-эр-пэ"),
    ("за 1 неделю", "за одну неделю"),
    ("с 1 апреля по 31 августа", "с первого апреля по тридцать первое августа"),
    ("до 1998 года", "до тысяча девятьсот девяносто восьмого года"),
    ("в спецЦОНе или ЦОНе", "в спеццоне или цоне"),
    ("с 24 ноября 2025 года", "с двадцать четвёртого ноября две тысячи двадцать пятого года"),
    ("в 2025 году", "в две тысячи двадцать пятом году"),
    ("С 15.03.2026", "С пятнадцатого марта две тысячи двадцать шестого года"),
    ("Вы 11-й в очереди", "Вы одиннадцатый в очереди"),
    ("в 2-х случаях", "в двух случаях"),
    ("5 %", "пять процентов"),
    ("1414", "четырнадцать четырнадцать"),
    ("и 8 800 080 7777", "и восемь, восемьсот, ноль восемьдесят, семьдесят семь, семьдесят семь"),
    ("номер 002610450022", "номер ноль ноль два, шесть один ноль, четыре пять ноль, ноль два два"),
    ("на https://egov.kz/cms/ru", "на и-гов точка кей-зет"),
    ("SMS-паролем и ЭЦП", "эсэмэс-паролем и э-цэ-пэ"),
]  # fmt: skip
KAZAKH = [
    ("1-ден 5-ке дейін", "бірден беске дейін"),
    ("102-ге хабарлаңыз", "жүз екіге хабарлаңыз"),
    ("0,2 АЕК, яғни 865 теңге", "нөл бүтін оннан екі айлық есептік көрсеткіш, яғни сегіз жүз алпыс бес теңге"),
    ("15-тен 30 жұмыс күніне", "он бестен отыз жұмыс күніне"),
    ("1414-тен SMS келеді", "он төрт он төрттен эсэмэс келеді"),
    ("2025 жылғы 24 қарашадан", "екі мың жиырма бесінші жылғы жиырма төртінші қарашадан"),
    ("15.03.2026 күнінен", "екі мың жиырма алтыншы жылғы он бесінші наурыз күнінен"),
    ("1 қыркүйектен", "бірінші қыркүйектен"),
    ("7–8 жұмыс күнінде", "жеті-сегіз жұмыс күнінде"),
    ("7–15 жұмыс күнінде", "жетіден он беске дейінгі жұмыс күнінде"),
    ("11-орындасыз", "он бірінші орындасыз"),
    ("3-ші топ", "үшінші топ"),
    ("ХҚКО-да", "халыққа қызмет көрсету орталығында"),
    ("ХҚКО-ға", "халыққа қызмет көрсету орталығына"),
    ("ЖСН-ін", "жеке сәйкестендіру нөмірін"),
    ("ЭЦҚ-мен", "электрондық цифрлық қолтаңбамен"),
    ("SMS-ке", "эсэмэске"),
    ("eGov Mobile-дан", "и-гов мобайлдан"),
    ("8 800 080 7777", "сегіз, сегіз жүз, нөл сексен, жетпіс жеті, жетпіс жеті"),
    ("5 %", "бес пайыз"),
]
UNSPEAKABLE = re.compile(r"[0-9A-Za-z%№₸&{}<>_/]|[А-ЯЁӘІҢҒҮҰҚӨҺ]{2}|\b[бвгджзклмнпрстфхцчшщқғң]{2,}\b")
"""Digits, signs, Latin, abbreviations left in capitals, and words that nobody could say."""


@pytest.mark.parametrize(("written", "said"), RUSSIAN)
def test_russian_is_said_as_people_say_it(written: str, said: str) -> None:
    assert spelt_out(written, "ru") == said


@pytest.mark.parametrize(("written", "said"), KAZAKH)
def test_kazakh_is_said_as_people_say_it(written: str, said: str) -> None:
    assert spelt_out(written, "kk") == said


@pytest.mark.parametrize(
    ("word", "written", "said"),
    [("алты", "дан", "алтыдан"), ("жиырма", "ге", "жиырмаға"), ("тоғыз", "те", "тоғызда"), ("елу", "ке", "елуге")],
)
def test_a_kazakh_ending_follows_the_word_and_not_what_was_written(word: str, written: str, said: str) -> None:
    assert with_ending(word, written, possessed=False) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_the_knowledge_base_says_on_the_phone_is_speakable(language: Language) -> None:
    knowledge = KnowledgeBase.load()
    services = knowledge.services(language)
    assert len(services) >= 64
    said = [
        spelt_out(sentence, language)
        for service in services
        for fact in knowledge.article(service.code).aspects.values()
        for sentence in sentences(knowledge.render(getattr(fact, language).short, language, spoken=True))
    ]
    assert len(said) > 200
    assert [text for text in said if UNSPEAKABLE.search(text)] == []


def test_the_lines_own_sentences_are_speakable() -> None:
    said = [spelt_out(text, language) for text, language in phrases.spoken()]
    assert len(said) >= 30
    assert [text for text in said if UNSPEAKABLE.search(text)] == []


@given(st.text(max_size=300), st.sampled_from(LANGUAGES))
def test_any_text_can_be_said(text: str, language: Language) -> None:
    for sentence in sentences(text):
        assert not re.search(r"[0-9]", re.sub(r"[^\x00-\x7f]", "", spelt_out(sentence, language)))


def test_sentences_end_where_they_end() -> None:
    text = "Паспорт готов. Идите на ул. Абая, д. 5 в г. Астана. Стоит 1.5 МРП? Да!\n• Первое\n• Второе"
    assert sentences(text) == [
        "Паспорт готов.",
        "Идите на ул. Абая, д. 5 в г. Астана.",
        "Стоит 1.5 МРП?",
        "Да!",
        "Первое",
        "Второе",
    ]


@given(st.text(alphabet="абв ,.!\n", max_size=800))
def test_no_word_is_lost_between_sentences(text: str) -> None:
    assert "".join(re.findall(r"\w", " ".join(sentences(text)))) == "".join(re.findall(r"\w", text))
