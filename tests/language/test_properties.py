"""What holds for every text and every number."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from language import LANGUAGES, Language
from language.detection import detect, language_of_turn
from language.identifiers import group_digits
from language.kazakh import lemma
from language.lemmas import tokens
from language.normalisation import clean, fold
from language.numbers import LARGEST, find_numbers, ordinal_words, to_words

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)
WRITING = st.text(
    "абгдеёжийклмнопрстуыьэюяәғқңөұүһіabcdeghijkmnoqstuvwxyzıñşğçýáАКaeopxcəɵ'’- \n0123459,.?", max_size=60
)
LANGUAGE: st.SearchStrategy[Language] = st.sampled_from(LANGUAGES)


@given(ANYTHING | WRITING)
def test_clean_keeps_only_what_can_be_stored_and_is_done_once(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert not [char for char in cleaned if char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Cs"}]


@given(ANYTHING | WRITING)
def test_fold_is_done_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANYTHING | WRITING, LANGUAGE)
def test_any_text_gets_a_language(text: str, current: Language) -> None:
    detection = detect(text)
    assert 0 <= detection.confidence <= 1
    assert (detection.language is None) == (detection.confidence == 0)
    assert language_of_turn(text, current) in {current, detection.language}


@given(ANYTHING | WRITING, LANGUAGE)
def test_tokens_are_slices_of_the_text_in_order(text: str, language: Language) -> None:
    found = tokens(text, language)
    assert all(text[token.start : token.end] == token.text and token.lemma for token in found)
    assert all(left.end <= right.start for left, right in pairwise(found))


@given(WRITING)
def test_lemmas_are_folded(word: str) -> None:
    assert fold(lemma(word)) == lemma(word)


@given(ANYTHING | WRITING)
def test_numbers_stand_where_they_say(text: str) -> None:
    found = find_numbers(text)
    assert all(number.digits.isdecimal() and 0 <= number.start < number.end <= len(text) for number in found)
    assert all(left.end <= right.start for left, right in pairwise(found))


@given(st.integers(0, LARGEST) | st.integers(0, 3_000), LANGUAGE)
def test_a_number_in_words_is_found_again(n: int, language: Language) -> None:
    words = to_words(n, language)
    assert [(number.digits, number.start, number.end) for number in find_numbers(words)] == [(str(n), 0, len(words))]


@given(st.integers(0, LARGEST), LANGUAGE)
def test_an_ordinal_is_never_taken_for_dictation(n: int, language: Language) -> None:
    *before, last = ordinal_words(n, language).split()
    assert last not in to_words(n, language).split()
    assert all(number.end <= len(" ".join(before)) for number in find_numbers(" ".join((*before, last))))


@given(st.text("0123456789", max_size=40))
def test_digits_are_grouped_without_loss_and_none_stands_alone(digits: str) -> None:
    groups = group_digits(digits).split()
    assert "".join(groups) == digits
    assert len(digits) == 1 or all(len(group) in {2, 3} for group in groups)
