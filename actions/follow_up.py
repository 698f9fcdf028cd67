"""Owns telling a follow-up question («а сколько это стоит?», «а если в ипотеке?») from one on another service."""

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

LONGEST_FOLLOW_UP: Final = 8
"""Words of a question that needs the one before to be understood; a longer one says what it is about."""
_CASE: Final = re.compile(
    r"\b(если|егер)\b|"
    r"(са|се)(м|н|к|ныз|низ)? ше$|"  # «шетелдікпен болса ше»
    r"(болса|лмаса|лмесе|болмаса|калса|кетсе)(м|н|к|ныз|низ)?$|"
    r"(?<!де)(сам|сем)$|"  # «жоғалтып алсам», not «алайын десем»
    r"\b(?!касса)\w{2,}(са|се)(м|н|к|ныз|низ)?\b.*\b(ма|ме|ба|бе|па|пе)$"  # «тегім өзгерсе ауыстырамын ба»
)
_GOES_ON: Final = re.compile(r"^(а|ну а|и еще|ал|тагы) ")
_ASKS: Final = re.compile(r"\?$|\b(ма|ме|ба|бе|па|пе)\W*$")


def speaks_of_a_case(text: str) -> bool:
    """Whether a text sets a condition: «а если фамилия поменялась», «баласы мүгедек болса ше»."""
    return bool(_CASE.search(_bare(text)))


def goes_on(text: str) -> bool:
    """Whether a text begins as one that goes on with what was told: «а на второго больше»."""
    return bool(_GOES_ON.search(_bare(text)))


def asks(text: str) -> bool:
    """Whether a text has the mark or the particle of a question."""
    return bool(_ASKS.search(fold(text).strip()))


def _bare(text: str) -> str:
    return fold(text).strip(" ?!.")


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
