"""Each patch must do what the original does: a fresh, unpatched copy of Rasa's module is the judge."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import pytest
import rasa
import rasa.core.actions.action as rasa_action
import rasa.shared.core.events as rasa_events
from jsonschema import ValidationError
from rasa.core import training
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

import nlu.speed
from nlu.speed import PATCHED_VERSION, RULE_HISTORY, RecentRulePolicy, UnexpectedRasaVersionError, require_version

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from rasa.engine.graph import ExecutionContext
    from rasa.engine.storage.local_model_storage import LocalModelStorage


def unpatched(module: ModuleType) -> ModuleType:
    assert module.__file__ is not None
    spec = importlib.util.spec_from_file_location(f"unpatched_{module.__name__.replace('.', '_')}", module.__file__)
    assert spec is not None
    assert spec.loader is not None
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    return copy


def test_the_patches_are_for_the_installed_rasa() -> None:
    require_version(rasa.__version__)
    nlu.speed.apply()  # a second time changes nothing
    assert rasa_events.Event.resolve_by_type("user") is UserUttered


@pytest.mark.parametrize("version", ["3.6.20", "3.7.0", "4.0.0"])
def test_another_version_of_rasa_is_refused_and_both_versions_are_named(version: str) -> None:
    with pytest.raises(UnexpectedRasaVersionError, match=version) as refused:
        require_version(version)
    assert PATCHED_VERSION in str(refused.value)


def outcome(check: Callable[[], Any]) -> str:
    try:
        check()
    except (ValidationError, ValueError) as error:
        return type(error).__name__
    return "accepted"


@pytest.mark.parametrize(
    "reply",
    [
        {"events": [], "responses": []},
        {"events": [{"event": "slot", "name": "language", "value": "kk"}], "responses": [{"text": "Сәлем"}]},
        {"responses": [{"custom": {"handoff": {}}}]},
        {"events": "none"},
        {"events": [{"name": "no event type"}]},
        {"events": [], "responses": "hello"},
        [],
    ],
)
def test_an_action_servers_reply_is_judged_as_by_the_original(reply: Any) -> None:
    original = unpatched(rasa_action).RemoteAction("action_answer", None)
    patched = rasa_action.RemoteAction("action_answer", None)
    expected = outcome(lambda: original._validate_action_result(reply))
    for _ in range(2):  # the first call prepares the validator, the second uses it
        assert outcome(lambda: patched._validate_action_result(reply)) == expected


@pytest.mark.parametrize("name", ["user", "action", "slot", "bot", "restart", "active_loop", "topic", "unheard_of"])
def test_a_stored_event_finds_the_class_that_the_original_finds(name: str) -> None:
    def found(events: ModuleType) -> str | None:
        try:
            kind = events.Event.resolve_by_type(name)
        except ValueError as error:
            return str(error)
        return None if kind is None else str(kind.__name__)

    expected = found(unpatched(rasa_events))
    assert [found(rasa_events), found(rasa_events)] == [expected, expected]


def test_a_default_for_an_unknown_event_is_not_remembered_as_its_class() -> None:
    assert rasa_events.Event.resolve_by_type("unheard_of", UserUttered) is UserUttered
    with pytest.raises(ValueError, match="unheard_of"):
        rasa_events.Event.resolve_by_type("unheard_of")


DOMAIN = """
version: "3.1"
intents: [greet, thanks, ask]
responses:
  utter_greet: [{text: Hello.}]
  utter_thanks: [{text: Gladly}]
  utter_answer: [{text: So}]
  utter_more: [{text: "More?"}]
"""
RULES = """
version: "3.1"
rules:
- {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
- {rule: thanks, steps: [{intent: thanks}, {action: utter_thanks}]}
- {rule: ask, steps: [{intent: ask}, {action: utter_answer}, {action: utter_more}]}
"""
ANSWERS = {"greet": ["utter_greet"], "thanks": ["utter_thanks"], "ask": ["utter_answer", "utter_more"]}


def conversation(turns: int) -> DialogueStateTracker:
    """Return a tracker after that many answered turns and one unanswered question."""
    tracker = DialogueStateTracker("caller", [])
    tracker.update(ActionExecuted("action_listen"))
    intents = list(ANSWERS)
    for turn in range(turns):
        intent = intents[turn % len(intents)]
        tracker.update(UserUttered(intent, {"name": intent, "confidence": 1.0}))
        for action in [*ANSWERS[intent], "action_listen"]:
            tracker.update(ActionExecuted(action))
    tracker.update(UserUttered("ask", {"name": "ask", "confidence": 1.0}))
    tracker.update(ActionExecuted("utter_answer"))
    return tracker


@pytest.mark.parametrize("turns", [0, 1, RULE_HISTORY // 2, RULE_HISTORY * 3])
def test_rules_on_recent_turns_predict_as_the_original_does(
    turns: int, tmp_path: Path, storage: LocalModelStorage, context: ExecutionContext
) -> None:
    domain = Domain.from_yaml(DOMAIN)
    (tmp_path / "rules.yml").write_text(RULES, "utf-8")
    trackers = training.load_data(str(tmp_path / "rules.yml"), domain)
    predictions = []
    for kind in (RulePolicy, RecentRulePolicy):
        policy = kind.create(kind.get_default_config(), storage, Resource(kind.__name__), context)
        policy.train(trackers, domain)
        tracker = conversation(turns)
        before = len(tracker.events)
        predictions.append(policy.predict_action_probabilities(tracker, domain).probabilities)
        assert len(tracker.events) == before
    original, recent = predictions
    assert recent == original
    assert domain.action_names_or_texts[recent.index(max(recent))] == "utter_more"
