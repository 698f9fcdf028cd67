"""Owns what the endpoints work with, made once for the whole process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

    from contact_centre.conversation import Conversations
    from contact_centre.events import EventBus
    from contact_centre.register import Register
    from kb.base import KnowledgeBase
    from web.limits import RateLimits
    from web.settings import Settings


@dataclass(frozen=True)
class Services:
    """The parts that serve requests."""

    settings: Settings
    register: Register
    conversations: Conversations
    bus: EventBus
    limits: RateLimits
    knowledge: KnowledgeBase


def of(connection: HTTPConnection) -> Services:
    """Return the services of the application that serves this request or stream."""
    return cast("Services", connection.app.state.services)
