"""The words of the staff pages."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest

from staff.passwords import Weakness
from staff.roles import Role
from web import site
from web.staff.pages import SECTIONS
from web.staff.texts import TEMPLATES, MissingTextError, keys, text

if TYPE_CHECKING:
    from pathlib import Path

    from language import Language

_PLACES = {
    name
    for path in TEMPLATES.rglob("texts.yml")
    for name in re.findall(r"\{([a-z_]+)\}", path.read_text(encoding="utf-8"))
}
_USED = re.compile(r"""\bt\(\s*["']([\w.]+)["']\s*[,)]""")
_KAZAKH = re.compile(r"[әғқңөұүһі]", re.IGNORECASE)


def test_both_languages_ask_for_the_same_values() -> None:
    for key in keys():
        assert _values_of(key, "ru") == _values_of(key, "kk"), key


def _values_of(key: str, language: Language) -> set[str]:
    """Return the names of the values that a text has places for, and see that it takes them."""
    words = text(key, language, **{name: f"<{name}>" for name in _PLACES})
    assert words.strip(), key
    return {name for name in _PLACES if f"<{name}>" in words}


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_every_text_that_a_template_names_is_there(template: Path) -> None:
    assert set(_USED.findall(template.read_text(encoding="utf-8"))) <= keys()


def test_names_that_templates_put_together_are_there() -> None:
    expected = {f"roles.{role}" for role in Role} | {f"role_about.{role}" for role in Role}
    expected |= {f"sections.{section.name}.{part}" for section in SECTIONS for part in ("name", "about")}
    expected |= {f"password.problems.{weakness}" for weakness in Weakness}
    assert expected <= keys()


def test_a_missing_text_is_an_error() -> None:
    with pytest.raises(MissingTextError, match=r"no\.such\.text"):
        text("no.such.text", "ru")


def test_russian_texts_hold_no_kazakh_letters() -> None:
    russian = (TEMPLATES / "texts.yml").read_text(encoding="utf-8")
    assert [line for line in re.findall(r'ru: "([^"]*)"', russian) if _KAZAKH.search(line)] == []


def test_the_scripts_by_others_are_those_that_were_published() -> None:
    folder = site.FOLDER / "vendor"
    told = (folder / "README.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `([\w.]+)` .* `([0-9a-f]{64})` \|$", told, re.MULTILINE))
    present = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.js")}
    assert present == listed
