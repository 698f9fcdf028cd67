"""Whatever citizens write and however the dialogue behaves: nothing is lost, doubled, mixed up, and nothing breaks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from language.normalisation import clean
from tests.contact_centre.dialogue_server import DialogueServer, Reply, echo, saying
from tests.web.running import open_chat, running
from web.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = st.text(min_size=1, max_size=60) | st.sampled_from(["/restart", "Паспортты қалай аламын?", "оператор"])
BEHAVIOURS = {
    "answers": echo,
    "is silent": saying(),
    "is broken": lambda _request: Reply(b"{"),
    "fails": lambda _request: Reply({}, status=500),
    "hands off": saying({"text": "Хорошо."}, {"custom": {"handoff": {"reason": "asked"}}}),
    "ends": saying({"text": "До свидания.", "custom": {"end": {}}}),
}


@pytest.fixture(scope="module")
def dialogue() -> Iterator[DialogueServer]:
    with DialogueServer() as server:
        yield server


@pytest.fixture(scope="module")
def http(dialogue: DialogueServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    data_dir = tmp_path_factory.mktemp("data")
    unlimited = Settings(rasa_url=dialogue.url, data_dir=data_dir, messages_limit=100_000, conversations_limit=100_000)
    with (
        running(unlimited) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=30) as client,
    ):
        yield client


@given(st.text() | st.text(alphabet=st.characters(categories=["Cc", "Cf", "Cs", "Co", "Zs"])))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_answered_or_refused_with_a_reason(http: httpx.Client, dialogue: DialogueServer, text: str) -> None:
    dialogue.answer = echo
    chat = open_chat(http, language="ru")
    body = json.dumps({"text": text}).encode()
    response = http.post(chat.path, content=body, headers={"Content-Type": "application/json", **chat.headers})
    if response.status_code == 200:
        assert chat.texts("citizen") == [clean(text)]
    else:
        assert response.status_code == 422
        assert [error["where"] for error in response.json()["errors"]] == ["text"]
        assert chat.texts("citizen") == []


class Citizens(RuleBasedStateMachine):
    """Two citizens who write, repeat themselves and come back, while the dialogue changes its behaviour."""

    http: httpx.Client
    dialogue: DialogueServer

    @initialize()
    def open(self) -> None:
        self.chats = [open_chat(self.http, language="ru") for _ in range(2)]
        self.said: list[list[tuple[str, httpx.Response]]] = [[], []]
        self._behave("answers")

    @rule(behaviour=st.sampled_from(sorted(BEHAVIOURS)))
    def dialogue_changes(self, behaviour: str) -> None:
        self._behave(behaviour)

    def _behave(self, behaviour: str) -> None:
        self.behaviour = behaviour
        self.dialogue.answer = BEHAVIOURS[behaviour]

    @rule(who=st.integers(0, 1), text=TEXTS.filter(lambda text: clean(text) != ""))
    def say(self, who: int, text: str) -> None:
        chat, said = self.chats[who], self.said[who]
        before = chat.read()["state"]
        response = chat.say(text, f"m{len(said)}")
        said.append((clean(text), response))
        answer = response.json()
        assert len(answer["messages"]) >= 1
        if self.behaviour in {"is silent", "is broken", "fails"}:
            assert answer["state"] == "queued"
            assert response.status_code == (200 if before == "queued" else 503)
        else:
            assert response.status_code == 200
            returned = "bot" if before == "closed" else before
            assert answer["state"] == {"hands off": "queued", "ends": "closed"}.get(self.behaviour, returned)

    @rule(who=st.integers(0, 1), data=st.data())
    def repeat(self, who: int, data: st.DataObject) -> None:
        if self.said[who]:
            number = data.draw(st.integers(0, len(self.said[who]) - 1))
            text, first = self.said[who][number]
            again = self.chats[who].say(text, f"m{number}")
            assert again.status_code == first.status_code
            assert again.json()["messages"] == first.json()["messages"]

    @invariant()
    def everything_is_kept_once_in_order(self) -> None:
        for chat, said in zip(getattr(self, "chats", ()), getattr(self, "said", ()), strict=True):
            assert chat.texts("citizen") == [text for text, _ in said]
            answers = [message for _, response in said for message in response.json()["messages"]]
            kept = [message for message in chat.read()["messages"] if message["from"] == "assistant"]
            assert kept[1:] == answers


def test_nothing_is_lost_doubled_or_mixed_up(http: httpx.Client, dialogue: DialogueServer) -> None:
    Citizens.http, Citizens.dialogue = http, dialogue
    run_state_machine_as_test(
        Citizens,
        settings=settings(max_examples=15, stateful_step_count=12, deadline=None),
    )
