"""Owns what differs between two versions of an article, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from kb.rows import COLUMNS

if TYPE_CHECKING:
    from kb.rows import Row

_WORDS: Final = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Segment:
    """A run of text; `changed` when the other version does not have it."""

    text: str
    changed: bool


@dataclass(frozen=True)
class Change:
    """One cell that differs: as it was and as it is."""

    column: str
    before: tuple[Segment, ...]
    after: tuple[Segment, ...]


def changes(before: Row, after: Row) -> list[Change]:
    """Return the cells that differ, in the order of the columns; an absent cell is an empty one."""
    return [
        _change(column, before.get(column, ""), after.get(column, ""))
        for column in COLUMNS
        if before.get(column, "") != after.get(column, "")
    ]


def _change(column: str, before: str, after: str) -> Change:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    left: list[Segment] = []
    right: list[Segment] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(str.isspace, old, new, autojunk=False).get_opcodes():
        if i2 > i1:
            left.append(Segment("".join(old[i1:i2]), changed=kind != "equal"))
        if j2 > j1:
            right.append(Segment("".join(new[j1:j2]), changed=kind != "equal"))
    return Change(column, tuple(left), tuple(right))


@dataclass(frozen=True)
class Merge:
    """Two people's work on the same version, put together."""

    cells: dict[str, str]
    """Everything that either of them changed; where both did, what is mine."""
    taken: tuple[str, ...]
    """Columns that only the other changed."""
    disputed: tuple[str, ...]
    """Columns that both changed, differently."""


def merge(base: Row, theirs: Row, mine: Row) -> Merge:
    """Bring my changes of `base` together with those that someone else saved first."""
    cells, taken, disputed = dict(mine), [], []
    for column in COLUMNS:
        old, other, own = (row.get(column, "") for row in (base, theirs, mine))
        if other in (old, own):
            continue
        if own == old:
            cells[column] = other
            taken.append(column)
        else:
            disputed.append(column)
    return Merge(cells, tuple(taken), tuple(disputed))
