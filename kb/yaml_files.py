"""Owns writing articles as YAML files: one form only, so that the same article is always the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import yaml

from kb.aspects import ASPECTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kb.schema import Article

_WIDTH: Final = 1_000_000
"""Characters; a line is never folded, so that a changed word is one changed line."""


class _Writer(yaml.SafeDumper):
    """Block style, list items indented under their key, texts of several lines as they are read."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Indent lists too, which PyYAML would leave at the column of their key."""
        super().increase_indent(flow, False)  # noqa: FBT003


def _text(writer: _Writer, text: str) -> yaml.ScalarNode:
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Writer.add_representer(str, _text)


def dump(article: Article) -> str:
    """Return the file of an article: keys in the order of the schema, aspects in their usual order, nothing empty."""
    aspects = {aspect: article.aspects[aspect] for aspect in ASPECTS if aspect in article.aspects}
    content = article.model_copy(update={"aspects": aspects}).model_dump(exclude_none=True)
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in content.items()}
    plain["aliases"] = {language: list(names) for language, names in content["aliases"].items()}
    return yaml.dump(plain, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=_WIDTH)


def export(articles: Iterable[Article], folder: Path) -> list[Path]:
    """Write each article into `<code>.yml` of an existing folder; return the files whose bytes changed.

    Raises:
        OSError: a file cannot be written.

    """
    changed = []
    for article in articles:
        path, content = folder / f"{article.code}.yml", dump(article).encode()
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)
            changed.append(path)
    return changed
