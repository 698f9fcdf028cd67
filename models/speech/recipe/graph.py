"""Owns the decoding graph in two halves, lexicon and grammar: Vosk joins them at run time, so hints can replace one."""

from __future__ import annotations

import math
import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import kaldifst

from models.speech.recipe import kaldi_format, language_model, lexicon, pronunciation
from models.speech.recipe.corpus import UNKNOWN
from models.speech.recipe.language_model import BACKOFF, END, START

if TYPE_CHECKING:
    from models.speech.recipe.corpus import Corpus
    from models.speech.recipe.training import AcousticModel

_LOOKAHEAD_LIBRARY = "libfstlookahead.so.*"
_LIBRARIES = Path("/usr/lib")
_TOOL_LIMIT_S = 120.0
_STEP_COST = -math.log(0.5)
"""Of staying in a phone and of leaving it: what the transition model says."""
_INFINITE = float("inf")


class ToolsMissingError(Exception):
    """OpenFst's tools are not on this machine; the message says which package brings them."""


def write(model: AcousticModel, corpus: Corpus, folder: Path) -> None:
    """Write `graph/` of a Vosk model. Raises ToolsMissingError."""
    phones = kaldi_format.phone_ids(model.phones)
    corpus, pronunciations = pronunciation.complete(model, corpus)
    words = {word: number for number, word in enumerate(["<eps>", *corpus.vocabulary, UNKNOWN, BACKOFF, START, END])}
    said = lexicon.build(pronunciations, words, phones)
    grammar = language_model.acceptor(corpus, words)
    (folder / "phones").mkdir(parents=True, exist_ok=True)
    (folder / "phones" / "word_boundary.int").write_text(kaldi_format.word_boundaries(model.phones))
    first_mark = 2 * len(phones)
    marks = "".join(f"{first_mark + symbol - len(phones)}\n" for symbol in said.symbols)
    (folder / "disambig_tid.int").write_text(marks)
    numbers = _write_halves(_expanded(said, len(phones)), grammar.openfst(), folder)
    renumbered = sorted((numbers.get(number, number), word) for word, number in words.items())
    (folder / "words.txt").write_text("".join(f"{word} {number}\n" for number, word in renumbered), encoding="utf-8")


def _expanded(said: lexicon.Lexicon, phone_count: int) -> kaldifst.StdVectorFst:
    """Return HCL: the lexicon, smallest and unambiguous, over transition numbers.

    Phone p is entered by transition 2p and stayed in by 2p - 1, so a state is parted by the phone that led to it;
    disambiguation symbols come after all transitions.
    """
    compact = said.automaton.openfst()
    kaldifst.arcsort(compact, "olabel")
    kaldifst.determinize_star(compact)
    kaldifst.minimize_encoded(compact)
    made = kaldifst.StdVectorFst()
    states: dict[tuple[int, int], int] = {}
    waiting: list[tuple[int, int]] = []

    def state_of(state: int, phone: int) -> int:
        if (state, phone) not in states:
            states[state, phone] = number = made.add_state()
            waiting.append((state, phone))
            if phone:
                made.add_arc(number, kaldifst.StdArc(2 * phone - 1, 0, _STEP_COST, number))
        return states[state, phone]

    made.start = state_of(compact.start, 0)
    while waiting:
        state, phone = waiting.pop()
        here, leaving = states[state, phone], _STEP_COST if phone else 0.0
        final = compact.final(state).value
        if final != _INFINITE:
            made.set_final(here, final + leaving)
        for arc in kaldifst.ArcIterator(compact, state):
            enters = 0 < arc.ilabel <= phone_count
            label = 2 * arc.ilabel if enters else arc.ilabel and phone_count + arc.ilabel
            cost = arc.weight.value + (leaving if enters else 0.0)
            target = state_of(arc.nextstate, arc.ilabel if enters else phone)
            made.add_arc(here, kaldifst.StdArc(label, arc.olabel, cost, target))
    kaldifst.connect(made)
    kaldifst.arcsort(made, "olabel")
    return made


def _write_halves(hcl: kaldifst.StdVectorFst, grammar: kaldifst.StdVectorFst, folder: Path) -> dict[int, int]:
    """Write HCLr.fst (it knows what words it can still reach) and Gr.fst; return how words were renumbered for it."""
    with TemporaryDirectory() as scratch:
        work = Path(scratch)
        hcl.write(str(work / "HCL.fst"))
        grammar.write(str(work / "G.fst"))
        _openfst(
            work, "fstconvert", "--fst_type=olabel_lookahead", "--save_relabel_opairs=pairs", "HCL.fst", "HCLr.fst"
        )
        _openfst(work, "fstrelabel", "--relabel_ipairs=pairs", "--relabel_opairs=pairs", "G.fst", "relabelled.fst")
        _openfst(work, "fstarcsort", "--sort_type=ilabel", "relabelled.fst", "sorted.fst")
        _openfst(work, "fstconvert", "--fst_type=const", "sorted.fst", "Gr.fst")
        for name in ("HCLr.fst", "Gr.fst"):
            (folder / name).write_bytes((work / name).read_bytes())
        pairs = (line.split() for line in (work / "pairs").read_text().splitlines())
        return {int(old): int(new) for old, new in pairs}


def _openfst(folder: Path, *command: str) -> None:
    library = next(_LIBRARIES.rglob(_LOOKAHEAD_LIBRARY), None)
    if not library:
        raise ToolsMissingError("OpenFst's lookahead library was not found: install the Debian package libfst-tools.")
    environment = {**os.environ, "LD_PRELOAD": str(library)}
    try:
        subprocess.run(  # noqa: S603 - the commands are this module's own
            command, cwd=folder, env=environment, check=True, timeout=_TOOL_LIMIT_S, capture_output=True
        )
    except FileNotFoundError as error:
        raise ToolsMissingError(f"{command[0]} was not found: install the Debian package libfst-tools.") from error
