"""Owns what the project says in each language: questions people ask (NLU data) and answers of the knowledge base."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

import yaml

from models.speech.recipe.project import ARTICLES, NLU

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.speech.languages import Language

Source = Literal["nlu", "kb", "alias", "phrase", "digits"]
_ENTITY = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


class Text(NamedTuple):
    """One line as it is written, and where it comes from."""

    source: Source
    written: str


def project_texts(language: Language) -> Iterator[Text]:
    """Yield every line of the NLU data and of the knowledge base, in a fixed order."""
    for path in sorted((NLU / language).glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in block.get("examples", "").splitlines():
                yield Text("nlu", _ENTITY.sub(r"\1", line.removeprefix("- ")))
    for path in sorted(ARTICLES.glob("*.yml")):
        article = yaml.safe_load(path.read_text(encoding="utf-8"))
        yield from (Text("alias", line) for line in (article["spoken"][language], *article["aliases"][language]))
        for line in (article["name"][language], *(aspect[language]["short"] for aspect in article["aspects"].values())):
            yield from (Text("kb", sentence) for sentence in _SENTENCE_END.split(line))
