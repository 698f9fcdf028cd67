"""Owns weighted automata as plain values, and their way into OpenFst."""

from __future__ import annotations

from typing import NamedTuple

import kaldifst


class Arc(NamedTuple):
    """A transition: reads `input`, writes `output` (0 is nothing) at a cost (a negated natural logarithm)."""

    source: int
    input: int
    output: int
    cost: float
    target: int


class Automaton(NamedTuple):
    """States 0 to `states` - 1; `finals` maps final states to their costs."""

    states: int
    arcs: list[Arc]
    finals: dict[int, float]
    start: int = 0

    def openfst(self) -> kaldifst.StdVectorFst:
        """Return the same automaton in OpenFst."""
        made = kaldifst.StdVectorFst()
        for _ in range(self.states):
            made.add_state()
        for arc in self.arcs:
            made.add_arc(arc.source, kaldifst.StdArc(arc.input, arc.output, arc.cost, arc.target))
        for state, cost in self.finals.items():
            made.set_final(state, cost)
        made.start = self.start
        return made
