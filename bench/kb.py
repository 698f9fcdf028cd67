"""Quality and speed of the knowledge-base search: `python -m bench.kb [dev|test]`; `dev` also lists what went wrong."""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from typing import TYPE_CHECKING, cast

from bench.evaluation import Row, Split, read
from kb.base import KnowledgeBase

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Outcome:
    """What the search did with one question."""

    def __init__(self, knowledge: KnowledgeBase, row: Row) -> None:
        started = time.perf_counter()
        ranked = [hit.service for hit in knowledge.search(row["text"], limit=3)]
        self.milliseconds = (time.perf_counter() - started) * 1000
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


def main() -> None:
    """Print the tables of one split."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("split", choices=["dev", "test"], nargs="?", default="test")
    split = cast("Split", parser.parse_args().split)
    started = time.perf_counter()
    knowledge = KnowledgeBase.load()
    loaded = time.perf_counter() - started
    outcomes = [Outcome(knowledge, row) for row in read("questions", split)]
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.row["language"]].append(outcome)
        groups[f"{outcome.row['language']} {outcome.row['style']}"].append(outcome)
    print("| questions | n | hit@1 | hit@3 | sure | surely wrong | asked well | aspect |")
    print("|---|---|---|---|---|---|---|---|")
    print(line(f"all {split}", outcomes))
    for name in sorted(groups):
        print(line(name, groups[name]))
    times = sorted(outcome.milliseconds for outcome in outcomes)
    p95 = times[int(len(times) * 0.95)]
    print(f"\nload {loaded:.1f} s; search p50 {statistics.median(times):.2f} ms, p95 {p95:.2f} ms")
    if split == "dev":
        for outcome in outcomes:
            if not outcome.first or outcome.surely_wrong:
                print(f"{'SURE ' if outcome.surely_wrong else ''}{outcome.row['service']} <- {outcome.row['text']!r}: {outcome.found}")


if __name__ == "__main__":
    main()
