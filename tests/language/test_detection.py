"""Which language a sentence is in, and when a conversation changes its language."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from statistics import median

import pytest

from language import LANGUAGES, Language
from language.detection import detect, language_of_turn

DATA = Path(__file__).parent / "data"
ACCURACY = 0.95


def sentences(name: str) -> list[tuple[str, str]]:
    """(expected language or "none", text) of a table in data/."""
    with (DATA / f"detection_{name}.tsv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["expected"], row["text"]) for row in rows]


@pytest.mark.parametrize("name", ["dev", "test"])
def test_sentences_are_told_apart(name: str) -> None:
    table = sentences(name)
    wrong = [(expected, text) for expected, text in table if (detect(text).language or "none") != expected]
    assert len(table) >= 150
    assert {expected for expected, _ in table} == {*LANGUAGES, "none"}
    assert 1 - len(wrong) / len(table) >= ACCURACY, wrong


def test_a_warm_sentence_costs_under_a_third_of_a_millisecond() -> None:
    texts = [text for _, text in sentences("dev")]
    for text in texts:
        detect(text)
    seconds = []
    for text in texts * 10:
        started = time.perf_counter()
        detect(text)
        seconds.append(time.perf_counter() - started)
    assert median(seconds) < 0.0003


@pytest.mark.parametrize("text", ["", "  ", "5", "паспорт", "ЦОН", "ok", "👍", "791028302728", "Айгуль"])
def test_no_evidence_means_no_language_and_no_confidence(text: str) -> None:
    assert detect(text).language is None
    assert detect(text).confidence == 0


def test_confidence_grows_with_evidence_and_falls_with_disagreement() -> None:
    bare = detect("куәлік").confidence
    sentence = detect("жеке куәлікті қалай аламын").confidence
    mixed = detect("как получить жеке куәлік").confidence
    assert 0 < bare < sentence <= 1
    assert 0 < mixed < detect("как получить удостоверение").confidence


@pytest.mark.parametrize(
    ("text", "current", "expected"),
    [
        ("паспорт", None, "ru"),
        ("", None, "ru"),
        ("рахмет", None, "kk"),
        ("да", "kk", "kk"),
        ("паспорт", "kk", "kk"),
        ("ЦОН", "kk", "kk"),
        ("5", "kk", "kk"),
        ("нет", "kk", "kk"),
        ("спасибо", "kk", "kk"),
        ("виза", "ru", "ru"),
        ("рахмет", "ru", "ru"),
        ("куәлік", "ru", "ru"),
        ("791028302728", "kk", "kk"),
        ("иә", "ru", "kk"),
        ("жоқ", "ru", "kk"),
        ("қазақша сөйлесейік", "ru", "kk"),
        ("прописканы калай жасаймын", "ru", "kk"),
        ("kualikti qalai alamyn", "ru", "kk"),
        ("как получить справку", "kk", "ru"),
        ("мне нужен жеке куәлік", "kk", "ru"),
        ("kak poluchit spravku", "kk", "ru"),
    ],
)
def test_a_turn_changes_the_language_only_on_clear_evidence(
    text: str, current: Language | None, expected: Language
) -> None:
    assert language_of_turn(text, current) == expected
