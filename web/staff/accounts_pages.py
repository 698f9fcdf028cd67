"""Owns the pages where an administrator manages the accounts."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.exceptions import HTTPException

from language import Language
from staff.accounts import (
    InvalidLoginError,
    LastAdministratorError,
    LoginTakenError,
    NoRoleError,
    SubjectTakenError,
    UnknownAccountError,
)
from staff.roles import Permission, Role
from staff.tables import MAX_DISPLAY_NAME, MAX_SUBJECT, Account
from web import services
from web.staff import pages
from web.staff.guard import require

router = APIRouter(prefix="/accounts")

Manager = Annotated[Account, Depends(require(Permission.ACCOUNTS_MANAGE))]
Field = Annotated[str, Form(max_length=200)]
Roles = Annotated[list[Role], Form(default_factory=list)]
_LIST = "/staff/accounts"
_PROBLEMS = {
    InvalidLoginError: "invalid_login",
    LoginTakenError: "login_taken",
    NoRoleError: "no_role",
    LastAdministratorError: "last_administrator",
    SubjectTakenError: "subject_taken",
}


@router.get("")
async def show_all(request: Request, _by: Manager) -> Response:
    """List the accounts."""
    return pages.page(request, "accounts/list.html", accounts=await services.of(request).accounts.all())


@router.get("/new")
async def show_new(request: Request, _by: Manager) -> Response:
    """Show the form of a new account."""
    return _new_form(request)


@router.post("/new")
async def create(
    request: Request,
    *,
    by: Manager,
    roles: Roles,
    language: Annotated[Language, Form()],
    login: Field = "",
    display_name: Field = "",
) -> Response:
    """Make the account and show its temporary password, once."""
    entered = {"login": login, "display_name": display_name, "roles": roles, "spoken": language}
    name = display_name.strip()[:MAX_DISPLAY_NAME]
    if not name:
        return _new_form(request, "no_name", **entered)
    try:
        account, password = await services.of(request).accounts.create(login, name, roles, language, by=by)
    except tuple(_PROBLEMS) as problem:
        return _new_form(request, _PROBLEMS[type(problem)], **entered)
    return _password_once(request, account, password)


@router.get("/{account_id}")
async def show_one(request: Request, account_id: int, _by: Manager) -> Response:
    """Show one account."""
    return _form(request, await _account(request, account_id))


@router.post("/{account_id}")
async def change(
    request: Request,
    account_id: int,
    *,
    by: Manager,
    roles: Roles,
    display_name: Field = "",
    active: Annotated[bool, Form()] = False,
    subject: Annotated[str | None, Form(max_length=MAX_SUBJECT)] = None,
) -> Response:
    """Keep the changes."""
    account = await _account(request, account_id)
    name = display_name.strip()[:MAX_DISPLAY_NAME]
    if not name:
        return _form(request, account, "no_name")
    try:
        await services.of(request).accounts.change(
            account_id, display_name=name, roles=roles, active=active, subject=_subject(request, subject), by=by
        )
    except tuple(_PROBLEMS) as problem:
        return _form(request, account, _PROBLEMS[type(problem)])
    return pages.redirect(request, _LIST, "accounts.changed", login=account.login)


@router.post("/{account_id}/password")
async def reset_password(request: Request, account_id: int, by: Manager) -> Response:
    """Give the account a temporary password and show it, once."""
    account = await _account(request, account_id)
    password = await services.of(request).accounts.reset_password(account_id, by=by)
    return _password_once(request, account, password)


def _subject(request: Request, given: str | None) -> str | None:
    """Return the subject to link, "" for none; None, which changes nothing, where the form has no such field."""
    return (given or "").strip() if services.of(request).provider is not None else None


async def _account(request: Request, account_id: int) -> Account:
    try:
        return await services.of(request).accounts.by_id(account_id)
    except UnknownAccountError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None


def _new_form(request: Request, problem: str | None = None, **entered: object) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    shown = {"login": "", "display_name": "", "roles": [], "spoken": pages.language(request)} | entered
    return pages.page(request, "accounts/new.html", status, problem=problem, all_roles=list(Role), **shown)


def _form(request: Request, shown: Account, problem: str | None = None) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    by_provider = services.of(request).provider is not None
    return pages.page(
        request,
        "accounts/one.html",
        status,
        shown=shown,
        problem=problem,
        all_roles=list(Role),
        by_provider=by_provider,
    )


def _password_once(request: Request, shown: Account, password: str) -> Response:
    return pages.page(request, "accounts/password.html", shown=shown, password=password)
