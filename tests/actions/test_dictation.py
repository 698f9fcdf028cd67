"""Numbers said bit by bit, and one digit put right."""

from __future__ import annotations

import pytest

from actions.dictation import read_correction, said_digits


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("002610", "002610"),
        ("дальше 45 00 22", "450022"),
        ("ноль ноль двадцать шесть", "0026"),
        ("мой номер сто двадцать три", "123"),
        ("нөмірі нөл нөл жиырма алты", "0026"),
        ("пять", "5"),
        ("я родился в 1985 году в Алматы", ""),
        ("сколько стоит паспорт", ""),
        ("", ""),
    ],
)
def test_digits_of_a_message_that_says_little_else(text: str, digits: str) -> None:
    assert said_digits(text) == digits


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("последняя не три, а пять", "123453", "123455"),
        ("последняя не три а пять", "123453", "123455"),
        ("последняя цифра пять а не три", "123453", "123455"),
        ("предпоследняя девять", "123453", "123493"),
        ("третья цифра семь", "123453", "127453"),
        ("3-я цифра 7", "123453", "127453"),
        ("вторая с конца четыре", "123453", "123443"),
        ("двенадцатая цифра ноль", "123456789012", "123456789010"),
        ("не четыре, а восемь", "123453", "123853"),
        ("вместо 4 8", "123453", "123853"),
        ("үшінші цифры жеті", "123453", "127453"),
        ("2-ші цифр 5", "123453", "153453"),
        ("соңғысы үш емес, бес", "123453", "123455"),
        ("он екінші цифры нөл", "123456789012", "123456789010"),
    ],
)
def test_one_digit_is_put_right(text: str, before: str, after: str) -> None:
    correction = read_correction(text)
    assert correction
    assert correction.apply(before) == after


@pytest.mark.parametrize("text", ["002610450022", "сколько стоит паспорт", "последние две цифры сорок пять", "да", ""])
def test_no_correction(text: str) -> None:
    assert read_correction(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("не три, а пять", "123453"), ("не девять, а пять", "123453"), ("десятая цифра пять", "123453")],
)
def test_a_correction_that_does_not_say_which_digit(text: str, number: str) -> None:
    correction = read_correction(text)
    assert correction
    assert correction.apply(number) is None
