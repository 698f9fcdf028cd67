"""Owns spelling a sentence out for a speech engine: the one door to the rules of both languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from voice_channel.spoken_text import kazakh, russian
from voice_channel.spoken_text.abbreviations import abbreviations_spelt_out
from voice_channel.spoken_text.addresses import addresses_spelt_out
from voice_channel.spoken_text.digits import codes_spelt_out

if TYPE_CHECKING:
    from language import Language

_SPACES: Final = re.compile(r"[\s\u00a0]+")
_QUOTES: Final = re.compile(r'[«»“”"„]')
_BEFORE_STOP: Final = re.compile(r" +([,.!?;:])")


def spelt_out(sentence: str, language: Language) -> str:
    """Return the sentence as it is said: no digits, no signs, no abbreviations, no addresses."""
    text = _SPACES.sub(" ", sentence)
    text = addresses_spelt_out(text, language)
    text = codes_spelt_out(text, language)
    text = abbreviations_spelt_out(text, language)
    text = russian.spelt_out(text) if language == "ru" else kazakh.spelt_out(text)
    text = _QUOTES.sub("", text)
    return _BEFORE_STOP.sub(r"\1", _SPACES.sub(" ", text)).strip()
