"""Owns finding the state body or service centre that a text names: the directory's names and what people call them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from kb.errors import KnowledgeError
from language import LANGUAGES
from language.detection import detect
from language.lemmas import lemmas, tokens
from language.normalisation import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from language import Language

_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True)
class AgencySpan:
    """A body named at `text[start:end]`; `code` is that of the directory or of `agencies.yml`."""

    code: str
    start: int
    end: int


class AgencyFinder:
    """Finds the names of bodies in a text by their lemmas, the longest name first."""

    def __init__(self, names: Iterable[tuple[str, str, Language]]) -> None:
        """Take `(code, name, language)` triples; the first code keeps a name that two have."""
        self._codes: dict[tuple[str, ...], str] = {}
        for code, name, language in names:
            for spelling in {_lemmas(name, language), _lemmas(name, "ru")}:
                self._codes.setdefault(spelling, code)
        self._longest = max(map(len, self._codes), default=0)
        self._beginnings = {spelling[0] for spelling in self._codes}

    @classmethod
    def load(cls, folder: Path = _FOLDER) -> AgencyFinder:
        """Read `agencies.yml` and `directory.yml` of a knowledge-base folder.

        Raises:
            KnowledgeError: a body in `agencies.yml` lacks names in a language.

        """
        names = [*_names(folder / "agencies.yml"), *_directory_names(folder / "directory.yml")]
        return cls((code, name, language) for code, language, name in names)

    def find(self, text: str) -> list[AgencySpan]:
        """Return the bodies that a text names, in order."""
        words = tokens(text, detect(text).language or "ru")
        spelt = [word.lemma for word in words]
        found = []
        place = 0
        while place < len(words):
            length = self._length_at(spelt, place) if spelt[place] in self._beginnings else 0
            if length:
                code = self._codes[tuple(spelt[place : place + length])]
                found.append(AgencySpan(code, words[place].start, words[place + length - 1].end))
            place += length or 1
        return found

    def _length_at(self, spelt: list[str], place: int) -> int:
        lengths = range(min(self._longest, len(spelt) - place), 0, -1)
        return next((length for length in lengths if tuple(spelt[place : place + length]) in self._codes), 0)


def _lemmas(name: str, language: Language) -> tuple[str, ...]:
    return tuple(lemmas(fold(name) if language == "ru" else name, language))


def _names(path: Path) -> Iterator[tuple[str, Language, str]]:
    for code, names in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader).items():
        if set(names) != set(LANGUAGES):
            raise KnowledgeError(f"{path}:1: expected names in {' and '.join(LANGUAGES)} for {code}, got {list(names)}")
        yield from ((code, language, name) for language in LANGUAGES for name in names[language])


def _directory_names(path: Path) -> Iterator[tuple[str, Language, str]]:
    """Yield the names alone: the schema of the whole directory needs more than the Rasa server's environment has."""
    for body in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["bodies"]:
        yield from ((body["code"], language, body["name"][language]) for language in LANGUAGES)
