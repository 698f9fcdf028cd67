"""Owns the register of contacts as the staff reads it. Every look at a conversation is recorded before it is shown."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from contact_centre.register import UnknownContactError
from contact_centre.search import PAGE, Wanted
from contact_centre.states import State
from contact_centre.vocabulary import OUTCOMES, topic_name
from staff.roles import Permission
from staff.tables import Account
from web import looks, services
from web.staff import days, pages
from web.staff.days import Day
from web.staff.guard import require
from web.staff.sign_in import client_address

router = APIRouter(prefix="/contacts")

Reader = Annotated[Account, Depends(require(Permission.CONTACTS_READ))]
REFRESH_S = 3


class Asked(BaseModel):
    """What the search of the page says; empty means any."""

    number: str = Field("", max_length=40)
    phone: str = Field("", max_length=40)
    text: str = Field("", max_length=200)
    since: Day = ""
    until: Day = ""
    before: str = Field("", max_length=40)

    def wanted(self) -> Wanted:
        """Return it as the register understands it."""
        return Wanted(
            number=self.number.strip() or None,
            phone=self.phone.strip() or None,
            text=self.text.strip() or None,
            since=days.begin(self.since),
            until=days.end(self.until),
            before=self.before or None,
        )


@router.get("")
async def find(request: Request, by: Reader, asked: Annotated[Asked, Query()]) -> Response:
    """List the newest contacts that fit, without anything personal; a whole number leads to its contact at once."""
    parts, wanted = services.of(request), asked.wanted()
    if wanted.number is not None:
        try:
            return pages.redirect(request, f"/staff/contacts/{(await parts.register.numbered(wanted.number)).number}")
        except UnknownContactError:
            pass  # a beginning of a number, or none at all: the search tells
    found = await looks.find(parts, by, wanted, client_address(request))
    query = {name: str(value) for name, value in asked.model_dump(exclude={"before"}).items() if value}
    older = urlencode({**query, "before": found[-1].number}) if len(found) == PAGE else None
    status = HTTPStatus.OK if found or not query else HTTPStatus.NOT_FOUND
    return pages.page(
        request,
        "contacts/list.html",
        status,
        contacts=found,
        asked=asked,
        is_search=bool(query),
        older=older,
        **_names(request),
    )


@router.get("/{number}")
async def show_one(request: Request, number: str, by: Reader) -> Response:
    """Show what was said and what is known of the citizen; a conversation that goes on is followed."""
    parts = services.of(request)
    try:
        contact = await looks.read(parts, by, number, client_address(request))
    except UnknownContactError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
    return pages.page(
        request,
        "contacts/one.html",
        contact=contact,
        **_followed(contact.number, contact.state, contact.messages[-1].id if contact.messages else 0),
        **_names(request),
    )


@router.get("/{number}/after/{message_id}")
async def show_news(request: Request, number: str, message_id: int, by: Reader, state: State) -> Response:
    """Show what was said after a message; nothing when there is nothing new."""
    try:
        said = await looks.watch(services.of(request), by, number, message_id, client_address(request))
    except UnknownContactError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
    if not said.messages and said.state is state:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    last = said.messages[-1].id if said.messages else message_id
    return pages.page(request, "contacts/news.html", messages=said.messages, **_followed(number, said.state, last))


def _followed(number: str, state: State, last: int) -> dict[str, object]:
    """Return what a page needs to ask for the next messages of a conversation; one that is closed is asked no more."""
    news = f"/staff/contacts/{number}/after/{last}?{urlencode({'state': state.value})}"
    return {"state": state, "news": None if state is State.CLOSED else news, "refresh_s": REFRESH_S}


def _names(request: Request) -> dict[str, object]:
    """Return how the codes of services, topics and outcomes are called; one that is gone names itself."""
    spoken = pages.language(request)
    services_by_code = {one.code: one.name for one in services.of(request).knowledge.services(spoken)}
    return {
        "service_name": lambda code: services_by_code.get(code, code),
        "topic_name": lambda code: topic_name(code, spoken),
        "outcome_name": lambda code: OUTCOMES[code][spoken] if code in OUTCOMES else code,
    }
