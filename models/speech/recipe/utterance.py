"""Owns one utterance: a sentence said by a voice, brought to 8 kHz between silences, its phonemes still in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from models.speech.recipe import espeak, telephone
from models.speech.recipe.espeak import SILENCE, Phone, Speech, Voice

if TYPE_CHECKING:
    import random

    from numpy.typing import NDArray

    from models.speech.languages import Language

_LEAD_S = (0.05, 0.8)
_TRAIL_S = (0.15, 1.2)


class Utterance(NamedTuple):
    """8 kHz samples and the phonemes in them; silence is a phoneme, and the first one starts at 0."""

    samples: NDArray[np.float64]
    phones: list[Phone]


def any_voice(language: Language, variants: tuple[str, ...], chance: random.Random) -> Voice:
    """Return a random speaker of these variants."""
    return Voice(
        language,
        chance.choice(variants),
        words_per_minute=chance.randint(105, 220),
        pitch=chance.randint(15, 90),
        pitch_range=chance.randint(20, 80),  # from 90 on libespeak-ng 1.51 writes beyond its buffer (voice rob)
        word_gap=chance.choice((0, 0, 0, 1, 4)),
    )


def on_telephone(speech: Speech, chance: np.random.Generator, warp: float = 1.0) -> Utterance:
    """Return the speech at 8 kHz with silence around it; `warp` other than 1 makes the speaker smaller or larger."""
    factor = telephone.RATE / speech.rate * warp
    samples = telephone.resample(speech.samples, factor)
    lead, trail = (int(telephone.RATE * chance.uniform(*span)) for span in (_LEAD_S, _TRAIL_S))
    shifted = [phone._replace(start=int(phone.start * factor) + lead) for phone in speech.phones]
    phones = [Phone(SILENCE, 0, None), *shifted, Phone(SILENCE, lead + len(samples), None)]
    merged = [
        phone
        for phone, before in zip(phones, (None, *phones), strict=False)
        if before is None or not (phone.name == before.name == SILENCE)
    ]
    return Utterance(np.concatenate([np.zeros(lead), samples, np.zeros(trail)]), merged)


def said(text: str, voice: Voice, chance: np.random.Generator) -> Utterance:
    """Return the text spoken, at 8 kHz, between silences."""
    return on_telephone(espeak.say(text, voice), chance)
