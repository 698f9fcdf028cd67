"""Owns Erlang's formulas for a queue of n servers, computed exactly (A. K. Erlang, 1917)."""

from __future__ import annotations

from itertools import count


def waiting_probability(servers: int, load: float) -> float:
    """Return Erlang C: the probability of waiting, for a load in erlangs; 1 when the load is too great to be served.

    By the recursion of Erlang B, B(n) = a B(n-1) / (n + a B(n-1)), which never overflows.
    """
    if load >= servers:
        return 1.0
    blocking = 1.0
    for n in range(1, servers + 1):
        blocking = load * blocking / (n + load * blocking)
    return servers * blocking / (servers - load * (1 - blocking))


def average_speed_of_answer_s(servers: int, arrivals_per_s: float, handling_s: float) -> float:
    """Return the mean wait of everyone, in seconds; infinite when the load is too great."""
    load = arrivals_per_s * handling_s
    if load >= servers:
        return float("inf")
    return waiting_probability(servers, load) * handling_s / (servers - load)


def servers_needed(arrivals_per_s: float, handling_s: float, target_s: float) -> int:
    """Return the least number of servers with which the mean wait is at most `target_s`."""
    least = int(arrivals_per_s * handling_s) + 1
    return next(n for n in count(least) if average_speed_of_answer_s(n, arrivals_per_s, handling_s) <= target_s)
