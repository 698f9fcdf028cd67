"""Owns what the operator sees while waiting: one line a step, with its expected cost, its time and its result."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_REMINDER_S = 30.0


class Step:
    """One step under way; `tick` is called often and speaks seldom."""

    def __init__(self, stream: TextIO) -> None:
        self.note = ""
        self._stream = stream
        self._started = time.monotonic()
        self._reminded = self._started

    @property
    def elapsed_s(self) -> float:
        """Seconds since the step began."""
        return time.monotonic() - self._started

    def tick(self) -> None:
        """Show that the step is alive: the seconds on a terminal, a line now and then in a log."""
        if self._stream.isatty():
            self._stream.write(f"\r    {self.elapsed_s:.0f} s ")
            self._stream.flush()
        elif time.monotonic() - self._reminded >= _REMINDER_S:
            self._reminded = time.monotonic()
            self._stream.write(f"    still under way, {self.elapsed_s:.0f} s\n")
            self._stream.flush()


class Progress:
    """Writes steps and sentences to a stream (standard output unless told otherwise)."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout

    def say(self, text: str = "") -> None:
        """Write one line."""
        self._stream.write(f"{text}\n")
        self._stream.flush()

    @contextmanager
    def step(self, title: str, expectation: str = "") -> Iterator[Step]:
        """Announce a step with what it is expected to cost, and close it with its time and the step's own note."""
        self.say(f"  {title} ({expectation}) ..." if expectation else f"  {title} ...")
        step = Step(self._stream)
        yield step
        clear = "\r" if self._stream.isatty() else ""
        self.say(f"{clear}    done in {step.elapsed_s:.0f} s" + (f", {step.note}" if step.note else ""))
