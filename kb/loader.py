"""Owns reading the YAML files of the knowledge base; a fault names the file and the line."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from kb.errors import KnowledgeError
from kb.schema import Article, CompetentBody, Fact

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Model = TypeVar("Model", bound=BaseModel)

FILE_SIZE_MAX = 256 * 1024
"""Bytes; a larger article is a mistake (the largest real one has a tenth of it)."""


def _read(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > FILE_SIZE_MAX:
            raise KnowledgeError(f"{path}:1: the file has {size} bytes, at most {FILE_SIZE_MAX} are read")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise KnowledgeError(f"{path}:1: the file is not UTF-8 ({error.reason} at byte {error.start})") from error
    except OSError as error:
        raise KnowledgeError(f"{path}:1: the file cannot be read ({error.strerror})") from error


def _duplicate_key(node: yaml.Node | None) -> yaml.Node | None:
    """Return the first key that stands twice in one mapping; YAML itself would let the last one win in silence."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                return key  # type: ignore[no-any-return]  # PyYAML's nodes are untyped
            seen.add(key.value)
            if (found := _duplicate_key(value)) is not None:
                return found
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            if (found := _duplicate_key(item)) is not None:
                return found
    return None


def _line(node: yaml.Node | None, location: Sequence[int | str]) -> int:
    """Return the line (from 1) of the deepest node on the way to `location` that is in the file."""
    line = node.start_mark.line if node is not None else 0
    for step in location:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == step), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
        else:
            break
    return line + 1


def read(path: Path, model: type[Model]) -> Model:
    """Read one YAML file as `model`.

    Raises:
        KnowledgeError: the file is unreadable, not YAML, has a key twice or does not fit the schema.

    """
    text = _read(path)
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        content = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise KnowledgeError(f"{path}:{line}: not valid YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise KnowledgeError(f"{path}:1: not valid YAML: {error}") from error
    if (key := _duplicate_key(node)) is not None:
        raise KnowledgeError(f"{path}:{key.start_mark.line + 1}: the key {key.value!r} stands twice")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        # An unknown key comes first: where one is misspelt, the error "missing" follows from it and has no line.
        first = min(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
        where = ".".join(str(step) for step in first["loc"]) or "the file"
        raise KnowledgeError(f"{path}:{_line(node, first['loc'])}: {where}: {first['msg']}") from error


class _Directory(BaseModel):
    bodies: tuple[CompetentBody, ...]


class _Common(BaseModel):
    refusal: Fact


def read_articles(folder: Path) -> dict[str, Article]:
    """Read every article of a folder, by service code, in the order of the codes.

    Raises:
        KnowledgeError: a file cannot be used, is not named after its code, or the folder has no article.

    """
    articles: dict[str, Article] = {}
    for path in sorted(folder.glob("*.yml")):
        article = read(path, Article)
        if article.code != path.stem:
            raise KnowledgeError(f"{path}:1: the file has the code {article.code!r}, expected {path.stem!r}")
        articles[article.code] = article
    if not articles:
        raise KnowledgeError(f"{folder}:1: no article (*.yml) in this folder")
    return articles


def read_directory(path: Path) -> tuple[CompetentBody, ...]:
    """Read the directory of competent bodies (rule 10).

    Raises:
        KnowledgeError: the file cannot be used or has a code twice.

    """
    bodies = read(path, _Directory).bodies
    codes = [body.code for body in bodies]
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice is not None:
        raise KnowledgeError(f"{path}:1: the code {twice!r} stands twice")
    return bodies


def read_common_refusal(path: Path) -> Fact:
    """Read the grounds of refusal that hold for every service.

    Raises:
        KnowledgeError: the file cannot be used.

    """
    return read(path, _Common).refusal
