"""Owns the console's API over HTTP: presence, offers, conversations. Every look at personal data is recorded first."""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from contact_centre.queue.engine import ExternalError, GoneError, OccupiedError
from contact_centre.queue.model import Phase, Presence
from contact_centre.replies import Talk
from contact_centre.summary import summarise
from contact_centre.vocabulary import OUTCOMES, TOPICS
from database.base import now
from language import LANGUAGES, Language
from language.normalisation import clean
from staff.audit import Action, Subject
from staff.roles import Permission
from staff.tables import Account
from web import looks, services
from web.call_control import CallGoneError, ExchangeAwayError
from web.consultant_models import (
    AfterContactIn,
    CloseIn,
    Colleague,
    ConversationFull,
    ConversationOut,
    MarksOut,
    Me,
    NoteIn,
    NoteOut,
    PresenceIn,
    ReplyOut,
    StaffMessage,
    StaffMessageOut,
    TalkMessages,
    TransferIn,
    WorkOut,
)
from web.kb_api import Found, SearchResults
from web.problems import InvalidFieldError, ProblemError
from web.staff.guard import require
from web.staff.pages import TIME_ZONE
from web.staff.sign_in import client_address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from contact_centre.floor import Item, Work
    from web.services import Services

logger = logging.getLogger(__name__)

router = APIRouter()

Serving = Annotated[Account, Depends(require(Permission.CONTACTS_SERVE))]
SUGGESTIONS = 5
WORTH_SHOWING = 0.5
"""An answer that fits less than half as well as the best one only takes room."""


class Suggestions(SearchResults):
    """What the knowledge base says to the citizen's last words."""

    question: str | None


@router.get("/work")
async def show_work(request: Request, account: Serving) -> WorkOut:
    """Return everything that the console shows."""
    await services.of(request).desk.sign_on(account)
    return await work_of(services.of(request), account)


@router.put("/presence")
async def choose_presence(request: Request, account: Serving, body: PresenceIn) -> Me:
    """Go on duty, on a break, home."""
    parts = services.of(request)
    try:
        await parts.desk.choose(account, Presence(body.presence))
    except OccupiedError:
        raise ProblemError(HTTPStatus.CONFLICT, "occupied", language=account.language) from None
    return (await work_of(parts, account)).me


@router.post("/offers/{entry_id}/accept")
async def accept(request: Request, account: Serving, entry_id: int) -> ConversationFull:
    """Begin the talk."""
    with _gone_is(account, "offer_gone"):
        await services.of(request).desk.accept(entry_id, account)
    return await _full(request, account, await _held(request, account, entry_id))


@router.post("/offers/{entry_id}/decline", status_code=HTTPStatus.NO_CONTENT)
async def decline(request: Request, account: Serving, entry_id: int) -> Response:
    """Leave the offer to the next."""
    with _gone_is(account, "offer_gone"):
        await services.of(request).desk.decline(entry_id, account)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.get("/conversations/{entry_id}")
async def show_conversation(request: Request, account: Serving, entry_id: int) -> ConversationFull:
    """Return the whole conversation, with the citizen's earlier contacts."""
    return await _full(request, account, await _held(request, account, entry_id))


@router.get("/conversations/{entry_id}/messages")
async def read_messages(
    request: Request, account: Serving, entry_id: int, after: Annotated[int, Query(ge=0, lt=2**63)] = 0
) -> TalkMessages:
    """Return what was said after a message: for a console that was cut off, within the look that it began."""
    parts, item = services.of(request), await _held(request, account, entry_id)
    subject, address = Subject("contact", item.contact.number), client_address(request)
    await parts.audit.record_once(account, Action.CONTACT_READ, subject, within=looks.ONE_LOOK, address=address)
    messages = await parts.register.messages(item.contact.id, after)
    names = await parts.console.names(one.account_id for one in messages if one.account_id is not None)
    return TalkMessages(
        state=item.contact.state,
        messages=[StaffMessageOut.named(message, names) for message in messages],
        marks=MarksOut.of(parts.desk.attendance.marks(item.contact.id)),
    )


