"""Owns which languages there are speech models for."""

from __future__ import annotations

import argparse
from typing import Literal

Language = Literal["kk", "ru"]
LANGUAGES: tuple[Language, ...] = ("kk", "ru")


def language(code: str) -> Language:
    """Return the language of a command's argument. Raises argparse.ArgumentTypeError."""
    if code not in LANGUAGES:
        raise argparse.ArgumentTypeError(f"{code} is neither kk nor ru")
    return code


def add_languages(parser: argparse.ArgumentParser) -> None:
    """Give a command the argument `languages`: those named, or an empty list for all of them."""
    parser.add_argument("languages", nargs="*", type=language, metavar="kk|ru", help="both languages unless named")
