"""Owns how a staff page is made: templates, words, navigation, messages after a change, headers."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from language import LANGUAGES, Language
from staff import sessions
from staff.roles import Permission
from web.problems import reader_language
from web.staff import cookies, csrf
from web.staff.texts import TEMPLATES, MissingTextError, text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from starlette.requests import Request

    from staff.tables import Account

TIME_ZONE: Final = ZoneInfo("Asia/Almaty")
"""All of Kazakhstan since 1 March 2024."""
HOME: Final = "/staff/"
SIGN_IN: Final = "/staff/sign-in"

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with none at all a browser calls the origin of our own forms "null"
}


@dataclass(frozen=True)
class Section:
    """A part of the staff pages; shown to who has any of the permissions."""

    name: str
    address: str
    permissions: frozenset[Permission]


SECTIONS: Final = (
    Section("console", "/staff/console", frozenset({Permission.CONTACTS_SERVE})),
    Section("supervision", "/staff/supervision/", frozenset({Permission.NUMBERS_READ})),
    Section("replies", "/staff/replies", frozenset({Permission.QUEUE_SUPERVISE})),
    Section("contacts", "/staff/contacts", frozenset({Permission.CONTACTS_READ})),
    Section("recording_requests", "/staff/recording-requests", frozenset({Permission.RECORDINGS_READ})),
    Section("kb", "/staff/kb/", frozenset({Permission.KB_EDIT, Permission.KB_REVIEW})),
    Section("accounts", "/staff/accounts", frozenset({Permission.ACCOUNTS_MANAGE})),
    Section("audit", "/staff/audit", frozenset({Permission.AUDIT_READ})),
)

_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def language(request: Request) -> Language:
    """Return the language of the page: the account's, else the one chosen before, else the browser's."""
    account = _account(request)
    if account is not None:
        return account.language
    chosen = cookies.read(request, cookies.LANGUAGE)
    return chosen if chosen in LANGUAGES else reader_language(request.headers)


def page(request: Request, template: str, status: HTTPStatus = HTTPStatus.OK, /, **context: object) -> HTMLResponse:
    """Return the page made from `template` (a path below web/templates/staff).

    Templates find, besides `context`: `t(key, **values)`, `language`, `account` (None when nobody is signed in),
    `may(permission)`, `sections`, `csrf_token`, `path`, `flash` (a sentence or None) and `moment(datetime)`.
    """
    spoken = language(request)
    response = HTMLResponse(
        _TEMPLATES.get_template(template).render(**_common(request, spoken), **context),
        status,
        headers={**_HEADERS, "Content-Language": spoken},
    )
    if cookies.read(request, cookies.FLASH) is not None:
        cookies.drop(request, response, cookies.FLASH)
    return response


def redirect(request: Request, address: str, flash: str | None = None, /, **values: str) -> RedirectResponse:
    """Lead to another page after a change; it shows the text `flash` (a key of texts.yml) once."""
    response = RedirectResponse(address, HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})
    if flash is not None:
        cookies.put(request, response, cookies.FLASH, _packed(flash, values))
    return response


def address_here(wanted: str | None) -> str:
    """Return `wanted` if it is an address of the staff pages, else the start page: no redirect leads elsewhere."""
    if wanted is None or not wanted.startswith(HOME) or "\\" in wanted or not wanted.isprintable():
        return HOME
    return wanted


def moment(value: datetime, spoken: Language) -> str:
    """Return a time as people of this country write it."""
    return format_datetime(value.astimezone(TIME_ZONE), "dd.MM.yyyy HH:mm:ss", locale=spoken)


def _common(request: Request, spoken: Language) -> dict[str, object]:
    account = _account(request)
    token = cookies.read(request, cookies.SESSION)  # even of a session that is over: the form to sign in needs it
    return {
        "t": partial(_translate, spoken),
        "language": spoken,
        "account": account,
        "may": lambda name: account is not None and account.may(Permission(name)),
        "sections": [section for section in SECTIONS if account and section.permissions & account.permissions],
        "csrf_field": csrf.FIELD,
        "csrf_token": sessions.csrf_token(token) if token else None,
        "path": request.url.path,
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "flash": _flash(request, spoken),
        "moment": lambda value: moment(value, spoken),
    }


def _translate(spoken: Language, key: str, /, **values: object) -> str:
    return text(key, spoken, **values)


def _account(request: Request) -> Account | None:
    return getattr(request.state, "account", None)


def _packed(key: str, values: Mapping[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps([key, values]).encode()).decode()


def _flash(request: Request, spoken: Language) -> str | None:
    """Return the sentence left by `redirect`; what a browser made up is not one."""
    packed = cookies.read(request, cookies.FLASH)
    if packed is None:
        return None
    try:
        key, values = json.loads(base64.urlsafe_b64decode(packed))
        return text(key, spoken, **values)
    except (binascii.Error, ValueError, TypeError, LookupError, MissingTextError):
        return None
