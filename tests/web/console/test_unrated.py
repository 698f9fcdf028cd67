"""A rating over the real API that does not come, or comes without the word that is asked for after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contact_centre.queue.policy import QueuePolicy
from tests.web.console.seats import until
from tests.web.running import Chat, open_chat

if TYPE_CHECKING:
    import httpx

    from tests.web.console.seats import Seat
    from web.settings import Settings

RATING_S = 5.0
"""Long enough to give points in, on a machine under load."""

pytestmark = pytest.mark.usefixtures("asks_for_a_human")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.queue = QueuePolicy(tick_s=0.1, rating_s=RATING_S)
    return settings


def _advised(http: httpx.Client, consultant: Seat) -> tuple[Chat, int]:
    """Return a chat whose consultation is over, and the consultation's id."""
    chat = open_chat(http, language="ru")
    consultant.be("available")
    chat.say("оператор")
    talk = int(consultant.take()["id"])
    consultant.close(talk)
    assert chat.read()["state"] == "rating"
    return chat, talk


def test_a_rating_that_does_not_come_is_not_waited_for(http: httpx.Client, consultant: Seat) -> None:
    chat, talk = _advised(http, consultant)
    until(lambda: chat.read()["state"] == "closed")
    assert chat.texts("system")[-1] == "Разговор завершён. Если появится вопрос, напишите."
    assert consultant.get(f"/conversations/{talk}")["rating"] is None


def test_points_without_a_word_count(http: httpx.Client, consultant: Seat) -> None:
    chat, talk = _advised(http, consultant)
    assert chat.say("4").json()["state"] == "rating"
    until(lambda: chat.read()["state"] == "closed")
    assert chat.texts("system")[-1] == "Спасибо, оценка сохранена. Если появится вопрос, напишите."
    assert consultant.get(f"/conversations/{talk}")["rating"] == 4
