"""Owns the shapes of the console's API: what a consultant's page sends and gets."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from contact_centre.floor import longest_wait_s
from contact_centre.queue.model import Phase, Presence
from contact_centre.replies import filled
from contact_centre.states import Event, State
from contact_centre.values import Channel, EntryKind, Language, NoteKind
from database.base import now
from web.chat_models import MessageOut
from web.settings import MAX_TEXT_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from contact_centre.attendance import Attendance, Marks
    from contact_centre.console import Whole
    from contact_centre.floor import Item, Offer, Person, Talk, Work
    from contact_centre.replies import Reply
    from contact_centre.replies import Talk as ReplyTalk
    from contact_centre.summary import Summary
    from contact_centre.tables import Contact, ContactEvent, Message, Note, QueueEntry

Word = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
StaffClientId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,64}$")]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PresenceIn(_Request):
    """What a consultant chooses to be."""

    presence: Literal["available", "busy", "break", "offline"]


class StaffMessage(_Request):
    """A consultant's message; the same `client_id` again is kept once."""

    text: str = Field(min_length=1, max_length=MAX_TEXT_CHARACTERS)
    client_id: StaffClientId


class NoteIn(_Request):
    """A word for the colleagues."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT_CHARACTERS, strip_whitespace=True)]


class TransferIn(_Request):
    """To whom, or to which skill, and why."""

    account: int | None = None
    language: Language | None = None
    topic: str | None = None
    word: Word


class CloseIn(_Request):
    """How a talk ended."""

    outcome: str
    service: str | None = None


class AfterContactIn(_Request):
    """What to do with after-contact work."""

    action: Literal["finish", "extend"]
    outcome: str | None = None
    service: str | None = None


class Me(BaseModel):
    """A consultant: what he or she can do and is doing."""

    account: int
    display_name: str
    language: Language
    presence: Presence
    chosen: Presence
    since: datetime
    languages: list[Language]
    topics: list[str]
    capacity: int
    load: int
    phone_ready: bool
    """The telephone exchange can ring the consultant's telephone."""

    @classmethod
    def of(cls, person: Person) -> Self:
        """Show a consultant."""
        return cls(
            account=person.account.id,
            display_name=person.account.display_name,
            language=person.account.language,
            presence=person.presence,
            chosen=person.duty.chosen,
            since=person.duty.since,
            languages=person.duty.languages,
            topics=person.duty.topics,
            capacity=person.duty.capacity,
            load=person.load,
            phone_ready=person.duty.phone_ready,
        )


class Colleague(BaseModel):
    """Someone to transfer to."""

    account: int
    display_name: str
    presence: Presence
    languages: list[Language]
    topics: list[str]
    free: int

    @classmethod
    def of(cls, person: Person) -> Self:
        """Show a colleague."""
        return cls(
            account=person.account.id,
            display_name=person.account.display_name,
            presence=person.presence,
            languages=person.duty.languages,
            topics=person.duty.topics,
            free=max(0, person.duty.capacity - person.load),
        )


class EntryOut(BaseModel):
    """One who waits."""

    id: int
    kind: EntryKind
    number: str
    channel: Channel
    language: Language
    topic: str | None
    service: str | None
    reason: str | None
    priority: int
    waiting_since: datetime
    due_at: datetime | None
    returned: bool
    offered_to: int | None
    by_phone: bool
    """Rung and talked on the telephone: the console only shows it."""

    @classmethod
    def of(cls, item: Item) -> Self:
        """Show an entry."""
        return cls(
            id=item.row.id,
            kind=item.row.kind,
            number=item.contact.number,
            channel=item.contact.channel,
            language=item.row.language,
            topic=item.row.topic,
            service=item.contact.service,
            reason=item.contact.handoff_reason,
            priority=item.row.priority,
            waiting_since=item.row.queued_at,
            due_at=item.row.due_at,
            returned=item.row.returned,
            offered_to=item.row.consultant_id if item.row.phase is Phase.OFFERED else None,
            by_phone=item.row.external,
        )


class OfferOut(BaseModel):
    """An entry to accept before `expires_at`; one `by_phone` is taken by lifting the receiver."""

    entry: EntryOut
    by_phone: bool
    expires_at: datetime
    preview: str | None
    word: str | None

    @classmethod
    def of(cls, offer: Offer, lasts: timedelta) -> Self:
        """Show an offer."""
        offered_at = offer.item.row.offered_at or now()
        return cls(
            entry=EntryOut.of(offer.item),
            by_phone=offer.item.row.external,
            expires_at=offered_at + lasts,
            preview=offer.preview,
            word=offer.word,
        )


