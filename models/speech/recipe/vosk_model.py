"""Owns a finished model folder: everything that Vosk reads, in its place, or nothing."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from models.speech.recipe import graph, kaldi_format
from models.speech.recipe.dataset import SUBSAMPLING
from models.speech.recipe.features import MFCC_CONF

if TYPE_CHECKING:
    from pathlib import Path

    from models.speech.recipe.corpus import Corpus
    from models.speech.recipe.training import AcousticModel

LARGEST_BYTES = 3_000_000
"""What a committed model may weigh."""
# Wider beams hear 0.2 points better on dev at most; speech of the other language costs twice as much with them.
_MODEL_CONF = f"""--min-active=200
--max-active=1500
--beam=11.0
--lattice-beam=4.0
--acoustic-scale=0.5
--frame-subsampling-factor={SUBSAMPLING}
--endpoint.silence-phones=1
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=0.8
--endpoint.rule4.min-trailing-silence=1.2
"""
_README = """Demo model for Vosk, made by the project's own recipe (models/speech/recipe) from synthetic speech.

FOR SYNTHETIC CALLERS ONLY: demonstrations and tests. It knows the vocabulary of this project and the voices of
espeak-ng; people are not understood by it. For people, fetch the published models: make fetch-speech-models.
"""


class TooLargeError(Exception):
    """The model came out larger than what may be committed."""


def write(model: AcousticModel, corpus: Corpus, target: Path, workshop: Path) -> int:
    """Write the model and put it in the place of the one before; return its size in bytes. Raises TooLargeError."""
    made = workshop / "model"
    shutil.rmtree(made, ignore_errors=True)
    for folder in ("am", "conf", "graph"):
        (made / folder).mkdir(parents=True)
    (made / "am" / "final.mdl").write_bytes(kaldi_format.acoustic_model(model))
    (made / "README").write_text(_README)
    (made / "conf" / "mfcc.conf").write_text(MFCC_CONF)
    (made / "conf" / "model.conf").write_text(_MODEL_CONF)
    graph.write(model, corpus, made / "graph")
    size = sum(path.stat().st_size for path in made.rglob("*") if path.is_file())
    if size > LARGEST_BYTES:
        raise TooLargeError(
            f"The model weighs {size} bytes, and {LARGEST_BYTES} is the most: make the network smaller."
        )
    shutil.rmtree(target, ignore_errors=True)
    shutil.move(made, target)
    return size
