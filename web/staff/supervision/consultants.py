"""Owns the pages where a supervisor says what consultants can do."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.exceptions import HTTPException

from contact_centre.tables import ConsultantDuty
from contact_centre.vocabulary import TOPICS, topic_name
from language import LANGUAGES, Language
from staff.accounts import UnknownAccountError
from staff.roles import Permission
from staff.tables import Account
from web import services, supervision
from web.staff import pages
from web.staff.sign_in import client_address
from web.staff.supervision.access import Supervising
from web.supervision import MAX_CAPACITY, Skills

router = APIRouter(prefix="/consultants")

_LIST = "/staff/supervision/consultants"
Languages = Annotated[list[Language], Form(default_factory=list)]
Topics = Annotated[list[str], Form(default_factory=list)]


@router.get("")
async def show_all(request: Request, _by: Supervising) -> Response:
    """List everyone who may sit at the console, whether or not they ever did."""
    parts = services.of(request)
    accounts = [one for one in await parts.accounts.all() if one.active and one.may(Permission.CONTACTS_SERVE)]
    duties = {person.account.id: person.duty for person in (await parts.floor.now()).people}
    shown = [(account, duties.get(account.id)) for account in sorted(accounts, key=lambda one: one.display_name)]
    spoken = pages.language(request)
    return pages.page(
        request, "supervision/consultants.html", consultants=shown, topic_name=lambda code: topic_name(code, spoken)
    )


@router.get("/{account_id}")
async def show_one(request: Request, _by: Supervising, account_id: int) -> Response:
    """Show what a consultant can do."""
    account = await _consultant(request, account_id)
    people = {person.account.id: person.duty for person in (await services.of(request).floor.now()).people}
    return _form(request, account, _skills(request, people.get(account_id)))


@router.post("/{account_id}")
async def change(
    request: Request,
    account_id: int,
    *,
    by: Supervising,
    languages: Languages,
    topics: Topics,
    capacity: Annotated[int, Form(ge=1, le=MAX_CAPACITY)],
) -> Response:
    """Keep what a consultant can do."""
    account = await _consultant(request, account_id)
    if not set(topics) <= set(TOPICS):
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    if not languages:
        chosen = Skills.model_construct(languages=[], topics=topics, capacity=capacity)
        return _form(request, account, chosen, "no_language")
    skills = Skills(languages=languages, topics=topics, capacity=capacity)
    await supervision.set_skills(services.of(request), by, account_id, skills, client_address(request))
    return pages.redirect(request, _LIST, "supervision.skills.changed", name=account.display_name)


async def _consultant(request: Request, account_id: int) -> Account:
    try:
        return await supervision.consultant(services.of(request), account_id)
    except UnknownAccountError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None


def _skills(request: Request, duty: ConsultantDuty | None) -> Skills:
    """Return what is known; who never came to the console begins with both languages, as the desk would have it."""
    if duty is None:
        capacity = services.of(request).desk.policy.capacity
        return Skills(languages=list(LANGUAGES), topics=[], capacity=capacity)
    return Skills(languages=duty.languages, topics=duty.topics, capacity=duty.capacity)


def _form(request: Request, account: Account, skills: Skills, problem: str | None = None) -> Response:
    spoken = pages.language(request)
    return pages.page(
        request,
        "supervision/skills.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        consultant=account,
        skills=skills,
        problem=problem,
        topics={code: topic.name[spoken] for code, topic in TOPICS.items()},
        spoken_languages=LANGUAGES,
        max_capacity=MAX_CAPACITY,
    )
