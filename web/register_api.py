"""Owns the register over HTTP: by number, phone, words and time (rule 8)."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, StringConstraints

from contact_centre.register import UnknownContactError
from contact_centre.search import Wanted
from staff.roles import Permission
from staff.tables import Account
from web import looks, services
from web.consultant_models import ContactOut
from web.looks import ContactFull  # noqa: TC001  FastAPI reads the annotations
from web.problems import ProblemError
from web.staff.guard import require
from web.staff.sign_in import client_address

router = APIRouter(prefix="/contacts")

Reader = Annotated[Account, Depends(require(Permission.CONTACTS_READ))]
Words = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class ContactsOut(BaseModel):
    """What was found, newest first."""

    contacts: list[ContactOut]


class Search(BaseModel):
    """Which contacts to find; `before` is the number of the last one of the page before."""

    model_config = ConfigDict(extra="forbid")

    number: Words | None = None
    phone: Words | None = None
    text: Words | None = None
    since: datetime | None = None
    until: datetime | None = None
    recorded: bool = False
    """Only those with a recording."""
    before: Words | None = None


@router.get("")
async def find(request: Request, account: Reader, asked: Annotated[Search, Query()]) -> ContactsOut:
    """Return the contacts that fit, 50 at most."""
    wanted = Wanted(
        number=asked.number,
        phone=asked.phone,
        text=asked.text,
        since=_aware(asked.since),
        until=_aware(asked.until),
        recorded=asked.recorded,
        before=asked.before,
    )
    return ContactsOut(contacts=await looks.find(services.of(request), account, wanted, client_address(request)))


@router.get("/{number}")
async def read(request: Request, account: Reader, number: str) -> ContactFull:
    """Return a contact, with what is being said in it now."""
    try:
        return await looks.read(services.of(request), account, number, client_address(request))
    except UnknownContactError:
        raise ProblemError(HTTPStatus.NOT_FOUND, "unknown_contact", language=account.language) from None


def _aware(at: datetime | None) -> datetime | None:
    """Read a time without a zone as one of this server's clock."""
    return at.astimezone() if at is not None else None
