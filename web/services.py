"""Owns what the endpoints work with, made once for the whole process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

    from contact_centre.console import Console
    from contact_centre.conversation import Conversations
    from contact_centre.events import EventBus
    from contact_centre.exchange import Exchange
    from contact_centre.floor import FloorView
    from contact_centre.queue.desk import Desk
    from contact_centre.recording_requests import RecordingRequests
    from contact_centre.recordings import Recordings
    from contact_centre.register import Register
    from contact_centre.reply_book import ReplyBook
    from contact_centre.softphones import Softphones
    from database.engine import Database
    from kb.announcements import Announcements
    from kb.base import KnowledgeBase
    from kb.imports import Imports
    from kb.live import LiveKnowledge
    from kb.questions import Questions
    from kb.store import ArticleStore
    from staff.accounts import Accounts
    from staff.audit import AuditLog
    from staff.authentication import Authentication
    from staff.provider_sign_in import ProviderSignIn
    from staff.sessions import Sessions
    from web.call_control import CallControl
    from web.limits import RateLimits
    from web.settings import Settings


@dataclass(frozen=True)
class Services:
    """The parts that serve requests."""

    settings: Settings
    register: Register
    conversations: Conversations
    bus: EventBus
    desk: Desk
    floor: FloorView
    console: Console
    replies: ReplyBook
    exchange: Exchange
    softphones: Softphones
    calls: CallControl
    recordings: Recordings
    recording_requests: RecordingRequests
    database: Database
    limits: RateLimits
    knowledge: KnowledgeBase
    live: LiveKnowledge
    articles: ArticleStore
    questions: Questions
    announcements: Announcements
    imports: Imports
    accounts: Accounts
    authentication: Authentication
    provider: ProviderSignIn | None
    """Signs staff in besides passwords, where one is configured."""
    sessions: Sessions
    audit: AuditLog


def of(connection: HTTPConnection) -> Services:
    """Return the services of the application that serves this request or stream."""
    return cast("Services", connection.app.state.services)
