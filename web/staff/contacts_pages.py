"""Owns the register of contacts as the staff reads it. Every look at a conversation is recorded before it is shown."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.exceptions import HTTPException

from contact_centre.register import Register, UnknownContactError
from contact_centre.tables import Contact, Message
from staff.audit import Action, Subject
from staff.roles import Permission
from staff.tables import Account
from web import services
from web.staff import pages
from web.staff.guard import require
from web.staff.sign_in import client_address

router = APIRouter(prefix="/contacts")

Reader = Annotated[Account, Depends(require(Permission.CONTACTS_READ))]


@router.get("")
async def show_newest(request: Request, _by: Reader, number: Annotated[str, Query(max_length=40)] = "") -> Response:
    """List the newest contacts, without anything personal, or go to the one asked for by number."""
    register, wanted = services.of(request).register, number.strip()
    if wanted:
        try:
            return pages.redirect(request, f"/staff/contacts/{(await register.numbered(wanted)).number}")
        except UnknownContactError:
            return _list(request, [], HTTPStatus.NOT_FOUND, wanted)
    return _list(request, await register.newest())


@router.get("/{number}")
async def show_one(request: Request, number: str, by: Reader) -> Response:
    """Show what was said and what is known of the citizen."""
    parts = services.of(request)
    try:
        contact = await parts.register.numbered(number)
    except UnknownContactError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
    subject = Subject("contact", contact.number)
    await parts.audit.record(by, Action.CONTACT_READ, subject, address=client_address(request))
    messages = await _all_messages(parts.register, contact)
    return pages.page(request, "contacts/one.html", contact=contact, messages=messages)


def _list(request: Request, contacts: list[Contact], status: HTTPStatus = HTTPStatus.OK, number: str = "") -> Response:
    return pages.page(request, "contacts/list.html", status, contacts=contacts, number=number)


async def _all_messages(register: Register, contact: Contact) -> list[Message]:
    messages: list[Message] = []
    while part := await register.messages(contact.id, messages[-1].id if messages else 0):
        messages += part
    return messages
