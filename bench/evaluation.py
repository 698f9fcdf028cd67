"""Owns reading the blind evaluation sets: dev may be tuned on, test is only reported."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final, Literal

FOLDER: Final = Path(__file__).parent.parent / "tests" / "evaluation"

Split = Literal["dev", "test"]
Row = dict[str, str]


def read(name: str, split: Split) -> list[Row]:
    """Return the rows of one set (`questions` or `intents`), keyed by column."""
    path = FOLDER / f"{name}_{split}.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
