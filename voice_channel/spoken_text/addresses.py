"""Owns reading internet addresses: as words with «точка» or «нүкте», never letter by letter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from language import Language

_ADDRESS: Final = re.compile(
    r"(?:https?://)?(?:www\.)?((?:[A-Za-z0-9-]+\.)+(?:kz|ru|com|org|net|gov))(?:/[^\s,;)»]*)?(?![\w@])", re.IGNORECASE
)
_DOT: Final = {"ru": "точка", "kk": "нүкте"}
_KNOWN: Final = {"kz": "кей-зет", "ru": "ру", "com": "ком", "egov": "и-гов", "gov": "гов", "org": "орг", "net": "нет"}
_DIGRAPHS: Final = (("shch", "щ"), ("sh", "ш"), ("ch", "ч"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ya", "я"))
_LETTERS: Final = str.maketrans(
    dict(
        zip(
            "abcdefghijklmnopqrstuvwxyz",
            [
                "а",
                "б",
                "к",
                "д",
                "е",
                "ф",
                "г",
                "х",
                "и",
                "дж",
                "к",
                "л",
                "м",
                "н",
                "о",
                "п",
                "к",
                "р",
                "с",
                "т",
                "у",
                "в",
                "в",
                "кс",
                "и",
                "з",
            ],
            strict=True,
        )
    )
)


def addresses_spelt_out(text: str, language: Language) -> str:
    """Return the text with every internet address in words; what follows the host is not said."""

    def host(match: re.Match[str]) -> str:
        return f" {_DOT[language]} ".join(_KNOWN.get(part, cyrillic(part)) for part in match[1].lower().split("."))

    return _ADDRESS.sub(host, text)


def cyrillic(latin: str) -> str:
    """Return a Latin word in letters that both voices can read."""
    word = latin.lower()
    for digraph, letter in _DIGRAPHS:
        word = word.replace(digraph, letter)
    return word.translate(_LETTERS)
