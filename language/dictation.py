"""Numbers found in a text: typed in groups or dictated in words of either language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from language import kazakh, russian
from language.normalisation import fold
from language.number_words import KK_TENS, KK_UNITS, RU_HUNDREDS, RU_TEENS, RU_TENS, RU_UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True)
class NumberSpan:
    """Digits found at `text[start:end]`, leading zeros kept."""

    digits: str
    start: int
    end: int


_Kind = Literal["typed", "zero", "zeros", "unit", "teen", "ten", "hundred", "hundreds", "scale", "ordinal"]


class _Item(NamedTuple):
    """One group of typed digits or one number word, where it stands; the value of typed digits is that of an amount."""

    kind: _Kind
    value: int
    text: str
    start: int
    end: int


def _vocabulary() -> Iterator[tuple[str, _Kind, int]]:
    yield from ((word, "zero", 0) for word in ("ноль", "нуль", "нөл"))
    yield from ((word, "zeros", 0) for word in ("нуля", "ноля", "нулей", "нолей"))
    yield from ((word, "unit", value) for words in (RU_UNITS, KK_UNITS) for value, word in enumerate(words) if value)
    yield from (("одна", "unit", 1), ("одно", "unit", 1), ("две", "unit", 2))
    yield from ((word, "teen", value) for value, word in enumerate(RU_TEENS, start=10))
    yield from ((word, "ten", 10 * value) for value, word in enumerate(RU_TENS, start=2))
    yield from ((word, "ten", 10 * value) for value, word in enumerate(KK_TENS, start=1))
    yield from ((word, "hundreds", 100 * value) for value, word in enumerate(RU_HUNDREDS, start=1))
    yield ("жүз", "hundred", 100)
    yield from ((word, "scale", 1_000) for word in ("тысяча", "тысячи", "тысяч", "мың"))
    yield from ((word, "scale", 1_000_000) for word in ("миллион", "миллиона", "миллионов"))


_NUMBER_WORDS: dict[str, tuple[_Kind, int]] = {
    spelling: (kind, value)
    for word, kind, value in _vocabulary()
    for spelling in (fold(word), fold(word).replace("ь", ""))  # "пят": typed carelessly or in Latin letters
}
_MOST_TYPED_DIGITS = 3  # of an amount such as "25" in "25 тысяч"
_PRONOUN_TOO = "он"  # ten in Kazakh, "he" in Russian
_PAUSES = "тире|дефис|пробел|сызықша"

_TOKEN = re.compile(
    rf"\b(?:{_PAUSES})\b|(?P<digits>(?<![^\W_])[0-9]+)|(?P<word>(?<![^\W_])[^\W\d_]+(?:['’ʼ][^\W\d_]+)*)", re.IGNORECASE
)
_GAP = re.compile(rf"(?:[^\S\n]|[-–—()+]|\b(?:{_PAUSES})\b){{0,6}}", re.IGNORECASE)
_SPOKEN_GAP = re.compile(rf"(?:[^\S\n]|[-–—()+,]|\b(?:{_PAUSES})\b){{0,6}}", re.IGNORECASE)


def find_numbers(text: str) -> list[NumberSpan]:
    """Return the numbers of a text, typed or dictated, in order.

    Groups of digits and number words that follow each other are one number ("123 456-78 90", "ноль ноль двадцать пять
    сто три" is "0025103", "12 жиырма алты" is "1226"). Digits inside a code with letters ("KZ45VAA") and ordinals
    ("двадцать пятое") are left alone. An everyday "один" is found too: callers choose by length.

    A numeral takes all the words it can: "жеті жүз бір жүз жиырма үш" is 701 123.
    """
    items = [_item(match) for match in _TOKEN.finditer(text) if match.lastgroup]
    only_numbers = None not in items
    spans = (_span(run) for run in _runs(items, text) if only_numbers or not _is_pronoun(run))
    return [span for span in spans if span is not None]


def _item(match: re.Match[str]) -> _Item | None:
    """Read one token as part of a number; None for any other word."""
    text, start, end = match[0], match.start(), match.end()
    if match.lastgroup == "digits":
        return _Item("typed", int(text[:_MOST_TYPED_DIGITS]), text, start, end)
    folded = fold(text)
    if folded in _NUMBER_WORDS:
        kind, value = _NUMBER_WORDS[folded]
        return _Item(kind, value, folded, start, end)
    return _Item("ordinal", 0, folded, start, end) if _is_ordinal(folded) else None


@lru_cache(maxsize=10_000)
def _is_ordinal(folded: str) -> bool:
    kk = kazakh.analyse(folded)
    if kk is not None and kk.lemma in _NUMBER_WORDS and "нш" in kk.ending:
        return True
    return russian.is_known(folded) and "Anum" in russian.read(folded).grammemes


def _is_pronoun(run: list[_Item]) -> bool:
    return [item.text for item in run] == [_PRONOUN_TOO]


def _runs(items: Iterable[_Item | None], text: str) -> Iterator[list[_Item]]:
    """Yield the items that stand next to each other; an ordinal ends its run."""
    run: list[_Item] = []
    for item in items:
        if run and (item is None or run[-1].kind == "ordinal" or not _adjoin(run[-1], item, text)):
            yield run
            run = []
        if item is not None:
            run.append(item)
    if run:
        yield run


def _adjoin(left: _Item, right: _Item, text: str) -> bool:
    """Tell whether two items may be parts of one number; a comma joins dictated words but lists typed numbers."""
    gap = _GAP if left.kind == right.kind == "typed" else _SPOKEN_GAP
    return gap.fullmatch(text, left.end, right.start) is not None


def _span(run: list[_Item]) -> NumberSpan | None:
    dictation = _Dictation()
    for item, following in zip(run, [*run[1:], None], strict=True):
        dictation.hear(item, following)
    groups = dictation.groups
    if not groups:
        return None
    return NumberSpan("".join(group.digits for group in groups), groups[0].start, groups[-1].end)


# The room an addend needs below the last one, and the room it leaves: "сто" 1000, then "двадцать" 100, then "пять" 10.
_ADDENDS: dict[str, tuple[int, int]] = {
    "hundreds": (1_000, 100),
    "hundred": (1_000, 100),
    "ten": (100, 10),
    "teen": (100, 1),
    "unit": (10, 1),
    "typed": (1_000, 1),
}
_UNLIMITED = 1_000_000_000


class _Dictation:
    """Adds number words up while they can be one numeral, and starts the next group where they cannot."""

    def __init__(self) -> None:
        self._closed: list[NumberSpan] = []
        self._reset()

    def _reset(self) -> None:
        self._total = 0  # whole thousands and millions
        self._amount: int | None = None  # the part below a thousand
        self._room = 1_000  # the next addend must be below it
        self._scale = _UNLIMITED  # the next thousand or million must be below it
        self._lone_unit = False
        self._first: _Item | None = None
        self._last: _Item | None = None

    @property
    def groups(self) -> list[NumberSpan]:
        """The groups heard so far, the open one included."""
        self._close()
        return self._closed

    def hear(self, item: _Item, following: _Item | None) -> None:
        """Take the next item; `following` tells an amount ("25 тысяч") from digits."""
        if item.kind == "ordinal":
            self._reset()  # the open words belong to the ordinal
        elif item.kind == "scale":
            self._multiply(item)
        elif item.kind == "zeros" and self._lone_unit and self._amount is not None and self._first is not None:
            self._emit("0" * self._amount, self._first.start, item.end)
        elif item.kind in {"zero", "zeros"} or (item.kind == "typed" and not self._is_amount(item, following)):
            self._close()
            self._emit("0" if item.kind != "typed" else item.text, item.start, item.end)
        elif item.kind == "hundred" and self._lone_unit and self._amount is not None:
            self._set(self._amount * item.value, room=100, item=item)
        else:
            self._add(item)

    def _is_amount(self, item: _Item, following: _Item | None) -> bool:
        counts = following is not None and following.kind == "scale"
        completes = self._scale != _UNLIMITED and self._amount is None
        return (counts or completes) and len(item.text) <= _MOST_TYPED_DIGITS and not item.text.startswith("0")

    def _add(self, item: _Item) -> None:
        needed, left = _ADDENDS[item.kind]
        if self._room < needed:
            self._close()
        alone = item.kind == "unit" and self._amount is None
        self._set((self._amount or 0) + item.value, room=left, item=item)
        self._lone_unit = alone

    def _multiply(self, item: _Item) -> None:
        if item.value >= self._scale:
            self._close()
        total = self._total + (1 if self._amount is None else self._amount) * item.value
        self._set(None, room=1_000, item=item)
        self._total, self._scale = total, item.value

    def _set(self, amount: int | None, *, room: int, item: _Item) -> None:
        self._amount, self._room, self._lone_unit = amount, room, False
        self._first, self._last = self._first or item, item

    def _close(self) -> None:
        if self._first is not None and self._last is not None:
            self._emit(str(self._total + (self._amount or 0)), self._first.start, self._last.end)

    def _emit(self, digits: str, start: int, end: int) -> None:
        self._closed.append(NumberSpan(digits, start, end))
        self._reset()
