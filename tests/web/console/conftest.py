from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from staff.roles import Role
from tests.contact_centre.dialogue_server import saying
from tests.web.console.seats import Badge, Seat, issue
from tests.web.running import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contact_centre.dialogue_server import DialogueServer
    from web.settings import Settings

STAFF = (Role.CONSULTANT, Role.CONSULTANT, Role.SUPERVISOR, Role.EDITOR, Role.AUTHORITY)
HANDOFF = saying({"text": "Хорошо."}, {"custom": {"handoff": {"reason": "citizen_asked", "skill": "general"}}})


@pytest.fixture
def badges(settings: Settings) -> list[Badge]:
    return issue(settings, *STAFF)


@pytest.fixture
def address(settings: Settings, badges: list[Badge]) -> Iterator[str]:
    assert badges
    with running(settings) as url:
        yield url


@pytest.fixture
def seats(address: str, badges: list[Badge]) -> Iterator[list[Seat]]:
    with ExitStack() as clients:
        people = [Seat(address, badge) for badge in badges]
        for person in people:
            clients.enter_context(person.http)
        yield people


@pytest.fixture
def consultant(seats: list[Seat]) -> Seat:
    return seats[0]


@pytest.fixture
def colleague(seats: list[Seat]) -> Seat:
    return seats[1]


@pytest.fixture
def supervisor(seats: list[Seat]) -> Seat:
    return seats[2]


@pytest.fixture
def asks_for_a_human(dialogue: DialogueServer) -> None:
    dialogue.answer = HANDOFF
