"""Owns the errors of the knowledge base."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.problems import Problem
    from kb.tables import Revision


class KnowledgeError(ValueError):
    """A file of the knowledge base cannot be used; the message reads `file:line: what is wrong`."""


class UnknownServiceError(LookupError):
    """No article has this service code."""


class UnknownRevisionError(LookupError):
    """An article has no revision with this number."""


class CodeTakenError(ValueError):
    """A new article has the code of one that there is."""


class EditConflictError(Exception):
    """Someone saved first: `head` is the revision that the editor has not seen."""

    def __init__(self, head: Revision) -> None:
        super().__init__(f"{head.code}: revision {head.number} by {head.author} came first")
        self.head = head


class WrongStateError(Exception):
    """A revision is not where this step can be taken, for example because someone else took it already."""


class OwnWorkError(Exception):
    """The reviewer wrote a part of what is under review."""


class UnfinishedError(Exception):
    """An article that does not pass the checks cannot go on; `problems` name what is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = tuple(problems)
