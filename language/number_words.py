"""Numbers as they are said: cardinals and ordinals in words, and the endings that agree with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from language import Language

CaseKind = Literal["dative", "ablative", "locative", "accusative", "genitive"]
LARGEST = 999_999_999

RU_UNITS = ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"]
RU_TEENS = [
    "десять",
    "одиннадцать",
    "двенадцать",
    "тринадцать",
    "четырнадцать",
    "пятнадцать",
    "шестнадцать",
    "семнадцать",
    "восемнадцать",
    "девятнадцать",
]
RU_TENS = ["двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"]
RU_HUNDREDS = ["сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"]
KK_UNITS = ["нөл", "бір", "екі", "үш", "төрт", "бес", "алты", "жеті", "сегіз", "тоғыз"]
KK_TENS = ["он", "жиырма", "отыз", "қырық", "елу", "алпыс", "жетпіс", "сексен", "тоқсан"]


def to_words(n: int, language: Language) -> str:
    """Return a cardinal from 0 to 999 999 999 in the nominative (Russian: masculine); ValueError outside that range."""
    if not 0 <= n <= LARGEST:
        raise ValueError(f"expected a number from 0 to {LARGEST}, got {n}")
    if n == 0:
        return (RU_UNITS if language == "ru" else KK_UNITS)[0]
    return " ".join(_ru_words(n) if language == "ru" else _kk_words(n))


def _ru_words(n: int) -> Iterator[str]:
    millions, thousands, rest = _by_thousands(n)
    if millions:
        yield from (*_ru_below_thousand(millions), ru_plural(millions, "миллион", "миллиона", "миллионов"))
    if thousands:
        feminine = {"один": "одна", "два": "две"}
        yield from (feminine.get(word, word) for word in _ru_below_thousand(thousands))
        yield ru_plural(thousands, "тысяча", "тысячи", "тысяч")
    yield from _ru_below_thousand(rest)


def _ru_below_thousand(n: int) -> Iterator[str]:
    hundreds, tens, units = n // 100, n // 10 % 10, n % 10
    if hundreds:
        yield RU_HUNDREDS[hundreds - 1]
    if tens == 1:
        yield RU_TEENS[units]
        return
    if tens:
        yield RU_TENS[tens - 2]
    if units:
        yield RU_UNITS[units]


def _kk_words(n: int) -> Iterator[str]:
    millions, thousands, rest = _by_thousands(n)
    if millions:
        yield from (*_kk_below_thousand(millions), "миллион")
    if thousands:
        # "мың" alone is a thousand, but inside a longer number its one is said
        yield from (() if thousands == 1 and not millions else _kk_below_thousand(thousands))
        yield "мың"
    yield from _kk_below_thousand(rest)


def _kk_below_thousand(n: int) -> Iterator[str]:
    hundreds, tens, units = n // 100, n // 10 % 10, n % 10
    if hundreds > 1:
        yield KK_UNITS[hundreds]
    if hundreds:
        yield "жүз"
    if tens:
        yield KK_TENS[tens - 1]
    if units:
        yield KK_UNITS[units]


def _by_thousands(n: int) -> tuple[int, int, int]:
    return n // 1_000_000, n // 1_000 % 1_000, n % 1_000


_RU_ORDINALS = {
    **dict(
        zip(
            RU_UNITS,
            ["нулевой", "первый", "второй", "третий", "четвёртый", "пятый", "шестой", "седьмой", "восьмой", "девятый"],
            strict=True,
        )
    ),
    **{word: f"{word[:-1]}ый" for word in (*RU_TEENS, *RU_TENS[:2])},
    "сорок": "сороковой",
    **dict(zip(RU_TENS[3:7], ["пятидесятый", "шестидесятый", "семидесятый", "восьмидесятый"], strict=True)),
    "девяносто": "девяностый",
    **dict(
        zip(
            RU_HUNDREDS,
            [
                "сотый",
                "двухсотый",
                "трёхсотый",
                "четырёхсотый",
                "пятисотый",
                "шестисотый",
                "семисотый",
                "восьмисотый",
                "девятисотый",
            ],
            strict=True,
        )
    ),
}
# What precedes "тысячный" and "миллионный": the genitive, but "сто", "девяносто" and "тысяча" keep their own form.
_RU_PREFIXES = {
    **dict(
        zip(RU_UNITS[1:], ["одно", "двух", "трёх", "четырёх", "пяти", "шести", "семи", "восьми", "девяти"], strict=True)
    ),
    **{word: f"{word[:-1]}и" for word in (*RU_TEENS, *RU_TENS[:2])},
    "сорок": "сорока",
    **dict(zip(RU_TENS[3:7], ["пятидесяти", "шестидесяти", "семидесяти", "восьмидесяти"], strict=True)),
    "девяносто": "девяносто",
    **dict(
        zip(
            RU_HUNDREDS,
            ["сто", "двухсот", "трёхсот", "четырёхсот", "пятисот", "шестисот", "семисот", "восьмисот", "девятисот"],
            strict=True,
        )
    ),
}
_KK_ORDINAL_IRREGULAR = {"жиырма": "жиырмасыншы", "қырық": "қырқыншы"}


def ordinal_words(n: int, language: Language) -> str:
    """Return an ordinal in words ("двадцать пятый", "жиырма бесінші"; Russian: masculine nominative).

    ValueError outside 0..999 999 999.
    """
    *before, last = to_words(n, language).split()
    if language == "kk":
        return " ".join((*before, _kk_ordinal(last)))
    if n and n % 1_000 == 0:
        return _ru_round_ordinal(n)
    return " ".join((*before, _RU_ORDINALS[last]))


def _ru_round_ordinal(n: int) -> str:
    """Say the ordinal of whole thousands or millions, where the count and its unit grow into one word."""
    millions, thousands, _ = _by_thousands(n)
    count, stem = (thousands, "тысячный") if thousands else (millions, "миллионный")
    head = to_words(n - thousands * 1_000, "ru") + " " if thousands and millions else ""
    prefix = "" if count == 1 else "".join(_RU_PREFIXES[word] for word in _ru_below_thousand(count))
    return f"{head}{prefix}{stem}"


def _kk_ordinal(word: str) -> str:
    if word in _KK_ORDINAL_IRREGULAR:
        return _KK_ORDINAL_IRREGULAR[word]
    close = "і" if _is_front(word) else "ы"
    return f"{word}{'' if word[-1] in _KK_VOWELS else close}нш{close}"


_KK_VOWELS = frozenset("аәеыіоөұү")  # not the у of "елу": endings follow it as they follow a consonant
_KK_FRONT = frozenset("әеіөү")
_KK_NASALS = frozenset("мнң")
_KK_VOICELESS = frozenset("кқпстш")
# First letter of the ending after a voiceless consonant, after a nasal, after a vowel and elsewhere, then its vowels.
_KK_CASES: dict[CaseKind, tuple[str, str, str, str, str, str]] = {
    "dative": ("қ", "ғ", "ғ", "ғ", "а", ""),
    "ablative": ("т", "н", "д", "д", "а", "н"),
    "locative": ("т", "д", "д", "д", "а", ""),
    "accusative": ("т", "д", "н", "д", "ы", ""),
    "genitive": ("т", "н", "н", "д", "ы", "ң"),
}
_FRONTED = str.maketrans("ыақғ", "іекг")


def kk_suffix(n: int, kind: CaseKind) -> str:
    """Return the case ending of a number in digits, without the hyphen: 5 dative is "ке" («5-ке»), 1 ablative "ден".

    The ending follows the last word of the spoken number. ValueError outside 0..999 999 999.
    """
    word = to_words(n, "kk").split()[-1]
    after_voiceless, after_nasal, after_vowel, elsewhere, vowel, coda = _KK_CASES[kind]
    first = elsewhere
    if word[-1] in _KK_VOICELESS:
        first = after_voiceless
    elif word[-1] in _KK_NASALS:
        first = after_nasal
    elif word[-1] in _KK_VOWELS:
        first = after_vowel
    ending = f"{first}{vowel}{coda}"
    return ending.translate(_FRONTED) if _is_front(word) else ending


def _is_front(word: str) -> bool:
    """Tell whether a number word takes front endings, by its last vowel."""
    return next((letter in _KK_FRONT for letter in reversed(word) if letter in _KK_VOWELS), False)


_PAUCAL = range(2, 5)
_TEEN = range(11, 15)


def ru_plural(n: int, one: str, few: str, many: str) -> str:
    """Return the Russian form that agrees with a count: 1 день, 2 дня, 5 дней, 11 дней, 21 день."""
    n = abs(n)
    if n % 100 in _TEEN:
        return many
    if n % 10 == 1:
        return one
    return few if n % 10 in _PAUCAL else many
