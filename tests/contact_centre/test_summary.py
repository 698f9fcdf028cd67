from __future__ import annotations

from contact_centre.summary import LONGEST, Summary, summarise
from contact_centre.tables import Message

SOURCES = [{"service": "PASSPORT", "aspect": "cost", "reviewed_at": "2026-10-01"}]


def _said(number: int, text: str, payload: str | None = None) -> Message:
    return Message(id=number, sender="citizen", text=text, payload=payload)


def _told(number: int, text: str, reply_to: int, *, sourced: bool = True) -> Message:
    return Message(id=number, sender="assistant", text=text, reply_to=reply_to, sources=SOURCES if sourced else None)


def test_the_lines_are_what_was_said() -> None:
    messages = [
        _said(1, "Добрый день"),
        _told(2, "Здравствуйте!", 1, sourced=False),
        _said(3, "сколько стоит паспорт"),
        _told(4, "8 МРП.", 3),
        _said(5, "а если потерял его за границей?"),
        _told(6, "Не знаю, соединить?", 5, sourced=False),
        _said(7, "Да", payload="/affirm"),
    ]
    assert summarise(messages) == Summary("сколько стоит паспорт", "8 МРП.", "а если потерял его за границей?")


def test_nothing_is_guessed() -> None:
    assert summarise([]) == Summary(None, None, None)
    assert summarise([_said(1, "оператор")]) == Summary("оператор", None, None)
    asked = [_said(1, "паспорт сколько стоит"), _told(2, "8 МРП.", 1)]
    assert summarise(asked) == Summary("паспорт сколько стоит", "8 МРП.", None)


def test_a_long_line_ends_at_a_word() -> None:
    line = summarise([_said(1, "слово " * 100)]).wants
    assert line is not None
    assert len(line) <= LONGEST + 1
    assert line.endswith("слово…")
