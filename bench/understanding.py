"""Quality and speed of telling intents: `python -m bench.understanding [dev|test]`, in the Rasa server's environment.

Needs a trained model (`make train`). `dev` also lists what went wrong and what each threshold would cost.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import re
import resource
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from rasa.core.agent import Agent  # type: ignore[import-not-found]  # not in the root environment
from rasa.shared.nlu.training_data.loading import load_data  # type: ignore[import-not-found]
from rasa.utils.log_utils import configure_structlog  # type: ignore[import-not-found]
from sklearn.metrics import ConfusionMatrixDisplay, f1_score

from bench.evaluation import Row, Split, read
from language.normalisation import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parent.parent
FALLBACK = "nlu_fallback"
THRESHOLDS = (0.0, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
BINS = 10
TABLE_HEAD = (
    "| messages | n | macro-F1 | accuracy | out-of-scope recall | calibration error | wrong and sure | unsure |\n"
    "|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Outcome:
    """What the model made of one message: its best intent, whether it was sure enough to act on it, and how long."""

    row: Row
    intent: str
    confidence: float
    sure: bool
    milliseconds: float

    @property
    def right(self) -> bool:
        """Whether the best intent is the labelled one, sure or not."""
        return self.intent == self.row["intent"]


def same_words(text: str) -> str:
    """Return a text without punctuation in one spelling: equal for two messages that say the same word for word."""
    return " ".join(re.findall(r"\w+", fold(text)))


def training_messages() -> dict[str, list[str]]:
    """Return the training messages by intent, both languages together."""
    messages = defaultdict(list)
    for example in load_data(str(ROOT / "data" / "nlu")).intent_examples:
        messages[example.get("intent")].append(example.get("text"))
    return dict(messages)


async def outcome(agent: Agent, row: Row) -> Outcome:
    """Parse one message as the running server would; the fallback's own entry is not an intent."""
    started = time.perf_counter()
    parsed = await agent.parse_message(row["text"])
    milliseconds = (time.perf_counter() - started) * 1000
    ranking = [each for each in parsed["intent_ranking"] if each["name"] != FALLBACK]
    intent, confidence = (ranking[0]["name"], ranking[0]["confidence"]) if ranking else ("", 0.0)
    return Outcome(row, intent, confidence, parsed["intent"]["name"] != FALLBACK, milliseconds)


def macro_f1(outcomes: Sequence[Outcome]) -> float:
    """Return the mean F1 over the intents that occur in these messages."""
    truth = [each.row["intent"] for each in outcomes]
    return float(f1_score(truth, [each.intent for each in outcomes], labels=sorted(set(truth)), average="macro"))


def calibration_error(outcomes: Sequence[Outcome]) -> float:
    """Return the expected calibration error in ten bins of confidence (Guo et al. 2017)."""
    confidence = np.array([each.confidence for each in outcomes])
    right = np.array([each.right for each in outcomes])
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins)]
    return float(sum(gaps))


def share(flags: Sequence[bool]) -> float:
    """Return the share of what is true."""
    return sum(flags) / len(flags)


def line(name: str, outcomes: Sequence[Outcome]) -> str:
    """Return one row of the table."""
    out_of_scope = [each.right for each in outcomes if each.row["intent"] == "out_of_scope"]
    columns = [
        f"{macro_f1(outcomes):.3f}",
        f"{share([each.right for each in outcomes]):.3f}",
        f"{share(out_of_scope):.3f}" if out_of_scope else "",
        f"{calibration_error(outcomes):.3f}",
        f"{share([each.sure and not each.right for each in outcomes]):.3f}",
        f"{share([not each.sure for each in outcomes]):.3f}",
    ]
    return f"| {name} | {len(outcomes)} | {' | '.join(columns)} |"


def slices(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Return the parts of the table: languages (in their own letters, unmixed), spellings, then each style."""
    known = {same_words(text) for texts in training_messages().values() for text in texts}
    parts: dict[str, list[Outcome]] = defaultdict(list)
    for each in outcomes:
        style, language = each.row["style"], each.row["language"]
        parts["all"].append(each)
        if same_words(each.row["text"]) not in known:
            parts["not word for word in the training data"].append(each)
        parts[style if style in {"mixed", "translit", "no_letters"} else language].append(each)
        parts[f"{language} {style}"].append(each)
    return dict(sorted(parts.items(), key=lambda part: (" " in part[0] and part[0][:3] != "not", part[0])))


def threshold_table(outcomes: Sequence[Outcome]) -> str:
    """Return what each threshold of the fallback would let through wrongly and withhold."""
    rows = ["| threshold | wrong, above | unsure | unsure though right |", "|---|---|---|---|"]
    for threshold in THRESHOLDS:
        wrong = share([not each.right and each.confidence >= threshold for each in outcomes])
        unsure = share([each.confidence < threshold for each in outcomes])
        withheld = share([each.right and each.confidence < threshold for each in outcomes])
        rows.append(f"| {threshold:.2f} | {wrong:.3f} | {unsure:.3f} | {withheld:.3f} |")
    return "\n".join(rows)


def draw(outcomes: Sequence[Outcome], picture: Path) -> None:
    """Draw which intent was taken for which."""
    from matplotlib.figure import Figure  # type: ignore[import-not-found]  # noqa: PLC0415 - slow, and rarely wanted

    axes = Figure(figsize=(12, 12), layout="constrained").subplots()
    ConfusionMatrixDisplay.from_predictions(
        [each.row["intent"] for each in outcomes],
        [each.intent for each in outcomes],
        ax=axes,
        xticks_rotation="vertical",
        colorbar=False,
        cmap="Blues",
    )
    axes.figure.savefig(picture, dpi=100)


async def measure(model: Path, split: Split) -> list[Outcome]:
    """Load a model and return what it makes of each message of a split, one at a time."""
    configure_structlog(logging.WARNING)  # below it Rasa prints every message, and nobody may read those of `test`
    started = time.perf_counter()
    agent = Agent.load(str(model))
    rows = read("intents", split)
    await outcome(agent, rows[0])
    print(f"load {time.perf_counter() - started:.1f} s")
    return [await outcome(agent, row) for row in rows]


def main() -> None:
    """Print the tables of one split."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("split", choices=["dev", "test"], nargs="?", default="test")
    parser.add_argument("--model", type=Path, default=ROOT / "models", help="a trained model or a folder of them")
    parser.add_argument("--picture", type=Path, help="where to draw the confusion matrix (PNG)")
    arguments = parser.parse_args()
    split = cast("Split", arguments.split)
    outcomes = asyncio.run(measure(arguments.model, split))
    print(TABLE_HEAD)
    for name, part in slices(outcomes).items():
        print(line(name, part))
    p50, p95 = np.percentile([each.milliseconds for each in outcomes], [50, 95])
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nparse p50 {p50:.1f} ms, p95 {p95:.1f} ms; memory at most {megabytes:.0f} MB")
    if split == "dev":
        print(f"\n{threshold_table(outcomes)}\n")
        for each in sorted(outcomes, key=lambda each: -each.confidence):
            if not each.right:
                row = each.row
                print(f"{each.confidence:.2f} {row['intent']} -> {each.intent} ({row['style']}): {row['text']!r}")
    if arguments.picture:
        draw(outcomes, arguments.picture)


if __name__ == "__main__":
    main()
