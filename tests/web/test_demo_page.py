"""The demo page as a document: both languages everywhere, nothing that the content policy would refuse."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise

import pytest

from web.site import FOLDER

_VOID = {"meta", "link", "path", "br"}


class _Document(HTMLParser):
    """Every element with its attributes, and every text with the language that it is marked with."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str | None, str]] = []
        self._open: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag not in _VOID:
            self._open.append((tag, attributes.get("lang")))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        languages = [language for tag, language in self._open if language and tag != "html"]
        if data.strip() and "title" not in {tag for tag, _ in self._open}:
            self.texts.append((languages[-1] if languages else None, data.strip()))


@pytest.fixture(scope="module")
def document() -> _Document:
    document = _Document()
    document.feed((FOLDER / "index.html").read_text(encoding="utf-8"))
    return document


def test_every_sentence_is_there_in_kazakh_and_in_russian(document: _Document) -> None:
    kazakh = [text for language, text in document.texts if language == "kk"]
    russian = [text for language, text in document.texts if language == "ru"]
    assert len(kazakh) == len(russian) > 30
    assert {text for language, text in document.texts if language is None} == {"1414", "8 800 080 7777"}
    assert [
        tag for tag, attributes in document.elements if ("data-ask-kk" in attributes) ^ ("data-ask-ru" in attributes)
    ] == []


def test_nothing_needs_more_than_the_strict_content_policy(document: _Document) -> None:
    for tag, attributes in document.elements:
        assert tag not in {"style", "iframe", "img"}
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert tag != "script" or attributes["src"]
        for name in ("src", "href"):
            assert "//" not in (attributes.get(name) or ""), "another origin"


def test_headings_go_down_step_by_step(document: _Document) -> None:
    levels = [int(tag[1]) for tag, _ in document.elements if tag in {"h1", "h2", "h3"}]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
