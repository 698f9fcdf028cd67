"""Owns where the recogniser's models lie and which of them is used: the published ones before the demo pair."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from language import LANGUAGES

if TYPE_CHECKING:
    from language import Language

FOLDER: Final = Path(__file__).resolve().parent.parent / "models" / "speech"
_PARTS: Final = ("am/final.mdl", "conf/model.conf")


@dataclass(frozen=True)
class SpeechModel:
    """One model of Vosk's format; a demo model understands synthetic callers only."""

    language: Language
    path: Path
    demo: bool

    @property
    def label(self) -> str:
        """What a log line or a page says of it."""
        kind = "demo model for synthetic callers only" if self.demo else "published model"
        return f"{self.language}: {kind}, {self.path}"


def available(folder: Path = FOLDER) -> list[SpeechModel]:
    """Return the model of each language that has one, those in `published/` first."""
    found = []
    for language in LANGUAGES:
        for path, demo in ((folder / "published" / language, False), (folder / language, True)):
            if all((path / part).is_file() for part in _PARTS):
                found.append(SpeechModel(language, path, demo))
                break
    return found
