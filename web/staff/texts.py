"""Owns the words of the staff pages: texts.yml beside the templates, and one more in each folder of templates.

A key is the path through the file, with dots; a folder's own file is found under the folder's name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml

from language import LANGUAGES, Language

TEMPLATES: Final = Path(__file__).parents[1] / "templates" / "staff"
_FILE: Final = "texts.yml"


class MissingTextError(LookupError):
    """There is no text under this key in this language."""


def text(key: str, language: Language, /, **values: object) -> str:
    """Return the text `key`, with `{…}` filled in.

    Raises:
        MissingTextError: texts.yml has no such key.

    """
    try:
        template = _TEXTS[key][language]
    except KeyError:
        raise MissingTextError(f"{key} ({language})") from None
    return template.format(**values)


def below(place: str, language: Language) -> dict[str, str]:
    """Return the texts under `place`, by what follows it in their keys, for scripts that fill in `{…}` themselves."""
    start = f"{place}."
    return {key.removeprefix(start): words[language] for key, words in _TEXTS.items() if key.startswith(start)}


def keys() -> frozenset[str]:
    """Return every key there is."""
    return frozenset(_TEXTS)


def _load() -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = {}
    for path in sorted(TEMPLATES.rglob(_FILE)):
        folder = path.parent.relative_to(TEMPLATES).parts
        _collect(yaml.safe_load(path.read_text(encoding="utf-8")), folder, texts)
    return texts


def _collect(node: object, place: tuple[str, ...], texts: dict[str, dict[str, str]]) -> None:
    if not isinstance(node, dict):
        raise TypeError(f"texts.yml: {'.'.join(place)} has neither keys nor both languages")
    if set(node) == set(LANGUAGES) and all(isinstance(words, str) for words in node.values()):
        texts[".".join(place)] = node
        return
    for name, below in node.items():
        _collect(below, (*place, str(name)), texts)


_TEXTS: Final = _load()
