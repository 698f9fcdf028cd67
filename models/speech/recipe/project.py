"""Owns where the recipe reads and writes: the texts of the work tree, the workshop, the finished models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.speech.languages import Language

ROOT = Path(__file__).resolve().parents[3]
NLU = ROOT / "data" / "nlu"
ARTICLES = ROOT / "kb" / "articles"
PHRASES = Path(__file__).parent / "phrases"
WORKSHOP = ROOT / "var" / "speech"
"""Ignored by git: recordings' features, the network, a model under way."""
MODELS = Path(__file__).resolve().parents[1]


def finished(language: Language) -> Path:
    """Return the folder of the finished demo model."""
    return MODELS / language
