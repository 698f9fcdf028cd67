"""Owns what the voice process counts and measures, as Prometheus sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import Counter, Gauge, Histogram

if TYPE_CHECKING:
    from collections.abc import Mapping

_BUCKETS: Final = (0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.9, 1.3, 2.0, 5.0)

CALLS: Final = Gauge("voice_calls", "Calls at this moment")
LEGS: Final = Counter("voice_legs", "Legs of calls taken", ["kind"])
REFUSED: Final = Counter("voice_refused", "Connections that got no call", ["reason"])
MISHEARD: Final = Counter("voice_misheard", "Turns that were not understood")
LATENCY: Final = Histogram(
    "voice_latency_seconds", "Wait between caller and answer, by part", ["part"], buckets=_BUCKETS
)
EXCHANGE_LINKED: Final = Gauge("voice_exchange_linked", "Whether the link with the telephone exchange stands")
STALL: Final = Histogram("voice_stall_seconds", "Longest delay of our sound in a call", buckets=_BUCKETS)


def observe(latency_ms: Mapping[str, int]) -> None:
    """Note the parts of one wait."""
    for part, value in latency_ms.items():
        LATENCY.labels(part).observe(value / 1000)
