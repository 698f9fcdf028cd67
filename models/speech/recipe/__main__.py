"""Owns the one command of the recipe: `python -m models.speech.recipe` makes the demo models from nothing."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from models.speech.languages import LANGUAGES, Language, add_languages
from models.speech.recipe import corpus, dataset, training, vosk_model
from models.speech.recipe.committed import UnreadableModelError
from models.speech.recipe.espeak import SynthesiserMissingError
from models.speech.recipe.graph import ToolsMissingError
from models.speech.recipe.project import ROOT, WORKSHOP, finished
from models.speech.recipe.training import AcousticModel
from models.speech.recipe.vosk_model import TooLargeError

if TYPE_CHECKING:
    from pathlib import Path

    from models.speech.recipe.corpus import Corpus

_MEASURING_LIMIT_S = 1800.0


def main(arguments: list[str]) -> int:
    """Make the models and measure them; return 0 when they are as good as they must be."""
    parser = argparse.ArgumentParser(prog="python -m models.speech.recipe", description=__doc__)
    add_languages(parser)
    parser.add_argument(
        "--reuse-network", action="store_true", help="only the vocabulary and the grammar are made anew"
    )
    parser.add_argument(
        "--refine-only",
        action="store_true",
        help="train the network of an earlier run further, or without one that of the finished model",
    )
    parser.add_argument(
        "--tellings", type=int, nargs="+", default=[1, 2], help="which tellings of the corpus to refine with, from 1 on"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="share of the training speech (for trying the recipe)")
    options = parser.parse_args(arguments)
    chosen: list[Language] = options.languages or list(LANGUAGES)
    try:
        for language in chosen:
            _make(language, options)
    except (SynthesiserMissingError, ToolsMissingError, TooLargeError, UnreadableModelError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    # In a process of its own: kaldifst and vosk do not live together in one.
    measure = [sys.executable, "-m", "models.speech.measure", *chosen]
    return subprocess.run(measure, cwd=ROOT, timeout=_MEASURING_LIMIT_S, check=False).returncode  # noqa: S603


def _make(language: Language, options: argparse.Namespace) -> None:
    say = _Teller(language)
    sentences = corpus.build(language)
    say(f"{len(sentences.train)} sentences to learn from, {len(sentences.vocabulary)} words")
    folder = WORKSHOP / language
    if options.reuse_network:
        model = AcousticModel.load(folder)
    else:
        model = _learnt(sentences, options, say)
        model.save(folder)
    size = vosk_model.write(model, sentences, finished(language), folder)
    say(f"model of {size / 1e6:.2f} MB in {finished(language).relative_to(ROOT)}")


def _learnt(sentences: Corpus, options: argparse.Namespace, say: _Teller) -> AcousticModel:
    """Return the network trained on the corpus told once, and then again and again in other voices, on other lines."""
    language = sentences.language

    def told(telling: int) -> Path:
        return dataset.make(
            language,
            options.scale,
            os.cpu_count() or 1,
            lambda done, of: say(f"speaking: part {done} of {of}"),
            telling,
        )

    first, *others = options.tellings
    if options.refine_only:
        data = told(first)
        earlier = AcousticModel.load(WORKSHOP / language) if AcousticModel.is_in(WORKSHOP / language) else None
        model = earlier or training.read_back(finished(language), sentences, data)
    else:
        model = training.train(sentences, told(0), say)
        data = told(first)
    refined = [training.refine(model, data, say)]
    for telling in others:
        refined.append(training.refine(refined[-1], told(telling), say))
    return training.mean(refined[-2:])


class _Teller:
    """Writes what is done, with the seconds since the language was begun."""

    def __init__(self, language: Language) -> None:
        self._language, self._started = language, time.monotonic()

    def __call__(self, sentence: str) -> None:
        sys.stdout.write(f"{self._language} {time.monotonic() - self._started:5.0f} s  {sentence}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
