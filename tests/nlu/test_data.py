"""The training data: every intent in both languages, real variety, and nothing of what measures it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import cast

import pytest
import yaml

from bench.evaluation import Split, read
from bench.understanding import same_words

ROOT = Path(__file__).parents[2]
LANGUAGES = ("ru", "kk")
FEWEST_PHRASINGS = 40
LEAST_DISTINCT = 0.97
UNAVOIDABLE_WORDS = 2
"""Courtesies and numbers of one or two words ("спасибо", "бес балл") are in any two sets of this kind."""


def messages(language: str) -> list[tuple[str, str]]:
    """Return (intent, text) of every example of one language."""
    pairs = []
    for path in sorted((ROOT / "data" / "nlu" / language).glob("*.yml")):
        for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            lines = block["examples"].splitlines()
            pairs += [(block["intent"], line.removeprefix("- ")) for line in lines]
    return pairs


EVERYTHING = [pair for language in LANGUAGES for pair in messages(language)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_has_enough_phrasings_in_each_language(language: str) -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    intents = {next(iter(each)) if isinstance(each, dict) else each for each in domain["intents"]} - {"nlu_fallback"}
    counts = Counter(intent for intent, _ in messages(language))
    assert set(counts) == intents
    assert {intent: count for intent, count in counts.items() if count < FEWEST_PHRASINGS} == {}


def test_no_message_stands_twice_within_or_across_intents_and_languages() -> None:
    counts = Counter(same_words(text) for _, text in EVERYTHING)
    assert [words for words, count in counts.items() if count > 1] == []


def test_every_message_has_words() -> None:
    assert [text for _, text in EVERYTHING if not re.search(r"\w", text)] == []


@pytest.mark.parametrize("split", ["dev", "test"])
def test_nothing_that_measures_is_trained_on(split: str) -> None:
    measuring = {same_words(row["text"]) for row in read("intents", cast("Split", split))}
    leaked = [
        words
        for words in (same_words(text) for _, text in EVERYTHING)
        if words in measuring and len(words.split()) > UNAVOIDABLE_WORDS
    ]
    assert len(leaked) == 0  # the count alone: nobody may read the lines of `test`, not even here


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrasings_are_not_made_from_templates(language: str) -> None:
    """Text made by filling frames repeats the frames: its four-word sequences are few."""
    sequences = [
        tuple(words[start : start + 4])
        for words in (same_words(text).split() for _, text in messages(language))
        for start in range(len(words) - 3)
    ]
    assert len(set(sequences)) / len(sequences) >= LEAST_DISTINCT
