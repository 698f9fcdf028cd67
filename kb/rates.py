"""Owns the monthly calculation index (МРП, АЕК) and how an amount given in it is written in a text."""

from __future__ import annotations

import re
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Final

import yaml

from kb.errors import KnowledgeError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from language import Language

_PLACEHOLDER: Final = re.compile(r"\{mrp:(\d+(?:\.\d+)?)\}")
_UNIT: Final[Mapping[Language, str]] = {"ru": "МРП", "kk": "АЕК"}
_THAT_IS: Final[Mapping[Language, str]] = {"ru": "то есть", "kk": "яғни"}
_CURRENCY: Final[Mapping[Language, str]] = {"ru": "тенге", "kk": "теңге"}


def read_rates(path: Path) -> dict[int, int]:
    """Return tenge by year.

    Raises:
        KnowledgeError: the file is not a mapping of years to whole amounts.

    """
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    if not isinstance(content, dict) or not all(
        isinstance(year, int) and isinstance(tenge, int) for year, tenge in content.items()
    ):
        raise KnowledgeError(f"{path}:1: expected lines of the form «2026: 4325»")
    return content


def _spaced(amount: int) -> str:
    return f"{amount:,}".replace(",", " ")


def render(text: str, language: Language, tenge: int | None, *, spoken: bool) -> str:
    """Replace each `{mrp:N}` by the multiple and, when the year's index `tenge` is known, by the amount in tenge.

    The amount is rounded down to whole tenge, as the fees of 2026 are published (1,25 МРП = 5 406 тенге). A `spoken`
    text joins the two with a word, a text for the screen with brackets.
    """

    def written(match: re.Match[str]) -> str:
        multiple = Decimal(match.group(1))
        words = f"{str(multiple).replace('.', ',')} {_UNIT[language]}"
        if tenge is None:
            return words
        amount = int((multiple * tenge).to_integral_value(ROUND_FLOOR))
        money = f"{_spaced(amount)} {_CURRENCY[language]}"
        return f"{words}, {_THAT_IS[language]} {money}" if spoken else f"{words} ({money})"

    return _PLACEHOLDER.sub(written, text)
