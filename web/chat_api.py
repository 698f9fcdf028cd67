"""Owns the chat API over HTTP: new conversations, messages and their answers."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse  # noqa: TC002  FastAPI reads the annotations

from contact_centre import texts
from contact_centre.events import MarksChanged
from contact_centre.register import KnownCallError
from language.normalisation import clean
from web import problems, services
from web.access import IsService, OwnContact  # noqa: TC001
from web.chat_models import (
    AnswerOut,
    ContactDetails,
    ConversationOut,
    MessageOut,
    MessagesOut,
    NewConversation,
    NewMessage,
)
from web.problems import InvalidFieldError, Problem, ProblemError
from web.settings import MAX_TEXT_CHARACTERS

if TYPE_CHECKING:
    from contact_centre.conversation import Conversations, Opened, Outcome
    from contact_centre.tables import Contact

router = APIRouter(prefix="/api/conversations", tags=["chat"])


class UnansweredProblem(Problem, AnswerOut):
    """The dialogue is down: the message is kept, the citizen is in the queue, the messages say so."""


def _problems(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    return {status.value: {"model": Problem, "description": status.phrase} for status in statuses}


_COMMON = _problems(HTTPStatus.UNAUTHORIZED, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY)
_OF_A_CONVERSATION = _COMMON | _problems(HTTPStatus.NOT_FOUND)
_LIMITED = _problems(HTTPStatus.TOO_MANY_REQUESTS)
_LIMITED[429]["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    summary="Open a conversation",
    responses=_COMMON | _LIMITED,
    openapi_extra={"security": [{}]},  # the service token is for service clients only
)
async def open_conversation(
    request: Request, response: Response, body: NewConversation, by_service: IsService
) -> ConversationOut:
    """Register a contact under a number and greet the citizen.

    A client with the service token may name the channel, the citizen's phone or e-mail, and the call of the telephone
    exchange. A call that has a conversation already gets that one, without messages; earlier tokens no longer open it.
    """
    if not by_service:
        _refuse_service_fields(body)
        await _limit_conversations(request)
    opened = await _opened(services.of(request).conversations, body, by_service=by_service)
    response.headers["Location"] = f"{router.prefix}/{opened.contact.id}/messages"
    return ConversationOut(
        id=opened.contact.id,
        token=opened.token,
        number=opened.contact.number,
        state=opened.contact.state,
        messages=[MessageOut.of(message) for message in opened.messages],
    )


@router.post(
    "/{conversation_id}/messages",  # noqa: FAST003  read by OwnContact
    summary="Say something and get the answer",
    response_model=AnswerOut,
    response_model_exclude_unset=True,
    responses=_OF_A_CONVERSATION
    | _LIMITED
    | {503: {"model": UnansweredProblem, "description": "The dialogue is down; the message is kept"}},
)
async def say(request: Request, contact: OwnContact, body: NewMessage) -> AnswerOut | JSONResponse:
    """Keep the message, then answer it; `messages` holds what was said in answer, without the citizen's own."""
    text = _checked_text(body.text, contact)
    services.of(request).desk.attendance.seen(contact.id)
    if not contact.by_service:
        await _limit_messages(request, contact)
    outcome = await services.of(request).conversations.say(
        contact.id, text, body.client_id, body.unheard if contact.by_service else ""
    )
    answer = _answer(outcome)
    return answer if outcome.fault is None else _unanswered(outcome, answer)


@router.get(
    "/{conversation_id}/messages",  # noqa: FAST003  read by OwnContact
    summary="Read the conversation",
    responses=_OF_A_CONVERSATION,
)
async def read_messages(
    request: Request, contact: OwnContact, after: Annotated[int, Query(ge=0, lt=2**63)] = 0
) -> MessagesOut:
    """Return the next messages of everyone with an id greater than `after`, in order.

    One answer has 200 at most: ask again after the last one until none comes.
    """
    parts = services.of(request)
    messages = await parts.register.messages(contact.id, after)
    parts.desk.attendance.seen(contact.id)
    if parts.desk.attendance.delivered(contact.id, messages[-1].id if messages else after):
        parts.bus.publish(contact.id, MarksChanged())
    return MessagesOut(state=contact.state, messages=[MessageOut.of(message) for message in messages])


async def _opened(conversations: Conversations, body: NewConversation, *, by_service: bool) -> Opened:
    details = body.contact or ContactDetails()
    try:
        return await conversations.open(
            channel=body.channel,
            language=body.language,
            by_service=by_service,
            phone=details.phone,
            email=details.email,
            call_id=body.call,
        )
    except KnownCallError:
        assert body.call is not None  # noqa: S101  only a call can be known
        return await conversations.reopen(body.call)


def _refuse_service_fields(body: NewConversation) -> None:
    if body.channel != "web":
        raise InvalidFieldError("channel", "service_only", language=body.language)
    if body.contact is not None:
        raise InvalidFieldError("contact", "service_only", language=body.language)
    if body.call is not None:
        raise InvalidFieldError("call", "service_only", language=body.language)


def _checked_text(text: str, contact: Contact) -> str:
    if len(text) > MAX_TEXT_CHARACTERS:
        raise ProblemError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "text_too_long", language=contact.language, limit=MAX_TEXT_CHARACTERS
        )
    cleaned = clean(text)
    if not cleaned:
        raise InvalidFieldError("text", "empty", language=contact.language)
    return cleaned


async def _limit_conversations(request: Request) -> None:
    address = request.client.host if request.client else ""
    if (seconds := await services.of(request).limits.conversation(address)) is not None:
        raise _too_many("too_many_conversations", seconds)


async def _limit_messages(request: Request, contact: Contact) -> None:
    if (seconds := await services.of(request).limits.message(str(contact.id))) is not None:
        raise _too_many("too_many_messages", seconds, contact)


def _too_many(sentence: str, seconds: int, contact: Contact | None = None) -> ProblemError:
    return ProblemError(
        HTTPStatus.TOO_MANY_REQUESTS,
        sentence,
        language=contact.language if contact else None,
        headers={"Retry-After": str(seconds)},
        seconds=seconds,
    )


def _answer(outcome: Outcome) -> AnswerOut:
    messages = [MessageOut.of(message) for message in outcome.messages]
    if outcome.contact.by_service:
        return AnswerOut(state=outcome.contact.state, messages=messages, signals=outcome.signals)
    return AnswerOut(state=outcome.contact.state, messages=messages)


def _unanswered(outcome: Outcome, answer: AnswerOut) -> JSONResponse:
    language = outcome.messages[-1].language
    return problems.response(
        HTTPStatus.SERVICE_UNAVAILABLE,
        language,
        texts.fault(language),
        extensions=answer.model_dump(mode="json", by_alias=True, exclude_unset=True),
    )