@router.post("/conversations/{entry_id}/messages")
async def say(request: Request, account: Serving, entry_id: int, body: StaffMessage) -> StaffMessageOut:
    """Say something to the citizen."""
    text = clean(body.text)
    if not text:
        raise InvalidFieldError("text", "empty", language=account.language)
    with _gone_is(account, "not_yours"):
        message = await services.of(request).desk.say(entry_id, account, text, body.client_id)
    return StaffMessageOut.named(message, {account.id: account.display_name})


@router.get("/conversations/{entry_id}/suggestions")
async def suggest(request: Request, account: Serving, entry_id: int, lang: Language | None = None) -> Suggestions:
    """Search the knowledge base for the citizen's last words (rule 9)."""
    parts, item = services.of(request), await _in_hand(request, account, entry_id)
    question = await parts.console.last_words(item.contact.id)
    if question is None:
        return Suggestions(question=None, results=[])
    hits = parts.knowledge.search(clean(question), lang or item.row.language, SUGGESTIONS)
    fit = [hit for hit in hits if hit.score >= hits[0].score * WORTH_SHOWING]
    return Suggestions(question=question, results=[Found.model_validate(hit) for hit in fit])


@router.get("/conversations/{entry_id}/replies")
async def list_replies(request: Request, account: Serving, entry_id: int) -> list[ReplyOut]:
    """Return the canned replies, filled in for the conversation."""
    parts, item = services.of(request), await _in_hand(request, account, entry_id)
    talk = Talk(
        number=item.contact.number,
        consultant=account.display_name,
        service=_spoken(parts, item.contact.service),
        phone=item.row.phone or item.contact.phone,
        at=now().astimezone(TIME_ZONE),
    )
    return [ReplyOut.of(known.reply, talk) for known in (await parts.replies.all()).values()]


def _spoken(parts: Services, service: str | None) -> dict[Language, str | None]:
    if service not in parts.knowledge.codes:
        return {}
    spoken = parts.knowledge.article(service).spoken
    return {language: getattr(spoken, language) for language in LANGUAGES}


@router.post("/conversations/{entry_id}/notes", status_code=HTTPStatus.CREATED)
async def add_note(request: Request, account: Serving, entry_id: int, body: NoteIn) -> NoteOut:
    """Keep a word for the colleagues; the citizen never sees it."""
    await _held(request, account, entry_id)
    note = await services.of(request).desk.note(entry_id, account, body.text)
    return NoteOut.of(note, {account.id: account.display_name})


@router.post("/conversations/{entry_id}/transfer", status_code=HTTPStatus.NO_CONTENT)
async def transfer(request: Request, account: Serving, entry_id: int, body: TransferIn) -> Response:
    """Give the talk to a person or to a skill; the citizen is told (rule 11)."""
    desk = services.of(request).desk
    if body.account is not None:
        floor = await services.of(request).floor.now()
        if body.account not in {one.account.id for one in floor.colleagues(account)}:
            raise ProblemError(HTTPStatus.NOT_FOUND, "unknown_account", language=account.language)
    elif body.language is None and body.topic is None:
        raise InvalidFieldError("account", "missing", language=account.language)
    if body.topic is not None and body.topic not in TOPICS:
        raise InvalidFieldError("topic", "unknown_code", language=account.language)
    item = await _held(request, account, entry_id)
    with _gone_is(account, "not_yours"):
        await desk.transfer(entry_id, account, body.word, to=body.account, language=body.language, topic=body.topic)
    if item.row.external and (call := item.contact.call_id) is not None:
        await _hand_on(request, account, item, call, body)
    return Response(status_code=HTTPStatus.NO_CONTENT)


async def _hand_on(request: Request, account: Account, item: Item, call: UUID, body: TransferIn) -> None:
    """Let the exchange do what the desk knows already: its reports of the call must not come before that."""
    parts = services.of(request)
    try:
        await parts.calls.hand_on(call, body.language, body.account)
    except CallGoneError:
        raise ProblemError(HTTPStatus.CONFLICT, "not_yours", language=account.language) from None
    except ExchangeAwayError as error:
        logger.warning("contact %s: the call is not handed on: %s", item.contact.number, error)
        with suppress(GoneError):
            await parts.desk.keep(item.row.id, account)
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "not_handed_on", language=account.language) from None