class StaffMessageOut(MessageOut):
    """A message with the consultant who wrote it, and the id that the console gave it."""

    by: str | None = None
    client_id: str | None = None

    @classmethod
    def named(cls, message: Message, names: Mapping[int, str]) -> Self:
        """Show a message."""
        shown = cls.of(message)
        if message.account_id is not None:
            shown.by = names.get(message.account_id)
            shown.client_id = (message.client_id or "").rpartition(" ")[2] or None
        return shown


class MarksOut(BaseModel):
    """How far messages have come."""

    model_config = ConfigDict(from_attributes=True)

    delivered: int
    read: int
    seen: int

    @classmethod
    def of(cls, marks: Marks) -> Self:
        """Show the marks of one conversation."""
        return cls.model_validate(marks)


class ConversationOut(BaseModel):
    """A conversation in hand, as lists show it."""

    id: int
    kind: EntryKind
    number: str
    contact: UUID
    channel: Channel
    language: Language
    topic: str | None
    service: str | None
    phase: Phase
    state: State
    accepted_at: datetime | None
    talk_ended_at: datetime | None
    wrap_up_until: datetime | None
    outcome: str | None
    last_message: MessageOut | None
    unread: int
    citizen_online: bool
    callback_phone: str | None
    rating: int | None
    by_phone: bool
    """Talked on the telephone: there is nothing to type, and it ends when the receiver is put down."""

    @classmethod
    def of(cls, talk: Talk, attendance: Attendance) -> Self:
        """Show a conversation."""
        return cls.model_validate(_short(talk, attendance))


class SummaryOut(BaseModel):
    """What the citizen wants, what was told, what is open; null where nothing kept says it."""

    model_config = ConfigDict(from_attributes=True)

    wants: str | None
    told: str | None
    open: str | None


class ReplyOut(BaseModel):
    """A canned reply, filled in."""

    title: dict[Language, str]
    text: dict[Language, str]

    @classmethod
    def of(cls, reply: Reply, talk: ReplyTalk) -> Self:
        """Show a reply as one conversation needs it."""
        texts = {language: filled(text, talk, language) for language, text in reply.text.items()}
        return cls(title=reply.title, text=texts)


class NoteOut(BaseModel):
    """A word of a colleague."""

    id: int
    at: datetime
    by: str | None
    text: str
    kind: NoteKind

    @classmethod
    def of(cls, note: Note, names: Mapping[int, str]) -> Self:
        """Show a note."""
        return cls(id=note.id, at=note.at, by=names.get(note.account_id), text=note.text, kind=note.kind)


class ContactOut(BaseModel):
    """A contact of the register, in lists."""

    number: str
    at: datetime
    channel: Channel
    language: Language | None
    state: State
    service: str | None
    outcome: str | None
    rating: int | None
    handled_by: str | None

    @classmethod
    def of(cls, contact: Contact, last: QueueEntry | None, names: Mapping[int, str]) -> Self:
        """Show a contact with its last consultation."""
        return cls.model_validate(contact_fields(contact, last, names))


class EventOut(BaseModel):
    """Something that happened to a contact."""

    at: datetime
    event: Event
    by: str | None


class ConversationFull(ConversationOut):
    """A conversation with all that is known."""

    phone: str | None
    email: str | None
    messages: list[StaffMessageOut]
    summary: SummaryOut
    history: list[ContactOut]
    notes: list[NoteOut]
    marks: MarksOut
    events: list[EventOut]

    @classmethod
    def whole(cls, whole: Whole, summary: Summary, history_names: Mapping[int, str], attendance: Attendance) -> Self:
        """Show a whole conversation."""
        contact, names = whole.talk.item.contact, whole.names
        return cls.model_validate(
            {
                **_short(whole.talk, attendance),
                "phone": contact.phone,
                "email": contact.email,
                "messages": [StaffMessageOut.named(message, names) for message in whole.messages],
                "summary": SummaryOut.model_validate(summary),
                "history": [ContactOut.of(earlier, last, history_names) for earlier, last in whole.history],
                "notes": [NoteOut.of(note, names) for note in whole.notes],
                "marks": MarksOut.of(attendance.marks(contact.id)),
                "events": events_of(whole.events, names),
            }
        )


