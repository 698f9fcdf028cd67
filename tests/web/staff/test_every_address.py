"""Every address of the staff, its pages and its API: who may use it. A new one without a decision fails here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from staff.roles import Role
from web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from tests.web.staff.browsing import Visitor
    from web.settings import Settings

Address = tuple[str, str]

ANYBODY: Final = None
EVERYONE: Final = frozenset(Role)
SERVING: Final = frozenset({Role.CONSULTANT})
READING: Final = frozenset({Role.CONSULTANT, Role.SUPERVISOR, Role.AUTHORITY})
HEARING: Final = frozenset({Role.SUPERVISOR, Role.AUTHORITY})
COUNTING: Final = frozenset({Role.SUPERVISOR, Role.AUTHORITY})
SUPERVISING: Final = frozenset({Role.SUPERVISOR})
EDITING: Final = frozenset({Role.EDITOR})
REVIEWING: Final = frozenset({Role.EDITOR, Role.SUPERVISOR})
MANAGING: Final = frozenset({Role.ADMINISTRATOR})
AUDITING: Final = frozenset({Role.ADMINISTRATOR, Role.AUTHORITY})

DECISIONS: Final[dict[Address, frozenset[Role] | None]] = {
    ("get", "/staff/sign-in"): ANYBODY,
    ("post", "/staff/sign-in"): ANYBODY,
    ("get", "/staff/sign-in/provider"): ANYBODY,
    ("get", "/staff/sign-in/provider/back"): ANYBODY,
    ("post", "/staff/language"): ANYBODY,
    ("post", "/staff/sign-out"): EVERYONE,
    ("get", "/staff/"): EVERYONE,
    ("get", "/staff/password"): EVERYONE,
    ("post", "/staff/password"): EVERYONE,
    ("get", "/staff/api/work"): SERVING,
    ("put", "/staff/api/presence"): SERVING,
    ("post", "/staff/api/offers/{entry_id}/accept"): SERVING,
    ("post", "/staff/api/offers/{entry_id}/decline"): SERVING,
    ("get", "/staff/api/conversations/{entry_id}"): SERVING,
    ("get", "/staff/api/conversations/{entry_id}/messages"): SERVING,
    ("post", "/staff/api/conversations/{entry_id}/messages"): SERVING,
    ("get", "/staff/api/conversations/{entry_id}/suggestions"): SERVING,
    ("get", "/staff/api/conversations/{entry_id}/replies"): SERVING,
    ("post", "/staff/api/conversations/{entry_id}/notes"): SERVING,
    ("post", "/staff/api/conversations/{entry_id}/transfer"): SERVING,
    ("post", "/staff/api/conversations/{entry_id}/close"): SERVING,
    ("post", "/staff/api/conversations/{entry_id}/after-contact"): SERVING,
    ("get", "/staff/api/colleagues"): SERVING,
    ("get", "/staff/api/vocabulary"): SERVING,
    ("get", "/staff/api/softphone"): SERVING,
    ("get", "/staff/console"): SERVING,
    ("get", "/staff/api/contacts"): READING,
    ("get", "/staff/api/contacts/{number}"): READING,
    ("get", "/staff/contacts"): READING,
    ("get", "/staff/contacts/{number}"): READING,
    ("get", "/staff/contacts/{number}/after/{message_id}"): READING,
    ("get", "/staff/contacts/{number}/recordings/{recording_id}"): HEARING,
    ("get", "/staff/recording-requests"): HEARING,
    ("get", "/staff/recording-requests/new"): SUPERVISING,
    ("post", "/staff/recording-requests/new"): SUPERVISING,
    ("get", "/staff/recording-requests/{number}"): HEARING,
    ("post", "/staff/recording-requests/{number}"): SUPERVISING,
    ("get", "/staff/api/supervision/live"): COUNTING,
    ("get", "/staff/api/supervision/report"): COUNTING,
    ("get", "/staff/api/supervision/report.csv"): COUNTING,
    ("get", "/staff/api/supervision/report.xlsx"): COUNTING,
    ("get", "/staff/supervision/"): COUNTING,
    ("get", "/staff/supervision/now"): COUNTING,
    ("get", "/staff/supervision/report"): COUNTING,
    ("get", "/staff/api/supervision/consultants"): SUPERVISING,
    ("put", "/staff/api/supervision/consultants/{account_id}"): SUPERVISING,
    ("get", "/staff/supervision/consultants"): SUPERVISING,
    ("get", "/staff/supervision/consultants/{account_id}"): SUPERVISING,
    ("post", "/staff/supervision/consultants/{account_id}"): SUPERVISING,
    ("get", "/staff/replies"): SUPERVISING,
    ("get", "/staff/replies/{code}"): SUPERVISING,
    ("post", "/staff/replies/{code}"): SUPERVISING,
    ("post", "/staff/replies/{code}/leave-out"): SUPERVISING,
    ("post", "/staff/replies/{code}/restore"): SUPERVISING,
    ("get", "/staff/kb/"): REVIEWING,
    ("get", "/staff/kb/new"): EDITING,
    ("post", "/staff/kb/new"): EDITING,
    ("get", "/staff/kb/articles/{code}"): EDITING,
    ("post", "/staff/kb/articles/{code}"): EDITING,
    ("post", "/staff/kb/check/{section}"): EDITING,
    ("get", "/staff/kb/articles/{code}/history"): REVIEWING,
    ("get", "/staff/kb/articles/{code}/revisions/{number}"): REVIEWING,
    ("post", "/staff/kb/articles/{code}/revisions/{number}/submit"): EDITING,
    ("post", "/staff/kb/articles/{code}/revisions/{number}/approve"): REVIEWING,
    ("post", "/staff/kb/articles/{code}/revisions/{number}/reject"): REVIEWING,
    ("post", "/staff/kb/articles/{code}/revisions/{number}/withdraw"): EDITING,
    ("post", "/staff/kb/articles/{code}/revisions/{number}/restore"): EDITING,
    ("get", "/staff/kb/questions"): EDITING,
    ("post", "/staff/kb/questions/{number}/settle"): EDITING,
    ("get", "/staff/kb/announcements"): REVIEWING,
    ("get", "/staff/kb/announcements/new"): REVIEWING,
    ("post", "/staff/kb/announcements/new"): REVIEWING,
    ("get", "/staff/kb/announcements/{number}"): REVIEWING,
    ("post", "/staff/kb/announcements/{number}"): REVIEWING,
    ("post", "/staff/kb/announcements/{number}/end"): REVIEWING,
    ("get", "/staff/kb/exchange"): EDITING,
    ("post", "/staff/kb/exchange"): EDITING,
    ("get", "/staff/kb/exchange/articles.csv"): EDITING,
    ("get", "/staff/kb/exchange/articles.xlsx"): EDITING,
    ("get", "/staff/kb/exchange/articles.zip"): EDITING,
    ("get", "/staff/kb/exchange/{number}"): EDITING,
    ("post", "/staff/kb/exchange/{number}/confirm"): EDITING,
    ("post", "/staff/kb/exchange/{number}/discard"): EDITING,
    ("get", "/staff/accounts"): MANAGING,
    ("get", "/staff/accounts/new"): MANAGING,
    ("post", "/staff/accounts/new"): MANAGING,
    ("get", "/staff/accounts/{account_id}"): MANAGING,
    ("post", "/staff/accounts/{account_id}"): MANAGING,
    ("post", "/staff/accounts/{account_id}/password"): MANAGING,
    ("get", "/staff/audit"): AUDITING,
}
NOBODY: Final = {
    "entry_id": "999",
    "account_id": "999",
    "message_id": "0",
    "recording_id": "999",
    "number": "999",
    "code": "NONE",
    "section": "terms",
}
"""Values of the addresses that stand for nothing, so that what a role may do does no harm here."""
SIGN_OUT: Final = ("post", "/staff/sign-out")


def _asked(someone: Visitor, address: Address, headers: dict[str, str]) -> httpx.Response:
    method, path = address
    return someone.http.request(method, path.format(**NOBODY), headers=headers)


def _led_to_the_form(answer: httpx.Response) -> bool:
    return answer.status_code == 303 and answer.headers["location"].startswith("/staff/sign-in")


@pytest.fixture
def addresses(settings: Settings) -> set[Address]:
    """Return every address of the staff that the application serves."""

    def of(place: str) -> Iterator[Address]:
        for path, methods in mounted[place].openapi()["paths"].items():
            for method in methods:
                yield method, place + path

    nothing: Any = _NothingKnown()
    app = create_app(settings, nothing)
    mounted: dict[str, Any] = {getattr(route, "path", ""): getattr(route, "app", None) for route in app.routes}
    return {*of("/staff"), *of("/staff/api")}


class _NothingKnown:
    """Stands where the knowledge base would: nothing is asked of the application here."""

    codes: frozenset[str] = frozenset()


def test_every_address_has_a_decision(addresses: set[Address]) -> None:
    assert addresses - DECISIONS.keys() == set(), "decide who may use these"
    assert DECISIONS.keys() - addresses == set(), "these are gone"


@pytest.mark.parametrize("role", Role)
def test_a_role_uses_its_own_addresses_and_no_other(visit: Callable[..., Visitor], role: Role) -> None:
    someone = visit(role)
    token = {"X-CSRF-Token": someone.token()}
    wrong = {}
    for address, allowed in sorted(DECISIONS.items(), key=lambda item: item[0] == SIGN_OUT):
        answer = _asked(someone, address, token)
        is_refused = answer.status_code in {401, 403} or (_led_to_the_form(answer) and address != SIGN_OUT)
        assert answer.status_code < 500, (address, answer.text)
        if is_refused == (allowed is ANYBODY or role in allowed):
            wrong[address] = answer.status_code
    assert wrong == {}


def test_without_signing_in_nothing_is_shown_or_done(visit: Callable[..., Visitor]) -> None:
    someone = visit()
    for address, allowed in DECISIONS.items():
        answer = _asked(someone, address, {})
        is_refused = answer.status_code == 401 or _led_to_the_form(answer)
        assert is_refused == (allowed is not ANYBODY and "sign-in" not in address[1]), (address, answer.status_code)


@pytest.mark.parametrize("headers", [{}, {"X-CSRF-Token": "0" * 64}], ids=["no token", "another token"])
def test_nothing_is_changed_without_the_session_s_own_token(
    visit: Callable[..., Visitor], headers: dict[str, str]
) -> None:
    for role in Role:
        someone = visit(role)
        for address, allowed in DECISIONS.items():
            if address[0] != "get" and (allowed is ANYBODY or role in allowed):
                assert _asked(someone, address, headers).status_code == 403, address
        elsewhere = {"X-CSRF-Token": someone.token(), "Origin": "https://example.org"}
        assert _asked(someone, ("post", "/staff/language"), elsewhere).status_code == 403
