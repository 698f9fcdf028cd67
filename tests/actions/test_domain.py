"""The Rasa project and the actions fit together, and every text stands in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.actions.conftest import DOMAIN

if TYPE_CHECKING:
    from tests.actions.conftest import Actions

ROOT = Path(__file__).parents[2]
RESPONSES: dict[str, list[dict[str, Any]]] = DOMAIN["responses"]
IN_ONE_LANGUAGE = {"utter_russian_chosen", "utter_kazakh_chosen", "utter_russian_goes_on", "utter_kazakh_goes_on"}
LONGEST_SPOKEN = 260


def is_kazakh(variant: dict[str, Any]) -> bool:
    return bool(variant.get("condition"))


async def test_every_action_of_the_domain_is_served_and_no_other(actions: Actions) -> None:
    assert set(actions.executor.actions) == set(DOMAIN["actions"])


def test_every_intent_has_one_rule_that_runs_an_action() -> None:
    rules = yaml.safe_load((ROOT / "data" / "rules" / "answers.yml").read_text(encoding="utf-8"))["rules"]
    answered = [rule["steps"][0]["intent"] for rule in rules]
    assert sorted(answered) == sorted([*DOMAIN["intents"], "nlu_fallback"])
    assert {rule["steps"][1]["action"] for rule in rules} <= set(DOMAIN["actions"])


def test_every_response_is_said_by_some_action() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "actions").glob("*.py"))
    named = set(re.findall(r'"(utter_\w+)"', code))
    of_the_form = {name for name in RESPONSES if name.startswith("utter_ask_complaint_form_")}
    assert named | of_the_form == set(RESPONSES)


@pytest.mark.parametrize("name", sorted(set(RESPONSES) - IN_ONE_LANGUAGE))
def test_a_response_stands_in_both_languages_on_each_channel(name: str) -> None:
    languages: dict[str | None, list[bool]] = {}
    for variant in RESPONSES[name]:
        languages.setdefault(variant.get("channel"), []).append(is_kazakh(variant))
    assert all(sorted(found) == [False, True] for found in languages.values()), languages


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_the_phone_hears_no_addresses_and_no_buttons(name: str) -> None:
    spoken = [variant for variant in RESPONSES[name] if variant.get("channel") == "phone"] or RESPONSES[name]
    for variant in spoken:
        assert not variant.get("buttons")
        assert not re.search(r"www\.|\.kz\b|https?:", variant["text"])
        assert len(variant["text"]) <= LONGEST_SPOKEN


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_both_languages_are_told_the_same_values(name: str) -> None:
    by_channel: dict[str | None, list[set[str]]] = {}
    for variant in RESPONSES[name]:
        by_channel.setdefault(variant.get("channel"), []).append(set(re.findall(r"\{(\w+)\}", variant["text"])))
    assert all(values == found[0] for found in by_channel.values() for values in found)
