"""Owns who of the staff may do what."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


class Permission(StrEnum):
    """One thing that a role may allow."""

    KB_EDIT = "kb.edit"
    KB_REVIEW = "kb.review"
    """Approve or reject what another person wrote."""
    KB_PUBLISH = "kb.publish"
    """What is seen at once: announcements, confirmed imports, taking an article back."""
    CONTACTS_READ = "contacts.read"
    """Citizens' conversations with the details they gave: personal data."""
    CONTACTS_SERVE = "contacts.serve"
    """Sit at the console: take conversations from the queue and answer citizens."""
    QUEUE_SUPERVISE = "queue.supervise"
    """Say what consultants can do, and see what they are doing."""
    NUMBERS_READ = "numbers.read"
    """Waits, service level, ratings: nothing of a single citizen."""
    RECORDINGS_READ = "recordings.read"
    """Recordings of calls: personal data."""
    RECORDINGS_RELEASE = "recordings.release"
    """Register a written request for recordings and answer it (rule 18)."""
    ACCOUNTS_MANAGE = "accounts.manage"
    AUDIT_READ = "audit.read"


class Role(StrEnum):
    """A kind of work in the contact centre; one person may have several."""

    CONSULTANT = "consultant"
    EDITOR = "editor"
    SUPERVISOR = "supervisor"
    AUTHORITY = "authority"
    """The authorised body that controls the quality of answers (rules 18 and 22): it looks and changes nothing."""
    ADMINISTRATOR = "administrator"


# An administrator gives access and has none of his own to citizens' data.
_ALLOWED: Final[dict[Role, frozenset[Permission]]] = {
    Role.CONSULTANT: frozenset({Permission.CONTACTS_READ, Permission.CONTACTS_SERVE}),
    Role.EDITOR: frozenset({Permission.KB_EDIT, Permission.KB_REVIEW, Permission.KB_PUBLISH}),
    Role.SUPERVISOR: frozenset(
        {
            Permission.CONTACTS_READ,
            Permission.RECORDINGS_READ,
            Permission.RECORDINGS_RELEASE,
            Permission.QUEUE_SUPERVISE,
            Permission.NUMBERS_READ,
            Permission.KB_REVIEW,
            Permission.KB_PUBLISH,
        },
    ),
    Role.AUTHORITY: frozenset(
        {Permission.CONTACTS_READ, Permission.RECORDINGS_READ, Permission.NUMBERS_READ, Permission.AUDIT_READ},
    ),
    Role.ADMINISTRATOR: frozenset({Permission.ACCOUNTS_MANAGE, Permission.AUDIT_READ}),
}


def permissions(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return everything that any of `roles` allows."""
    return frozenset().union(*(_ALLOWED[role] for role in roles))
