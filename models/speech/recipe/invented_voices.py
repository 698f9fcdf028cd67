"""Owns voices that nobody ships: random variants, so that a model hears more throats than espeak-ng has."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

from models.speech.recipe.project import WORKSHOP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COUNT = 90
"""espeak-ng lists 350 voices at most, its own among them."""
_SEED = 1414
_HOME = WORKSHOP / "voices"
_DATA = "espeak-ng-data"
_VARIANTS = ("voices", "!v")
_NEVER_USED = "mb"  # voices of MBROLA, which would fill the list
_FORMANTS = 9
_VOWEL_FORMANTS = (1, 2, 3)
_CYCLES_OF_STRESS = 8
_KLATT = (1, 2, 3, 4)


def names() -> tuple[str, ...]:
    """Return the names of all invented voices."""
    return tuple(f"invented{number}" for number in range(COUNT))


def prepare(shipped: Path) -> Path:
    """Write the voices beside those of espeak-ng's data folder `shipped`; return the home to start the library with."""
    data = _HOME / _DATA
    shutil.rmtree(data, ignore_errors=True)
    here, there = data, shipped
    here.mkdir(parents=True)
    for step in (*_VARIANTS, None):
        for entry in there.iterdir():
            if entry.name not in (step, _NEVER_USED):
                (here / entry.name).symlink_to(entry)
        if step is not None:
            here, there = here / step, there / step
            here.mkdir()
    for number, name in enumerate(names()):
        (here / name).write_text(_variant(name, random.Random(f"{_SEED} {number}")))  # noqa: S311 - reproducible
    return _HOME


def _variant(name: str, chance: random.Random) -> str:
    """Return a variant file (espeak-ng, docs/voices.md): formants in percent of the language's own voice, and tone."""
    low = chance.randint(55, 190)
    lines = ["language variant", f"name {name}", f"pitch {low} {round(low * chance.uniform(1.15, 1.6))}"]
    size = chance.gauss(105, 9)
    for formant in range(_FORMANTS):
        spread = 6 if formant in _VOWEL_FORMANTS else 10
        frequency = min(140, max(78, chance.gauss(size, spread)))
        height = min(125, max(40, chance.gauss(92, 16)))
        width = min(170, max(65, chance.gauss(110, 22)))
        lines.append(f"formant {formant} {frequency:.0f} {height:.0f} {width:.0f}")
    lines += [line(chance) for share, line in _SOMETIMES if chance.random() < share]
    return "\n".join(lines) + "\n"


def _tone(chance: random.Random) -> str:
    edges = sorted(chance.sample(range(100, 4000, 50), 4))
    return "tone " + " ".join(f"{edge} {chance.randint(40, 255)}" for edge in edges)


_SOMETIMES: tuple[tuple[float, Callable[[random.Random], str]], ...] = (
    (0.25, lambda chance: f"klatt {chance.choice(_KLATT)}"),
    (0.5, _tone),
    (0.5, lambda chance: f"consonants {chance.randint(55, 130)} {chance.randint(55, 130)}"),
    (0.4, lambda chance: f"voicing {chance.randint(60, 220)}"),
    (0.4, lambda chance: f"roughness {chance.randint(0, 4)}"),
    (0.4, lambda chance: f"flutter {chance.randint(0, 8)}"),
    (0.2, lambda chance: f"echo {chance.randint(20, 130)} {chance.randint(5, 20)}"),
    (0.4, lambda chance: "stressAmp " + " ".join(str(chance.randint(14, 24)) for _ in range(_CYCLES_OF_STRESS))),
)
"""What some voices have besides, and how often."""
