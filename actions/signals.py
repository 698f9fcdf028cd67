"""Owns the signals that an action may send to the contact centre: a closed vocabulary, one key a signal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from rasa_sdk.executor import CollectingDispatcher

    from kb.aspects import Aspect
    from language import Language


def handoff(dispatcher: CollectingDispatcher, reason: str, skill: str = "general") -> None:
    """Ask for a consultant; the contact centre announces it before it happens (rule 11)."""
    dispatcher.utter_message(json_message={"handoff": {"reason": reason, "skill": skill}})


def source(dispatcher: CollectingDispatcher, service: str, aspect: Aspect, reviewed_at: date) -> None:
    """Name the article that the answer of this turn comes from, and the day it was reviewed."""
    entry = {"service": service, "aspect": aspect, "reviewed_at": reviewed_at.isoformat()}
    dispatcher.utter_message(json_message={"sources": [entry]})


def collect_digits(
    dispatcher: CollectingDispatcher, length: int, purpose: Literal["application_number", "iin"]
) -> None:
    """Say that a number of up to `length` digits is expected next, so that the phone listens for keys."""
    dispatcher.utter_message(json_message={"collect_digits": {"length": length, "purpose": purpose}})


def language(dispatcher: CollectingDispatcher, code: Language) -> None:
    """Say which language the citizen chose."""
    dispatcher.utter_message(json_message={"language": {"code": code}})


def complaint_draft(dispatcher: CollectingDispatcher, draft: Mapping[str, str | int]) -> None:
    """Hand over a complaint that the citizen dictated and confirmed: type, fields (rules 14, 15) and review term."""
    dispatcher.utter_message(json_message={"complaint_draft": dict(draft)})


def end(dispatcher: CollectingDispatcher) -> None:
    """Say that the citizen took leave."""
    dispatcher.utter_message(json_message={"end": {}})
