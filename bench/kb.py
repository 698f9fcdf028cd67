"""Quality and speed of the knowledge-base search: `python -m bench.kb [dev|test]`; `dev` also lists what went wrong.

Times are those of the processor, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Final, cast

from bench.evaluation import Row, Split, read
from bench.kb_approaches import Approach, Phrase, all_approaches, phrases
from kb.base import KnowledgeBase
from kb.search import PhraseIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MANY_SERVICES: Final = 10_000
_NAMES_OF_EACH: Final = 8
_SEED: Final = 1414


class Outcome:
    """What the search did with one question."""

    def __init__(self, knowledge: KnowledgeBase, row: Row) -> None:
        started = time.process_time()
        ranked = [hit.service for hit in knowledge.search(row["text"], limit=3)]
        self.milliseconds = (time.process_time() - started) * 1000
        match = knowledge.find_service(row["text"])
        self.row = row
        self.first = ranked[:1] == [row["service"]]
        self.in_three = row["service"] in ranked
        self.sure = match.kind == "sure"
        self.surely_wrong = self.sure and match.codes[0] != row["service"]
        self.asked_well = match.kind == "choice" and row["service"] in match.codes
        self.aspect = (knowledge.aspect_of(row["text"]) or "general") == row["aspect"]
        self.found = ranked


def share(outcomes: Sequence[Outcome], test: Callable[[Outcome], bool]) -> float:
    """Return the share of outcomes that pass the test."""
    return sum(map(test, outcomes)) / len(outcomes)


def line(name: str, outcomes: Sequence[Outcome]) -> str:
    """Return one row of the table."""
    columns = (
        share(outcomes, lambda o: o.first),
        share(outcomes, lambda o: o.in_three),
        share(outcomes, lambda o: o.sure),
        share(outcomes, lambda o: o.surely_wrong),
        share(outcomes, lambda o: o.asked_well),
        share(outcomes, lambda o: o.aspect),
    )
    return f"| {name} | {len(outcomes)} | " + " | ".join(f"{value:.3f}" for value in columns) + " |"


def print_outcomes(outcomes: Sequence[Outcome], split: Split) -> None:
    """Print the table of the search in use, by language and style."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.row["language"]].append(outcome)
        groups[f"{outcome.row['language']} {outcome.row['style']}"].append(outcome)
    print("| questions | n | hit@1 | hit@3 | sure | surely wrong | asked well | aspect |")
    print("|---|---|---|---|---|---|---|---|")
    print(line(f"all {split}", outcomes))
    for name in sorted(groups):
        print(line(name, groups[name]))


def print_approaches(approaches: dict[str, Approach], rows: Sequence[Row]) -> None:
    """Print how every approach ranks the same questions."""
    print("\n| approach | hit@1 | hit@3 | hit@1 ru | hit@1 kk | p50 ms |\n|---|---|---|---|---|---|")
    for name, approach in approaches.items():
        hits: dict[str, list[bool]] = defaultdict(list)
        times = []
        for row in rows:
            started = time.process_time()
            found = [owner for owner, _ in approach.rank(row["text"])[:3]]
            times.append((time.process_time() - started) * 1000)
            hits["first"].append(found[:1] == [row["service"]])
            hits["three"].append(row["service"] in found)
            hits[row["language"]].append(found[:1] == [row["service"]])
        shares = " | ".join(f"{statistics.mean(hits[key]):.3f}" for key in ("first", "three", "ru", "kk"))
        print(f"| {name} | {shares} | {statistics.median(times):.2f} |")


def many_services(known: Sequence[Phrase]) -> list[Phrase]:
    """Return the names of generated services: words of real names, mixed, with an ending that makes them many."""
    chance = random.Random(_SEED)  # noqa: S311
    words = sorted({word for _, phrase, _ in known for word in phrase.split()})
    generated: list[Phrase] = []
    for number in range(MANY_SERVICES):
        own = [chance.choice(words) + chance.choice("абвгдежзиклмнопрст") for _ in range(3)]
        for _ in range(_NAMES_OF_EACH):
            name = " ".join(chance.sample(own, 2) + chance.sample(words, 1))
            generated.append((f"SERVICE_{number}", name, "ru" if number % 2 else "kk"))
    return generated


def print_growth(known: Sequence[Phrase], rows: Sequence[Row]) -> None:
    """Print how the index behaves with many services."""
    generated = many_services(known)
    started = time.process_time()
    index = PhraseIndex(generated)
    built = time.process_time() - started
    started = time.process_time()
    index.replace("SERVICE_7", [("дельтапланерное удостоверение", "ru")])
    replaced = (time.process_time() - started) * 1000
    times = []
    for row in rows:
        started = time.process_time()
        index.rank(row["text"])
        times.append((time.process_time() - started) * 1000)
    print(
        f"{MANY_SERVICES} services, {len(generated)} names: built in {built:.1f} s, one replaced in {replaced:.0f} ms; "
        f"ranking p50 {statistics.median(times):.2f} ms, p95 {_p95(times):.2f} ms"
    )


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def main() -> None:
    """Print the tables of one split."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("split", choices=["dev", "test"], nargs="?", default="test")
    split = cast("Split", parser.parse_args().split)
    started = time.process_time()
    knowledge = KnowledgeBase.load()
    loaded = time.process_time() - started
    rows = read("questions", split)
    outcomes = [Outcome(knowledge, row) for row in rows]
    print_outcomes(outcomes, split)
    known = phrases(knowledge)
    print_approaches(all_approaches(known), rows)
    times = [outcome.milliseconds for outcome in outcomes]
    print(
        f"\nprocessor time: load {loaded:.1f} s; search p50 {statistics.median(times):.2f} ms, p95 {_p95(times):.2f} ms"
    )
    print_growth(known, rows)
    if split == "dev":
        for outcome in outcomes:
            if not outcome.first or outcome.surely_wrong:
                sure = "SURE " if outcome.surely_wrong else ""
                print(f"{sure}{outcome.row['service']} <- {outcome.row['text']!r}: {outcome.found}")


if __name__ == "__main__":
    main()
