"""Owns telling a follow-up question («а сколько это стоит?») from a question on some other, unknown service."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from kb.base import FOLDER
from language.lemmas import tokens
from language.normalisation import fold
from language.places import find_places

if TYPE_CHECKING:
    from language import Language

_VOCABULARIES: Final = (FOLDER / "question_words.yml", Path(__file__).with_name("follow_up_words.yml"))

_KAZAKH_VERB: Final = re.compile(
    r"(кут|кор|ал|бар|бер|тапсыр|толе|жаса|айт|бил|кел|жибер|апар|кара|тексер|жаз|жугин|хабарлас|жина|баста|бастал)"
    r"(а|е|й)(м|мын|мин|мыз|миз|сыз|сиз|ды|ди)?$"
)
"""Verbs of any question, in each person of their present tense: the lemmas know few of them."""


class FollowUpVocabulary:
    """The words that a question on any service may have; any other word may name a service."""

    def __init__(self) -> None:
        contents = [yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) for path in _VOCABULARIES]
        self._words = frozenset(fold(word) for content in contents for words in content.values() for word in words)

    def names_something(self, text: str, language: Language) -> bool:
        """Whether a text has a word that no question on just any service has; a city is no service."""
        return bool(self.telling_words(text, language))

    def telling_words(self, text: str, language: Language) -> frozenset[str]:
        """Return the lemmas of a text that not just any question has; a city is not among them."""
        places = find_places(text)
        return frozenset(
            token.lemma
            for token in tokens(text, language)
            if token.lemma not in self._words
            and fold(token.text) not in self._words
            and not _KAZAKH_VERB.match(fold(token.text))
            and not token.text.isdecimal()
            and not any(place.start <= token.start < place.end for place in places)
        )
