"""Owns the speed patches on Rasa: places where one version does the same work again, or for nothing, on every turn.

Each patch was measured (findings in bench/RESULTS.md) and each has a test; on any other version of Rasa this module
refuses to load, because what it replaces may have changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import dask.core
import jsonschema
import rasa
import rasa.core.actions.action as rasa_action
import rasa.engine.runner.dask as rasa_runner
import rasa.shared.core.events as rasa_events
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker

PATCHED_VERSION = "3.6.21"
RULE_HISTORY = 12
"""Turns of history that rules may look at; the longest rule of this project needs three."""


class UnexpectedRasaVersionError(RuntimeError):
    """The installed Rasa is not the one that the patches were written for."""


def require_version(version: str) -> None:
    """Raise UnexpectedRasaVersionError unless `version` is the patched one."""
    if version != PATCHED_VERSION:
        raise UnexpectedRasaVersionError(
            f"the speed patches were written for Rasa {PATCHED_VERSION}, found {version}: review nlu/speed.py"
        )


def _validator(schema: dict[str, Any]) -> Any:
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


class _ReplySchema:
    """Rasa's schema of a custom action's reply, checked once, and each event held against its own kind only.

    The original tries an event against all 23 kinds, of which the constant in `event` rules out all others.
    """

    def __init__(self, schema: dict[str, Any]) -> None:
        self._whole = _validator(schema)
        event = dict(schema["properties"]["events"]["items"])
        kinds = event.pop("oneOf")
        self._outline = _validator({**schema, "properties": {**schema["properties"], "events": {"type": "array"}}})
        self._event = {kind["properties"]["event"]["const"]: _validator({**event, "allOf": [kind]}) for kind in kinds}

    def error(self, reply: Any) -> jsonschema.ValidationError | None:
        """Return what is wrong with a reply, as the whole schema says it, or None."""
        if self._outline.is_valid(reply) and all(map(self._event_is_valid, reply.get("events", []))):
            return None
        return jsonschema.exceptions.best_match(self._whole.iter_errors(reply))

    def _event_is_valid(self, event: Any) -> bool:
        kind = event.get("event") if isinstance(event, dict) else None
        return isinstance(kind, str) and kind in self._event and self._event[kind].is_valid(event)


_reply_schema = _ReplySchema(rasa_action.RemoteAction.action_response_format_spec())


def _validate_action_result(_self: rasa_action.RemoteAction, result: dict[str, Any]) -> bool:
    """Check a custom action's reply against Rasa's schema."""
    error = _reply_schema.error(result)
    if error is not None:
        error.message += f". Failed to validate action server response: {result!r}"
        raise error
    return True


_resolve_by_type = rasa_events.Event.resolve_by_type
_event_types: dict[str, type[rasa_events.Event]] = {}


def _remembered_type(type_name: str, default: type[rasa_events.Event] | None = None) -> type[rasa_events.Event] | None:
    """Find the class of a stored event; Rasa walks all classes anew for every event of a conversation."""
    if type_name not in _event_types:
        found = _resolve_by_type(type_name, default)
        if found is None or found is default:
            return found
        _event_types[type_name] = found
    return _event_types[type_name]


def apply() -> None:
    """Put the patches in place (once; a second call changes nothing).

    Raises:
        UnexpectedRasaVersionError: Rasa is not the version they were written for.

    """
    require_version(rasa.__version__)
    rasa_action.RemoteAction._validate_action_result = _validate_action_result  # noqa: SLF001
    rasa_events.Event.resolve_by_type = staticmethod(_remembered_type)
    # Rasa asks dask's scheduler for a graph of a dozen steps one after the other; dask's plain walk does the same.
    rasa_runner.dask = SimpleNamespace(get=dask.core.get)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class RecentRulePolicy(RulePolicy):
    """Rasa's rule policy on the last turns only: the original rebuilds the state of every past turn each time."""

    def _prediction_states(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        turns = sum(isinstance(event, ActionExecuted) for event in tracker.applied_events()) + 1
        all_prior = tracker.generate_all_prior_trackers

        def recent() -> Iterator[tuple[DialogueStateTracker, bool]]:
            for number, prior in enumerate(all_prior()):
                if number >= turns - RULE_HISTORY:
                    yield prior

        tracker.generate_all_prior_trackers = recent
        try:
            states: list[State] = super()._prediction_states(
                tracker, domain, use_text_for_last_user_input, rule_only_data
            )
            return states
        finally:
            del tracker.generate_all_prior_trackers


apply()
