"""Owns cutting a Kazakh or Russian message into tokens with lemmas, in the form that Rasa's featurizers read."""

from __future__ import annotations

from typing import Any

from language.detection import detect
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from language.lemmas import tokens
from language.normalisation import fold


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class BilingualTokenizer(Tokenizer):
    """Tokens whose text is folded (Kazakh letters, translit and homoglyphs in one form) and whose lemma is too.

    Folding at this one place makes a word typed with or without Kazakh letters, or in Latin, the same feature in
    training and in use, so that no augmented copies of the data are needed.
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
        language = detect(text).language or "ru"
        return [
            Token(fold(token.text) or token.text, token.start, token.end, lemma=token.lemma)
            for token in tokens(text, language)
        ]
