"""Owns how the whole vocabulary is said: as heard in the training data, and new words as the synthesiser says them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from models.speech.recipe import espeak
from models.speech.recipe.espeak import SILENCE, Voice

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from models.speech.recipe.corpus import Corpus
    from models.speech.recipe.training import AcousticModel

    Pronunciations: TypeAlias = Mapping[str, Mapping[str, int]]
    """Word -> phonemes, separated by spaces -> how often it was said so."""


def alone(word: str, corpus: Corpus) -> list[str]:
    """Return the phonemes of a word said by itself."""
    speech = espeak.say(corpus.said([word]), Voice(corpus.language))
    return [phone.name for phone in speech.phones if phone.name != SILENCE]


def complete(model: AcousticModel, corpus: Corpus) -> tuple[Corpus, Pronunciations]:
    """Return the corpus with the words that can be recognised, and how each of them is said.

    So words that came into the texts after the training are known too, as long as the network knows their phonemes.
    """
    ways = {word: model.pronunciations.get(word) or _way(word, model, corpus) for word in corpus.vocabulary}
    sayable = {word: counted for word, counted in ways.items() if counted}
    return replace(corpus, vocabulary=list(sayable)), sayable


def _way(word: str, model: AcousticModel, corpus: Corpus) -> dict[str, int]:
    phones = alone(word, corpus)
    return {" ".join(phones): 1} if phones and set(phones) <= set(model.phones) else {}
