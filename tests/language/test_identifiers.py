"""Identification numbers that can exist, and digits read back."""

from __future__ import annotations

import pytest

from language.identifiers import group_digits, is_valid_iin


def test_the_published_example_is_valid() -> None:
    assert is_valid_iin("791028302728")


@pytest.mark.parametrize(
    ("digits", "fault"),
    [
        ("791028302727", "check digit"),
        ("719028302728", "two digits exchanged"),
        ("79102830272", "eleven digits"),
        ("7910283027280", "thirteen digits"),
        ("79102830272x", "a letter"),
        ("٧٩١٠٢٨٣٠٢٧٢٨", "digits of another script"),
        ("", "empty"),
    ],
)
def test_faults_are_seen(digits: str, fault: str) -> None:
    assert not is_valid_iin(digits), fault


def _with_check_digit(eleven: str) -> list[str]:
    return [eleven + check for check in "0123456789" if is_valid_iin(eleven + check)]


@pytest.mark.parametrize("eleven", ["79130130272", "79023030272", "01022950000", "79102800272", "79102870272"])
def test_no_check_digit_saves_an_impossible_birth_date_or_century(eleven: str) -> None:
    assert _with_check_digit(eleven) == []


def test_a_leap_day_depends_on_the_century() -> None:
    assert any(_with_check_digit(f"0002296{order:04}") for order in range(20))
    assert not any(_with_check_digit(f"0002294{order:04}") for order in range(20))


def test_weights_are_changed_once_and_some_numbers_are_never_issued() -> None:
    """Of many possible beginnings most have one check digit, none has two, and about one in 121 has none."""
    counts = [len(_with_check_digit(f"9005153{order:04}")) for order in range(2_000)]
    assert max(counts) == 1
    assert 0 < counts.count(0) < 2_000 / 11


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("", ""),
        ("7", "7"),
        ("1414", "14 14"),
        ("25103", "251 03"),
        ("0025103", "002 51 03"),
        ("1234567890", "123 456 78 90"),
        ("791028302728", "791 028 302 728"),
    ],
)
def test_group_digits(digits: str, expected: str) -> None:
    assert group_digits(digits) == expected
