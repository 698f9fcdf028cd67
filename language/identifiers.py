"""Numbers that name a person or a paper: whether an IIN can exist, and how digits are read back."""

from __future__ import annotations

from datetime import date

_IIN_LENGTH = 12
_CENTURIES = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}
_WEIGHTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND_WEIGHTS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_MODULUS = 11
_NO_CHECK_DIGIT = 10
_GROUP = 3


def is_valid_iin(digits: str) -> bool:
    """Tell whether twelve digits can be an individual identification number (Government decree No. 565 of 11.06.2003).

    Digits 1-6 are a birth date YYMMDD that exists, digit 7 gives century and sex (1-6), digit 12 is the check digit.
    """
    if len(digits) != _IIN_LENGTH or not (digits.isascii() and digits.isdecimal()):
        return False
    return _has_birth_date(digits) and _check_digit(digits[:-1]) == int(digits[-1])


def _has_birth_date(digits: str) -> bool:
    century = _CENTURIES.get(digits[6])
    if century is None:
        return False
    try:
        date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return False
    return True


def _check_digit(digits: str) -> int | None:
    """Return the check digit of the first eleven digits; None when the number may not be issued."""
    for weights in (_WEIGHTS, _SECOND_WEIGHTS):
        remainder = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % _MODULUS
        if remainder != _NO_CHECK_DIGIT:
            return remainder
    return None


def group_digits(digits: str) -> str:
    """Return digits in groups of three, or of two rather than a last one alone: "0025103" as "002 51 03"."""
    starts = list(range(0, len(digits), _GROUP))
    groups = [digits[start : start + _GROUP] for start in starts]
    if len(groups) > 1 and len(groups[-1]) == 1:
        tail = groups[-2] + groups[-1]
        groups[-2:] = [tail[:2], tail[2:]]
    return " ".join(groups)