@router.get("/colleagues")
async def list_colleagues(request: Request, account: Serving) -> list[Colleague]:
    """Return who else is on duty."""
    return [Colleague.of(person) for person in (await services.of(request).floor.now()).colleagues(account)]


@router.post("/conversations/{entry_id}/close")
async def close(request: Request, account: Serving, entry_id: int, body: CloseIn) -> ConversationOut:
    """End the talk with its outcome; the citizen is asked for a rating (rule 17)."""
    _check_result(request, account, body.outcome, body.service)
    with _gone_is(account, "not_yours"):
        await services.of(request).desk.close(entry_id, account, body.outcome, body.service)
    return await _listed(request, account, entry_id)


@router.post("/conversations/{entry_id}/after-contact")
async def after_contact(request: Request, account: Serving, entry_id: int, body: AfterContactIn) -> ConversationOut:
    """Finish after-contact work, or take more time for it."""
    _check_result(request, account, body.outcome, body.service)
    desk = services.of(request).desk
    with _gone_is(account, "not_yours"):
        if body.action == "finish":
            await desk.finish(entry_id, account, body.outcome, body.service)
        else:
            await desk.extend(entry_id, account, body.outcome, body.service)
    return await _listed(request, account, entry_id)


@router.get("/vocabulary")
async def show_vocabulary(_account: Serving) -> dict[str, list[dict[str, str]]]:
    """Return the closed lists with their names."""
    return {
        "outcomes": [{"code": code, **names} for code, names in OUTCOMES.items()],
        "topics": [{"code": code, **topic.name} for code, topic in TOPICS.items()],
    }


async def work_of(parts: Services, account: Account) -> WorkOut:
    """Return everything that a console shows, of an account that the desk knows."""
    floor = await parts.floor.now()
    return work_shown(parts, floor.work(account), floor.at)


def work_shown(parts: Services, work: Work, at: datetime) -> WorkOut:
    """Return a consultant's work, as it was `at`, as the console shows it."""
    return WorkOut.of(work, parts.desk.attendance, timedelta(seconds=parts.desk.policy.offer_s), at)


async def _full(request: Request, account: Account, item: Item) -> ConversationFull:
    parts = services.of(request)
    subject = Subject("contact", item.contact.number)
    await parts.audit.record(account, Action.CONTACT_READ, subject, address=client_address(request))
    whole = await parts.console.whole(item)
    handlers = [last.consultant_id for _, last in whole.history if last and last.consultant_id]
    names = await parts.console.names(handlers)
    return ConversationFull.whole(whole, summarise(whole.messages), names, parts.desk.attendance)


async def _listed(request: Request, account: Account, entry_id: int) -> ConversationOut:
    parts = services.of(request)
    talk = await parts.console.talk(await _held(request, account, entry_id))
    return ConversationOut.of(talk, parts.desk.attendance)


async def _in_hand(request: Request, account: Account, entry_id: int) -> Item:
    """Return a conversation that the consultant works at: afterwards what was said is read in the register."""
    item = await _held(request, account, entry_id)
    if item.row.phase not in {Phase.TALK, Phase.AFTER_CONTACT}:
        raise ProblemError(HTTPStatus.NOT_FOUND, "unknown_entry", language=account.language)
    return item


async def _held(request: Request, account: Account, entry_id: int) -> Item:
    item = await services.of(request).console.held(entry_id, account)
    if item is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "unknown_entry", language=account.language)
    return item


@contextmanager
def _gone_is(account: Account, sentence: str) -> Iterator[None]:
    try:
        yield
    except GoneError:
        raise ProblemError(HTTPStatus.CONFLICT, sentence, language=account.language) from None
    except ExternalError:
        raise ProblemError(HTTPStatus.CONFLICT, "by_phone", language=account.language) from None


def _check_result(request: Request, account: Account, outcome: str | None, service: str | None) -> None:
    if outcome is not None and outcome not in OUTCOMES:
        raise InvalidFieldError("outcome", "unknown_code", language=account.language)
    if service is not None and service not in services.of(request).knowledge.codes:
        raise InvalidFieldError("service", "unknown_code", language=account.language)
