"""Reading the dialogue's messages and signals."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contact_centre.dialogue import Turn
from contact_centre.signals import SIGNALS, ChangeLanguage, CollectDigits, ComplaintDraft, End, Handoff

SOURCE = {"service": "PASSPORT", "aspect": None, "reviewed_at": "2026-10-01"}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 40) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def _turn(*messages: object) -> Turn:
    return Turn.from_wire(json.dumps(messages).encode())


def test_every_signal_of_the_vocabulary_is_read() -> None:
    turn = _turn(
        {"custom": {"handoff": {"reason": "asked"}, "end": {}}},
        {"custom": {"collect_digits": {"length": 12, "purpose": "iin"}}},
        {"custom": {"language": {"code": "kk"}}},
        {"custom": {"complaint_draft": {"service": "PASSPORT", "officials": ["…"]}}},
    )
    handoff, end, digits, language, draft = turn.signals
    assert isinstance(handoff, Handoff)
    assert (handoff.reason, handoff.skill) == ("asked", None)
    assert isinstance(end, End)
    assert isinstance(digits, CollectDigits)
    assert isinstance(language, ChangeLanguage)
    assert isinstance(draft, ComplaintDraft)
    assert draft.model_dump() == {"name": "complaint_draft", "service": "PASSPORT", "officials": ["…"]}


@pytest.mark.parametrize(
    "messages",
    [
        [{"text": "8 МРП.", "custom": {"sources": [SOURCE]}}],
        [{"text": "8 МРП."}, {"custom": {"sources": [SOURCE]}}],
        [{"custom": {"sources": [SOURCE]}}, {"text": "8 МРП."}],
    ],
    ids=["beside", "after", "before"],
)
def test_sources_join_the_text_they_belong_to(messages: list[object]) -> None:
    [utterance] = _turn(*messages).utterances
    assert utterance.text == "8 МРП."
    assert [source.model_dump(mode="json") for source in utterance.sources] == [SOURCE]


@pytest.mark.parametrize(
    "custom",
    [
        {"explode": {}},
        {"handoff": {}},
        {"handoff": {"reason": "asked", "urgent": True}},
        {"handoff": "asked"},
        {"end": None},
        {"sources": SOURCE},
        {"sources": [{"service": "PASSPORT"}]},
        {"language": {"code": "en"}},
        {"collect_digits": {"length": 0, "purpose": "iin"}},
        [],
    ],
    ids=str,
)
def test_a_signal_outside_the_vocabulary_is_refused(custom: object) -> None:
    with pytest.raises(ValidationError):
        _turn({"text": "да", "custom": custom})


def test_the_fields_of_a_signal_cannot_rename_it() -> None:
    assert isinstance(_turn({"custom": {"end": {"name": "handoff"}}}).signals[0], End)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # nor is a busy machine a fault
@given(st.dictionaries(st.sampled_from(["handoff", "end", "language", "collect_digits", "sources", "x"]), JSON))
def test_any_custom_is_either_understood_whole_or_refused(custom: dict[str, object]) -> None:
    try:
        turn = _turn({"text": "да", "custom": custom})
    except ValidationError:
        return
    assert {signal.name for signal in turn.signals} == set(custom) - {"sources"}
    assert SIGNALS.validate_python(SIGNALS.dump_python(turn.signals, mode="json")) == turn.signals
