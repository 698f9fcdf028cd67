"""Owns the command that measures a speech model: `python -m models.speech.measure [kk|ru ...] [--model FOLDER]`."""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from models.speech.languages import LANGUAGES, Language, add_languages
from models.speech.recipe import corpus, evaluation
from models.speech.recipe.evaluation import Recogniser, Score
from models.speech.recipe.project import finished
from models.speech.recipe.telephone import ROUGH_LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.speech.recipe.corpus import Sentence

WORST_WORD_ERROR_RATE: dict[Language, float] = {"kk": 0.06, "ru": 0.04}
"""Of unseen sentences by voices never trained on, over G.711 with noise."""
_CLIPS_WITHOUT_SPEECH = 100
_SEED = 1
_TITLES = {
    "nlu": "questions, unseen",
    "kb": "knowledge base, unseen",
    "alias": "names of services, unseen",
    "phrase": "phrases and dates, unseen",
    "digits": "dictated numbers, unseen",
}


def main(arguments: list[str]) -> int:
    """Print a table; return 1 when a model is worse than it may be."""
    parser = argparse.ArgumentParser(prog="python -m models.speech.measure", description=__doc__)
    add_languages(parser)
    parser.add_argument("--model", type=Path, help="a folder other than the demo model's (with one language)")
    parser.add_argument("--sentences", type=int, default=10_000, help="the most sentences of a kind")
    parser.add_argument("--dev", action="store_true", help="the sentences and voices for tuning instead of the test's")
    parser.add_argument("--mistakes", type=int, default=0, help="how many misheard sentences to show of a kind")
    options = parser.parse_args(arguments)
    good = [
        _measure(language, options.model or finished(language), options.sentences, options.mistakes, dev=options.dev)
        for language in options.languages or LANGUAGES
    ]
    return 0 if all(good) else 1


def _measure(language: Language, folder: Path, most: int, mistakes: int, *, dev: bool) -> bool:
    recogniser, sentences = Recogniser(folder), corpus.build(language)
    unseen = sentences.dev if dev else sentences.test
    total = Score()
    for kind, title in _TITLES.items():
        chosen = _some([sentence for sentence in unseen if sentence.source == kind], most)
        score = evaluation.measure(recogniser, sentences, chosen, dev=dev)
        _show(language, title, score, mistakes)
        total += score
    _show(language, "all unseen sentences", total, 0)
    rough = evaluation.measure(recogniser, sentences, _some(unseen, most), dev=dev, line=ROUGH_LINE)
    _show(language, "all, rooms and microphones", rough, 0)
    _show(language, "fixed phrases", evaluation.measure(recogniser, sentences, sentences.fixed, dev=dev), mistakes)
    heard = evaluation.words_without_speech(recogniser, _CLIPS_WITHOUT_SPEECH)
    count = sum(map(len, heard))
    _say(f"{language}  {'words where nobody speaks':<28} {count} in {_CLIPS_WITHOUT_SPEECH} clips {heard or ''}")
    return total.word_error_rate <= WORST_WORD_ERROR_RATE[language] and not heard


def _some(sentences: Sequence[Sentence], most: int) -> Sequence[Sentence]:
    return random.Random(_SEED).sample(sentences, min(most, len(sentences)))  # noqa: S311 - the same ones every time


def _show(language: Language, title: str, score: Score, mistakes: int) -> None:
    right = 1 - len(score.mistakes) / max(1, score.sentences)
    _say(
        f"{language}  {title:<28} WER {score.word_error_rate:6.2%}  sentences right {right:6.1%} of {score.sentences:4}"
        f"  RTF {score.real_time_factor:.4f}"
    )
    for mistake in score.mistakes[:mistakes]:
        _say(f"      said  {mistake.said}\n      heard {mistake.heard}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
