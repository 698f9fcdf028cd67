from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.base import FOLDER, KnowledgeBase
from kb.errors import KnowledgeError
from kb.loader import FILE_SIZE_MAX, read_articles, read_directory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

YAML_LIKE = st.text(alphabet="ab:-[]{}&*!|>'\"\n #%", max_size=80)
YAML_LIKE = st.text(alphabet="ab:-[]{}&*!|>'\"\n #%", max_size=80)
GOOD = FOLDER / "articles" / "ID_CARD.yml"


def put(folder: Path, name: str, change: Callable[[str], str]) -> Path:
    path = folder / name
    path.write_text(change(GOOD.read_text(encoding="utf-8")), encoding="utf-8")
    return path


def line_of(path: Path, part: str) -> int:
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if part in line)


@pytest.mark.parametrize(
    ("old", "new", "marker", "message"),
    [
        ("confidence: high", "confidence: certain", "confidence: certain", "confidence"),
        ("provider:", "supplier:", "supplier:", "supplier"),
        ("reviewed_at: 2026", "reviewed_at: 20261", "reviewed_at: 20261", "reviewed_at"),
        ("code: ID_CARD", "code: ID_CARD\ncode: PASSPORT", "code: PASSPORT", "stands twice"),
        ("code: ID_CARD", "code: PASSPORT", "code: PASSPORT", "expected 'ID_CARD'"),
        ("code: ID_CARD", "code: [ID_CARD", "code: [ID_CARD", "not valid YAML"),
        ("  documents:", "  papers:", "  papers:", "papers"),
    ],
)
def test_a_fault_names_file_and_line(tmp_path: Path, old: str, new: str, marker: str, message: str) -> None:
    path = put(tmp_path, "ID_CARD.yml", lambda text: text.replace(old, new, 1))
    with pytest.raises(KnowledgeError, match=message) as raised:
        read_articles(tmp_path)
    named = re.match(r"(.+?):(\d+): ", str(raised.value))
    assert named is not None
    assert named.group(1) == str(path)
    assert abs(int(named.group(2)) - line_of(path, marker)) <= 1


def test_missing_language_is_a_fault(tmp_path: Path) -> None:
    content = yaml.safe_load(GOOD.read_text(encoding="utf-8"))
    del content["aspects"]["cost"]["kk"]
    (tmp_path / "ID_CARD.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"aspects\.cost\.kk: Field required"):
        read_articles(tmp_path)


def test_dates_in_the_wrong_order_are_a_fault(tmp_path: Path) -> None:
    content = yaml.safe_load(GOOD.read_text(encoding="utf-8"))
    content["aspects"]["cost"]["valid_until"] = "2001-01-01"
    (tmp_path / "ID_CARD.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(KnowledgeError, match="valid_until 2001-01-01 is before reviewed_at"):
        read_articles(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\xff\xfe\x00", "not UTF-8"), (b"", "ID_CARD"), (b"- a list", "ID_CARD"), (b"a" * (FILE_SIZE_MAX + 1), "bytes")],
)
def test_a_file_that_is_no_article(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "ID_CARD.yml").write_bytes(content)
    with pytest.raises(KnowledgeError, match=message):
        read_articles(tmp_path)


def test_empty_folder_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no article"):
        read_articles(tmp_path)


def test_body_code_twice_is_a_fault(tmp_path: Path) -> None:
    content = yaml.safe_load((FOLDER / "directory.yml").read_text(encoding="utf-8"))
    content["bodies"].append(content["bodies"][0])
    path = tmp_path / "directory.yml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(KnowledgeError, match="'FIRE' stands twice"):
        read_directory(path)


def test_one_bad_article_stops_the_load_with_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "kb"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (folder / "articles" / "PASSPORT.yml").write_text("code: PASSPORT", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"PASSPORT\.yml:1: name: Field required"):
        KnowledgeBase.load(folder)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.one_of(st.binary(max_size=300), YAML_LIKE.map(str.encode)))
def test_any_bytes_end_in_a_clear_message(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ID_CARD.yml").write_bytes(content)
    with pytest.raises(KnowledgeError, match=r"ID_CARD\.yml:\d+: "):
        read_articles(tmp_path)
