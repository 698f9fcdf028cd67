"""Cost of a turn of the running product: `python -m bench.dialogue [--rasa URL] [--web URL]` (after `make run`)."""

from __future__ import annotations

import argparse
import os
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Every line is answered by a custom action; a line asks nothing that the next one would answer by chance.
LINES: Final = (
    "сколько стоит паспорт",
    "а какие документы нужны?",
    "жеке куәлік қанша күнде дайын болады",
    "где моё заявление",
    "002610450022",
    "құжаттарды қайда тапсырамын",
    "какие причины отказа",
    "спасибо",
)
EARLY: Final = range(3, 8)
LATE: Final = range(118, 123)
LONG: Final = 123
SENDERS: Final = 8
LOAD_S: Final = 15.0
TIMEOUT_S: Final = 10.0


class Way(Protocol):
    """A way to say something to the assistant and wait for the answer."""

    def say(self, text: str) -> None:
        """Say it; raises AssertionError when no answer comes."""


class Connector:
    """One conversation directly with the Rasa server."""

    def __init__(self, rasa: str) -> None:
        self._http = httpx.Client(base_url=rasa, timeout=TIMEOUT_S, trust_env=False)
        self._conversation = str(uuid4())

    def say(self, text: str) -> None:
        """Say it."""
        turn = {"conversation": self._conversation, "text": text, "language": "ru", "channel": "web"}
        answer = self._http.post("/webhooks/contact_centre/turn", json=turn)
        if answer.status_code != httpx.codes.OK or not answer.json():
            raise AssertionError(f"{text!r} was not answered: {answer.status_code} {answer.text[:200]}")


class Chat:
    """One conversation through the public chat API, as a service client (it has no limit of messages)."""

    def __init__(self, web: str) -> None:
        self._http = httpx.Client(base_url=web, timeout=TIMEOUT_S, trust_env=False)
        service = {"Authorization": f"Bearer {os.environ['SERVICE_TOKEN']}"}
        opened = self._http.post("/api/conversations", json={}, headers=service).raise_for_status().json()
        self._path = f"/api/conversations/{opened['id']}/messages"
        self._http.headers["Authorization"] = f"Bearer {opened['token']}"

    def say(self, text: str) -> None:
        """Say it."""
        answer = self._http.post(self._path, json={"text": text})
        if answer.status_code != httpx.codes.OK or not answer.json()["messages"]:
            raise AssertionError(f"{text!r} was not answered: {answer.status_code} {answer.text[:200]}")


def timed(way: Way, text: str) -> float:
    """Return the milliseconds that one turn takes."""
    started = time.perf_counter()
    way.say(text)
    return (time.perf_counter() - started) * 1000


def turns(start: Callable[[], Way], conversations: int, length: int) -> list[list[float]]:
    """Return the milliseconds of every turn of `conversations`, one after the other, `length` turns each."""
    measured = []
    for _ in range(conversations):
        way = start()
        measured.append([timed(way, text) for text in islice(cycle(LINES), length)])
    return measured


def flatness(conversations: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Return the median milliseconds of a turn early and late in long conversations."""
    early = [times[turn] for times in conversations for turn in EARLY]
    late = [times[turn] for times in conversations for turn in LATE]
    return statistics.median(early), statistics.median(late)


def load(start: Callable[[], Way]) -> float:
    """Return the turns a second of `SENDERS` at once, each in conversations of ordinary length."""
    stop = threading.Event()

    def sender(_: int) -> int:
        count = 0
        while not stop.is_set():
            way = start()
            for text in LINES:
                way.say(text)
                count += 1
        return count

    with ThreadPoolExecutor(SENDERS) as pool:
        started = time.monotonic()
        running = [pool.submit(sender, number) for number in range(SENDERS)]
        time.sleep(LOAD_S)
        stop.set()
        total = sum(future.result() for future in running)
        return total / (time.monotonic() - started)


def resident_mb(rasa: str) -> float | None:
    """Return the resident memory of the Rasa server that listens on the port of `rasa`, None when it is elsewhere."""
    port = str(urlsplit(rasa).port)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode().split("\0")
            status = (process / "status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended meanwhile
        if any(part.endswith("rasa") for part in command) and port in command:
            return int(status.partition("VmRSS:")[2].split()[0]) / 1024
    return None


def report(name: str, start: Callable[[], Way]) -> None:
    """Measure one way and print its row."""
    turns(start, 3, len(LINES))  # warm up
    ordinary = sorted(ms for times in turns(start, 15, len(LINES)) for ms in times)
    early, late = flatness(turns(start, 3, LONG))
    p95 = ordinary[int(len(ordinary) * 0.95)]
    figures = (statistics.median(ordinary), p95, early, late)
    columns = [*(f"{ms:.0f}" for ms in figures), f"{late / early:.2f}", f"{load(start):.0f}"]
    print(f"| {name} | {' | '.join(columns)} |", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rasa", default="http://127.0.0.1:5005")
    parser.add_argument("--web", help="also measure through the chat API here (SERVICE_TOKEN in the environment)")
    arguments = parser.parse_args()
    print(
        "| way | turn p50, ms | p95 | turn 5 | turn 120 | ratio | turns/s, 8 senders |\n|---|---|---|---|---|---|---|"
    )
    report("connector", lambda: Connector(arguments.rasa))
    if arguments.web:
        report("chat API", lambda: Chat(arguments.web))
    memory = resident_mb(arguments.rasa)
    print(f"\nRasa's resident memory afterwards: {'unknown' if memory is None else f'{memory:.0f} MB'}")


if __name__ == "__main__":
    main()