class QueueOut(BaseModel):
    """Who waits."""

    waiting: int
    callbacks: int
    longest_wait_s: float | None
    entries: list[EntryOut]


class WorkOut(BaseModel):
    """Everything that a console shows at once; `at` sets the clock of an office computer right."""

    at: datetime
    me: Me
    offers: list[OfferOut]
    conversations: list[ConversationOut]
    queue: QueueOut

    @classmethod
    def of(cls, work: Work, attendance: Attendance, offer_lasts: timedelta, at: datetime) -> Self:
        """Show a consultant's work."""
        return cls(
            at=at,
            me=Me.of(work.me),
            offers=[OfferOut.of(offer, offer_lasts) for offer in work.offers],
            conversations=[ConversationOut.of(talk, attendance) for talk in work.talks],
            queue=QueueOut(
                waiting=sum(item.row.kind == "conversation" for item in work.waiting),
                callbacks=sum(item.row.kind == "callback" for item in work.waiting),
                longest_wait_s=longest_wait_s(work.waiting, at),
                entries=[EntryOut.of(item) for item in work.waiting],
            ),
        )


class TalkMessages(BaseModel):
    """What was said after a message."""

    state: State
    messages: list[StaffMessageOut]
    marks: MarksOut


class WorkFrame(BaseModel):
    """The whole state of a console, pushed."""

    type: Literal["work"] = "work"
    work: WorkOut


class TalkMessageFrame(BaseModel):
    """A message of one's conversation, pushed."""

    type: Literal["message"] = "message"
    conversation: int
    message: StaffMessageOut


class CitizenTypingFrame(BaseModel):
    """The citizen writes."""

    type: Literal["typing"] = "typing"
    conversation: int


class MarksFrame(BaseModel):
    """Messages have come further, or the citizen's client came or went."""

    type: Literal["marks"] = "marks"
    conversation: int
    marks: MarksOut
    citizen_online: bool


class OfferOverFrame(BaseModel):
    """An offer is no longer there."""

    type: Literal["offer_over"] = "offer_over"
    id: int
    why: str


class BeatFrame(BaseModel):
    """A sign of life, both ways."""

    type: Literal["beat"] = "beat"


class TypingIn(_Request):
    """The consultant writes."""

    type: Literal["typing"]
    conversation: int


class ReadIn(_Request):
    """The consultant has seen every message up to this id."""

    type: Literal["read"]
    conversation: int
    id: int = Field(ge=0, lt=2**63)


ConsoleFrame = TypeAdapter[BeatFrame | TypingIn | ReadIn](
    Annotated[BeatFrame | TypingIn | ReadIn, Field(discriminator="type")],
)
"""What a console sends."""


def events_of(events: Sequence[ContactEvent], names: Mapping[int, str]) -> list[EventOut]:
    """Show what happened to a contact, with who did it."""
    return [
        EventOut(at=one.at, event=one.event, by=names.get(one.account_id) if one.account_id else None) for one in events
    ]


def contact_fields(contact: Contact, last: QueueEntry | None, names: Mapping[int, str]) -> dict[str, object]:
    """Return the fields of a contact in lists."""
    return {
        "number": contact.number,
        "at": contact.created_at,
        "channel": contact.channel,
        "language": contact.language,
        "state": contact.state,
        "service": contact.service,
        "outcome": last.outcome if last else None,
        "rating": last.rating if last else None,
        "handled_by": names.get(last.consultant_id) if last and last.consultant_id else None,
    }


def _short(talk: Talk, attendance: Attendance) -> dict[str, object]:
    row, contact = talk.item.row, talk.item.contact
    return {
        "id": row.id,
        "kind": row.kind,
        "number": contact.number,
        "contact": contact.id,
        "channel": contact.channel,
        "language": row.language,
        "topic": row.topic,
        "service": contact.service,
        "phase": row.phase,
        "state": contact.state,
        "accepted_at": row.accepted_at,
        "talk_ended_at": row.talk_ended_at,
        "wrap_up_until": row.wrap_up_until,
        "outcome": row.outcome,
        "last_message": MessageOut.of(talk.last) if talk.last else None,
        "unread": talk.unread,
        "citizen_online": attendance.is_online(contact.id),
        "callback_phone": row.phone,
        "rating": row.rating,
        "by_phone": row.external,
    }
