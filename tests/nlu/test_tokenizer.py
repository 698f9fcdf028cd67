from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.tokenizer import BilingualTokenizer

if TYPE_CHECKING:
    from rasa.nlu.tokenizers.tokenizer import Token


def tokenized(text: str) -> list[Token]:
    return BilingualTokenizer(BilingualTokenizer.get_default_config()).tokenize(Message.build(text), TEXT)


@pytest.mark.parametrize("text", ["Где мой паспорт?", "Паспортым  дайын ба?", "номер сто два ноль ноль пять, вот"])
def test_offsets_point_into_the_text_in_order(text: str) -> None:
    tokens = tokenized(text)
    assert [token.start for token in tokens] == sorted(token.start for token in tokens)
    assert all(text[token.start : token.end].strip(" ,?") == text[token.start : token.end] for token in tokens)
    assert all(former.end <= latter.start for former, latter in pairwise(tokens))


@pytest.mark.parametrize("spelling", ["қалай аламын", "калай аламын", "qalai alamyn", "Қалай Аламын", "қалaй аламын"])
def test_every_spelling_of_a_word_is_the_same_token(spelling: str) -> None:
    assert [token.text for token in tokenized(spelling)] == ["калай", "аламын"]


def test_inflected_words_share_a_lemma() -> None:
    lemmas = [tokenized(word)[0].lemma for word in ("паспорт", "паспорта", "паспортом")]
    assert len(set(lemmas)) == 1


@pytest.mark.parametrize(
    "number",
    ["1102034", "110-20-34", "110 20 34", "сто десять двадцать тридцать четыре", "жүз он жиырма отыз төрт"],
)
def test_a_long_number_is_one_token_of_digits_however_it_is_said(number: str) -> None:
    tokens = tokenized(f"номер {number}")
    assert len(tokens) == 2
    assert tokens[1].text == tokens[1].lemma
    assert tokens[1].text.isdigit()


def test_a_short_number_stays_a_word() -> None:
    assert [token.text for token in tokenized("ставлю пять")] == ["ставлю", "пять"]


@pytest.mark.parametrize("text", ["", "   ", "?!", "🙂"])
def test_nothing_to_say_gives_no_tokens(text: str) -> None:
    assert tokenized(text) == []
