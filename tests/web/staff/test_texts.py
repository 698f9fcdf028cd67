"""The words of the staff pages."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, get_args

import pytest

from contact_centre.queue.model import Presence
from contact_centre.replies import PLACES
from contact_centre.states import Event, State
from contact_centre.values import Channel, Sender
from kb.aspects import ASPECTS
from staff.passwords import Weakness
from staff.roles import Role
from web import site
from web.staff.console_page import SHORTCUTS
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
_OF_PRESENCE = ("supervision.presences", "supervision.presence_counts")
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
    live = {"presence": Presence, "event": Event, "state": State}
    expected |= {f"console.live.{place}.{value}" for place, values in live.items() for value in values}
    expected |= {f"console.live.who.{sender}" for sender in get_args(Sender)}
    expected |= {f"console.live.channel.{channel}" for channel in get_args(Channel)}
    expected |= {f"console.key.{name}" for name, _ in SHORTCUTS} | {f"kb.aspects.{aspect}" for aspect in ASPECTS}
    expected |= {f"{place}.{presence}" for presence in Presence for place in _OF_PRESENCE}
    expected |= {f"contacts.states.{state}" for state in State}
    expected |= {f"replies.place.{place}" for place in PLACES}
    assert expected <= keys()


@pytest.mark.parametrize("script", sorted((site.FOLDER / "console").glob("*.js")), ids=lambda path: path.name)
def test_every_text_that_a_script_of_the_console_names_is_there(script: Path) -> None:
    named = re.findall(r"""\bt\(\s*"([\w.]+)\"""", script.read_text(encoding="utf-8"))
    assert {f"console.live.{name}" for name in named} <= keys()


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
