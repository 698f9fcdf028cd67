"""Owns cutting a Kazakh or Russian message into tokens with lemmas, in the form that Rasa's featurizers read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from language.detection import detect
from language.lemmas import tokens
from language.normalisation import fold
from language.numbers import NumberSpan, find_numbers

_LONG_NUMBER = 5
"""Digits from which a number identifies something; shorter ones are marks, amounts and house numbers."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class BilingualTokenizer(Tokenizer):
    """Tokens whose text is folded (Kazakh letters, translit and homoglyphs in one form) and whose lemma is too.

    Folding at this one place makes a word typed with or without Kazakh letters, or in Latin, the same feature in
    training and in use, so that no augmented copies of the data are needed. A long number is one token of digits,
    so that one dictated in words is the same to the model as one typed.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return Rasa's usual options of a tokenizer, none of which this one uses."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Return the tokens of one attribute, with offsets into the original text."""
        text = message.get(attribute)
        numbers = [number for number in find_numbers(text) if len(number.digits) >= _LONG_NUMBER]
        long_numbers = [Token(number.digits, number.start, number.end, lemma=number.digits) for number in numbers]
        return sorted([*long_numbers, *_words(text, numbers)], key=lambda token: token.start)


def _words(text: str, numbers: list[NumberSpan]) -> Iterator[Token]:
    for token in tokens(text, detect(text).language or "ru"):
        if not any(number.start < token.end and token.start < number.end for number in numbers):
            yield Token(fold(token.text) or token.text, token.start, token.end, lemma=token.lemma)
