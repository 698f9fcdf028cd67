"""Owns what is picked out of a message besides its intent: numbers, dates, names, the aspect, the language."""

from __future__ import annotations

import os
import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from kb.agencies import AgencyFinder, AgencySpan
from kb.aspects import AspectRecogniser
from language.dates import find_dates
from language.detection import detect
from language.identifiers import is_valid_iin
from language.numbers import find_numbers
from language.people import find_people
from language.places import PlaceSpan, find_places

PROCEDURE_INTENT = "ask_service_procedure"
_IIN = re.compile(r"\d{12}")
_TIME_ZONE = ZoneInfo("Asia/Almaty")
_OF_A_CITY = re.compile(r"\s+(?:(?:города|гор|г)\.?\s+)?|\s+қала\w*\s+|\s+кала\w*\s+", re.IGNORECASE)
_PERMIT_NUMBER = re.compile(r"\bKZ[ -]?\d{2}[ -]?[A-Z]{0,4}[ -]?\d{5,10}\b", re.IGNORECASE)


def _entity(name: str, value: str, start: int, end: int, extractor: str) -> dict[str, Any]:
    return {"entity": name, "value": value, "start": start, "end": end, "extractor": extractor}


class _Extractor(GraphComponent):
    """What the extractors of this module share: nothing is trained, entities are added to those found before."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> _Extractor:
        """Make the extractor."""
        return cls(config)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the data as it is: the examples carry no such entities."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add what is found in each message to its entities."""
        for message in messages:
            found = self.extract(message)
            if found:
                message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def extract(self, message: Message) -> list[dict[str, Any]]:
        """Return the entities of one message."""
        raise NotImplementedError


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class IdentifierExtractor(_Extractor):
    """Finds numbers that identify, typed or dictated in words, as the entities `application_number` and `iin`.

    Twelve digits can be either; both are reported, and the dialogue decides by what it has asked for. An `iin` carries
    `valid`: whether there can be such a number, by its date of birth and check digit. The pattern of
    an application number is not fixed by any rule, so it is taken from APPLICATION_NUMBER_PATTERN when that is set.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the pattern that a whole number, without spaces and dashes, must have."""
        return {"application_number_pattern": r"\d{10,12}|KZ\d[0-9A-Z]{7,14}"}

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        pattern = os.environ.get("APPLICATION_NUMBER_PATTERN") or config["application_number_pattern"]
        self._application_number = re.compile(pattern)

    def extract(self, message: Message) -> list[dict[str, Any]]:
        """Return the identifying numbers of one message, in the order they stand in."""
        name = type(self).__name__
        found = []
        for value, start, end in self._candidates(message.get(TEXT) or ""):
            if self._application_number.fullmatch(value):
                found.append(_entity("application_number", value, start, end, name))
            if _IIN.fullmatch(value):
                found.append({**_entity("iin", value, start, end, name), "valid": is_valid_iin(value)})
        return found

    @staticmethod
    def _candidates(text: str) -> list[tuple[str, int, int]]:
        permits = [
            (re.sub(r"[\s-]", "", match.group(0)).upper(), match.start(), match.end())
            for match in _PERMIT_NUMBER.finditer(text)
        ]
        taken = [(start, end) for _, start, end in permits]
        numbers = [
            (span.digits, span.start, span.end)
            for span in find_numbers(text)
            if not any(start < span.end and span.start < end for start, end in taken)
        ]
        return sorted(permits + numbers, key=lambda candidate: candidate[1])


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class MentionExtractor(_Extractor):
    """Finds what a story tells of when, where and whom, as the entities `date`, `city`, `agency` and `person`.

    The value of a whole date is its ISO form, of any other date the words; of a city or region its official Russian
    name; of an agency and a person the words as said, an agency's with the city that is part of its name. An `agency`
    carries the `code` of the body.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._agencies = AgencyFinder.load()

    def extract(self, message: Message) -> list[dict[str, Any]]:
        """Return the mentions of one message; a city inside the name of a body or a person is not one of its own."""
        text = message.get(TEXT) or ""
        name = type(self).__name__
        places, people = find_places(text), find_people(text)
        agencies = [(each.code, *_with_city(text, each, places)) for each in self._agencies.find(text)]
        names = [*((start, end) for _, start, end in agencies), *((each.start, each.end) for each in people)]
        found = [{**_entity("agency", text[a:b], a, b, name), "code": code} for code, a, b in agencies]
        found += [_entity("person", text[each.start : each.end], each.start, each.end, name) for each in people]
        for place in places:
            if not any(start < place.end and place.start < end for start, end in names):
                found.append(_entity("city", place.name, place.start, place.end, name))
        for each in find_dates(text, datetime.now(_TIME_ZONE).date()):
            said = each.day.isoformat() if each.day else text[each.start : each.end]
            found.append(_entity("date", said, each.start, each.end, name))
        return sorted(found, key=lambda entity: entity["start"])


def _with_city(text: str, agency: AgencySpan, places: list[PlaceSpan]) -> tuple[int, int]:
    """Return where an agency's name begins and ends, the city that is said with it included («ЦОН города Тараз»)."""
    start, end = agency.start, agency.end
    for place in places:
        if _OF_A_CITY.fullmatch(text, end, place.start):
            end = place.end
        elif _OF_A_CITY.fullmatch(text, place.end, start):
            start = place.start
    return start, end


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class AspectTagger(_Extractor):
    """Names the aspect that a question on a service asks about, as the entity `aspect`."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._recogniser = AspectRecogniser.load()

    def extract(self, message: Message) -> list[dict[str, Any]]:
        """Return the aspect of a procedure question, nothing for any other message."""
        text = message.get(TEXT) or ""
        if (message.get(INTENT) or {}).get("name") != PROCEDURE_INTENT:
            return []
        aspect = self._recogniser.recognise(text)
        return [_entity("aspect", aspect, 0, len(text), type(self).__name__)] if aspect else []


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class LanguageTagger(_Extractor):
    """Names the language of the turn as the entity `language`: the contact centre's word for it, else detected."""

    def extract(self, message: Message) -> list[dict[str, Any]]:
        """Return the language of one message, nothing when neither the sender nor the text tells it."""
        text = message.get(TEXT) or ""
        language = (message.get("metadata") or {}).get("language") or detect(text).language
        return [_entity("language", language, 0, len(text), type(self).__name__)] if language else []
