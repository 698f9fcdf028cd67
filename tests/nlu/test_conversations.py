"""The store must give what Rasa's own SQL store gives on the same database: that one is the judge."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from sqlalchemy.exc import SQLAlchemyError

from nlu import conversations
from nlu.conversations import ConversationStore

if TYPE_CHECKING:
    from pathlib import Path

    from rasa.shared.core.trackers import DialogueStateTracker

DOMAIN = Domain.from_yaml(
    """
version: "3.1"
intents: [ask]
slots:
  service: {type: text, mappings: [{type: custom}]}
"""
)
ME = "caller"


def turn(number: int) -> list[Event]:
    question = f"сұрақ {number}"
    return [
        UserUttered(question, {"name": "ask", "confidence": 0.9}, [], {"text": question, "intent": {"name": "ask"}}),
        ActionExecuted("action_answer"),
        SlotSet("service", f"S{number}"),
        BotUttered(f"жауап {number}"),
        ActionExecuted("action_listen"),
    ]


FIRST = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]


class Talk:
    """A conversation that is lived turn by turn, as Rasa's processor does: retrieve, update, save."""

    def __init__(self, store: SQLTrackerStore, caller: str = ME) -> None:
        self.store = store
        self.caller = caller

    def begin(self) -> DialogueStateTracker:
        return asyncio.run(self.store.get_or_create_tracker(self.caller, append_action_listen=False))

    def says(self, events: list[Event]) -> None:
        tracker = self.begin()
        tracker.update_with_events(events, DOMAIN)
        asyncio.run(self.store.save(tracker))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trackers.db"


@pytest.fixture
def store(path: Path) -> ConversationStore:
    return ConversationStore(db=str(path), domain=DOMAIN)


def seen(tracker: DialogueStateTracker | None) -> dict[str, Any]:
    assert tracker is not None
    events = [(event.type_name, event.as_dict()) for event in tracker.events]
    return {"events": events, "slots": tracker.current_slot_values(), "action": tracker.latest_action_name}


def as_rasa_reads_it(path: Path, caller: str = ME) -> dict[str, Any]:
    return seen(asyncio.run(SQLTrackerStore(domain=DOMAIN, db=str(path)).retrieve(caller)))


def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note who is read from the database."""
    read: list[str] = []
    original = SQLTrackerStore._retrieve

    async def noting(self: SQLTrackerStore, sender_id: str, **options: Any) -> Any:
        read.append(sender_id)
        return await original(self, sender_id, **options)

    monkeypatch.setattr(SQLTrackerStore, "_retrieve", noting)
    return read


def test_every_turn_is_in_the_database_and_given_as_rasa_reads_it(store: ConversationStore, path: Path) -> None:
    talk = Talk(store)
    for number, events in enumerate([[*FIRST, *turn(0)], turn(1), [SessionStarted(), *turn(2)], turn(3)]):
        talk.says(events)
        expected = as_rasa_reads_it(path)
        assert seen(talk.begin()) == expected
        assert expected["slots"]["service"] == f"S{number}"
        talk.says([])  # what was lent for looking is given back unchanged


def test_a_conversation_that_goes_on_is_read_once_and_written_without_being_counted(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = reads(monkeypatch)
    talk = Talk(store)
    talk.says([*FIRST, *turn(0)])
    assert read == [ME]  # nobody knew it yet
    monkeypatch.setattr(SQLTrackerStore, "_additional_events", None)
    for number in range(1, 4):
        talk.says(turn(number))
    assert read == [ME]


def test_a_turn_that_failed_leaves_nothing_behind(store: ConversationStore, path: Path) -> None:
    talk = Talk(store)
    talk.says([*FIRST, *turn(0)])
    talk.begin().update_with_events(turn(1), DOMAIN)  # and is never saved
    assert seen(talk.begin()) == as_rasa_reads_it(path)
    talk.says(turn(2))
    assert as_rasa_reads_it(path)["slots"]["service"] == "S2"
    assert "сұрақ 1" not in str(as_rasa_reads_it(path))


def test_a_turn_that_somebody_looked_into_is_written_once(store: ConversationStore, path: Path) -> None:
    talk = Talk(store)
    talk.says([*FIRST, *turn(0)])
    under_way = talk.begin()
    under_way.update_with_events(turn(1), DOMAIN)
    talk.begin()  # somebody looks
    asyncio.run(store.save(under_way))
    talk.says(turn(2))
    texts = [event["text"] for kind, event in as_rasa_reads_it(path)["events"] if kind == "user"]
    assert texts == ["сұрақ 0", "сұрақ 1", "сұрақ 2"]


def test_a_new_process_goes_on_where_the_last_one_stopped(store: ConversationStore, path: Path) -> None:
    Talk(store).says([*FIRST, *turn(0)])
    later = Talk(ConversationStore(db=str(path), domain=DOMAIN))
    later.says(turn(1))
    assert as_rasa_reads_it(path)["slots"]["service"] == "S1"
    assert len(as_rasa_reads_it(path)["events"]) == len(FIRST) - 1 + 2 * len(turn(0))


def test_only_so_many_conversations_are_kept(store: ConversationStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "KEPT", 2)
    for caller in ("a", "b", "c"):
        Talk(store, caller).says([*FIRST, *turn(0)])
    read = reads(monkeypatch)
    for caller in ("c", "b", "a"):
        Talk(store, caller).says(turn(1))
    assert read == ["a"]


def test_a_database_that_cannot_be_written_says_so_and_nothing_is_kept(store: ConversationStore, path: Path) -> None:
    talk = Talk(store)
    talk.says([*FIRST, *turn(0)])
    before = as_rasa_reads_it(path)
    with sqlite3.connect(path) as other:
        other.execute("ALTER TABLE events RENAME TO elsewhere")
        other.commit()
        with pytest.raises(SQLAlchemyError, match="events"):
            talk.says(turn(1))
        other.execute("ALTER TABLE elsewhere RENAME TO events")
    assert seen(talk.begin()) == before
