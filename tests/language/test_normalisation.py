"""What people type, made safe and comparable."""

from __future__ import annotations

import pytest

from language.normalisation import clean, fold, from_latin


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("  как \t получить   справку ", "как получить справку"),
        ("первая\r\n\r\n\r\n\r\nвторая \n третья", "первая\n\nвторая\nтретья"),
        ("а\x00б\x07в", "абв"),
        ("\u202eатепсо\u202c", "атепсо"),
        ("ку\u200bә\u200dлік\ufeff", "куәлік"),
        ("и\u0306", "й"),
        ("одна\u2028две", "одна\nдве"),
        ("сло\ud800во", "сло\ufffdво"),
        ("👍 рахмет", "👍 рахмет"),
        ("", ""),
    ],
)
def test_clean(typed: str, expected: str) -> None:
    assert clean(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Жеке КУӘЛІК", "жеке куалик"),
        ("әғқңөұүһі", "агкноуухи"),
        ("Ребёнок", "ребенок"),
        ("дааааа", "даа"),
        ("ИИН 0005551111", "иин 0005551111"),
        ("cпpaвкa", "справка"),
        ("куəлiк", "куалик"),
        ("КУƏЛIК", "куалик"),
        ("egovқа", "еговка"),
        ("SMSті", "смсти"),
        ("ЦОН-ға, 5-ке!", "цон-га, 5-ке!"),
        ("kualik", "куалик"),
    ],
)
def test_fold(typed: str, expected: str) -> None:
    assert fold(typed) == expected


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        # Kazakh as people type it
        ("qalai", "калай"),
        ("alamyn", "аламын"),
        ("qujat", "кужат"),
        ("zheke", "жеке"),
        ("jeke", "жеке"),
        ("otinish", "отиниш"),
        ("auyl", "ауыл"),
        ("jiyrma", "жиырма"),
        ("salemetsiz", "салеметсиз"),
        ("mening", "менин"),
        ("engizu", "енгизу"),
        ("töleu", "толеу"),
        ("tolew", "толеу"),
        ("şağym", "шагым"),
        ("meniñ", "менин"),
        ("qazaqsha", "казакша"),
        # its official alphabets: 2017, 2018, 2021
        ("s'ag'ym", "шагым"),
        ("ba'ri", "бари"),
        ("kýálik", "куалик"),
        ("qaıda", "кайда"),
        ("bılım", "билим"),
        # Russian
        ("kak", "как"),
        ("poluchit'", "получить"),
        ("spravku", "справку"),
        ("zdravstvuyte", "здравствуйте"),
        ("udostoverenie", "удостоверение"),
        ("zayavlenie", "заявление"),
        ("zhaloba", "жалоба"),
        ("litsenziya", "лицензия"),
        ("registraciya", "регистрация"),
        ("detskiy", "детский"),
        ("novyy", "новый"),
        ("detsad", "детсад"),
        ("mojno", "можно"),
        ("eto", "это"),
        ("eschyo", "еще"),
        ("sem'ya", "семья"),
        ("con", "цон"),
        ("ecp", "эцп"),
        ("online", "онлайн"),
    ],
)
def test_from_latin(latin: str, cyrillic: str) -> None:
    assert from_latin(latin) == cyrillic
    assert from_latin(latin.capitalize()) == cyrillic


def test_three_spellings_of_kazakh_are_one_word() -> None:
    assert len({fold(word) for word in ("балабақшаға", "балабакшага", "balabaqshaga", "balabaqşağa")}) == 1
