"""Signing in by an OpenID Connect provider, against a real one that signs its tokens."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from joserfc.jwk import RSAKey
from pydantic import SecretStr, ValidationError

from staff.roles import Role
from tests.web.running import running
from tests.web.staff.browsing import Visitor, words
from tests.web.staff.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider
from web.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

EDITOR = {"sub": "person-1", "email": "editor", "email_verified": True, "preferred_username": "editor"}


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with IdentityProvider() as running_one:
        yield running_one


@contextmanager
def product(settings: Settings, provider: IdentityProvider, **more: Any) -> Iterator[Visitor]:
    """Run the product with the provider; gives someone who is not signed in."""
    configured = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT_ID, "oidc_timeout_s": 5.0, **more}
    update = {"oidc_client_secret": SecretStr(CLIENT_SECRET), **configured}
    with running(settings.model_copy(update=update)) as url, visitor(url) as someone:
        yield someone


@contextmanager
def visitor(url: str) -> Iterator[Visitor]:
    with httpx.Client(base_url=url, timeout=30, trust_env=False, headers={"Accept-Language": "ru"}) as http:
        yield Visitor(http)


def come_in(someone: Visitor, provider: IdentityProvider, **query: str) -> httpx.Response:
    """Go to the provider, sign in there and come back."""
    left = someone.http.get("/staff/sign-in/provider", params=query)
    assert left.status_code == 303, left.text
    return someone.http.get(provider.sign_in(left.headers["location"]))


def link(someone: Visitor, login: str, subject: str) -> httpx.Response:
    """Let an administrator link an account with a person of the provider."""
    with visitor(str(someone.http.base_url)) as boss:
        assert boss.sign_in(Role.ADMINISTRATOR.value).status_code == 303
        [number] = re.findall(rf'href="/staff/accounts/(\d+)"[^>]*>\s*{login}<', boss.get("/accounts").text)
        fields: dict[str, str | list[str]] = {
            "display_name": "Имя",
            "roles": [login],
            "active": "true",
            "subject": subject,
        }
        return boss.post(f"/accounts/{number}", fields)


def audited(someone: Visitor, action: str) -> str:
    with visitor(str(someone.http.base_url)) as boss:
        boss.sign_in(Role.ADMINISTRATOR.value)
        return words(boss.get(f"/audit?action={action}"))


def test_without_a_provider_there_is_neither_a_button_nor_an_address(address: str) -> None:
    with visitor(address) as someone:
        assert "единую систему" not in words(someone.get("/sign-in"))
        assert someone.get("/sign-in/provider").status_code == 404
        assert someone.get("/sign-in/provider/back?state=x&code=y").status_code == 404


def test_a_linked_person_comes_in_with_the_account_s_own_roles(settings: Settings, provider: IdentityProvider) -> None:
    provider.person = {"sub": "person-1", "roles": ["administrator"], "groups": ["administrator"]}
    with product(settings, provider) as someone:
        assert "единую систему" in words(someone.get("/sign-in"))
        assert link(someone, "editor", "person-1").status_code == 303
        assert "другая учётная запись" in words(link(someone, "supervisor", "person-1"))
        entered = come_in(someone, provider, next="/staff/kb/")
        assert entered.status_code == 200
        assert 'content="0; url=/staff/kb/"' in entered.text
        assert {"HttpOnly", "SameSite=strict"} <= set(entered.headers.get_list("set-cookie")[0].split("; "))
        assert someone.get("/kb/").status_code == 200
        assert someone.get("/accounts").status_code == 403
        assert "provider" in audited(someone, "signed_in")
        assert "editor" in audited(someone, "account_linked")


@pytest.mark.parametrize(
    ("match", "person"),
    [("email", EDITOR), ("login", {**EDITOR, "email_verified": False}), ("login", {**EDITOR, "email": "x@y.kz"})],
)
def test_a_person_is_found_once_by_what_is_configured(
    settings: Settings, provider: IdentityProvider, match: str, person: dict[str, Any]
) -> None:
    provider.person = person
    with product(settings, provider, oidc_match=match) as someone:
        assert come_in(someone, provider).status_code == 200
        assert someone.get("/kb/").status_code == 200
        provider.person = {**person, "sub": "someone-else-with-this-name-now"}
        with visitor(str(someone.http.base_url)) as another:
            assert come_in(another, provider).status_code == 403
        provider.person = {"sub": "person-1"}  # linked from now on: the name may change
        with visitor(str(someone.http.base_url)) as again:
            assert come_in(again, provider).status_code == 200


@pytest.mark.parametrize(
    ("match", "person"),
    [
        ("subject", EDITOR),
        ("email", {**EDITOR, "email_verified": False}),
        ("email", {**EDITOR, "email_verified": "true"}),
        ("login", {"sub": "person-1", "preferred_username": "nobody"}),
    ],
)
def test_who_has_no_account_is_told_so_and_gets_none(
    settings: Settings, provider: IdentityProvider, match: str, person: dict[str, Any]
) -> None:
    provider.person = person
    with product(settings, provider, oidc_match=match) as someone:
        refused = come_in(someone, provider)
        assert (refused.status_code, "staff_session" in refused.headers.get("set-cookie", "")) == (403, False)
        assert "нет действующей учётной записи" in words(refused)
        assert someone.get("/").status_code == 303
        assert "unknown_person" in audited(someone, "sign_in_refused")
        someone.post("/language", {"language": "kk", "next": "/staff/sign-in"})
        assert "белсенді есептік жазбаңыз жоқ" in words(come_in(someone, provider))


def test_a_deactivated_account_lets_nobody_in(settings: Settings, provider: IdentityProvider) -> None:
    with product(settings, provider) as someone:
        link(someone, "editor", "person-1")
        with visitor(str(someone.http.base_url)) as boss:
            boss.sign_in(Role.ADMINISTRATOR.value)
            [number] = re.findall(r'href="/staff/accounts/(\d+)"[^>]*>\s*editor<', boss.get("/accounts").text)
            boss.post(f"/accounts/{number}", {"display_name": "Имя", "roles": ["editor"], "subject": "person-1"})
        assert come_in(someone, provider).status_code == 403
        assert "inactive" in audited(someone, "sign_in_refused")


def spoilt(**claims: Any) -> Any:
    return lambda usual: {name: value for name, value in {**usual, **claims}.items() if value is not None}


@pytest.mark.parametrize(
    "change",
    [
        spoilt(nonce="another"),
        spoilt(nonce=None),
        spoilt(exp=1_700_000_000),
        spoilt(exp=None),
        spoilt(iss="https://elsewhere.example.org"),
        spoilt(aud="another-client"),
        spoilt(aud=[CLIENT_ID, "another-client"], azp="another-client"),
        spoilt(sub=None),
    ],
    ids=["nonce", "no nonce", "expired", "no end", "issuer", "audience", "authorized party", "nobody"],
)
def test_a_token_that_does_not_hold_lets_nobody_in(settings: Settings, provider: IdentityProvider, change: Any) -> None:
    provider.change = change
    with product(settings, provider) as someone:
        link(someone, "editor", "person-1")
        refused = come_in(someone, provider)
        assert (refused.status_code, "не подтвердила" in words(refused)) == (403, True)
        assert someone.get("/").status_code == 303
        assert "provider_refused" in audited(someone, "sign_in_refused")


def test_only_the_provider_s_own_signature_counts_and_a_new_key_is_found(
    settings: Settings, provider: IdentityProvider
) -> None:
    with product(settings, provider) as someone:
        link(someone, "editor", "person-1")
        assert come_in(someone, provider).status_code == 200
        published, provider.key = provider.key, RSAKey.generate_key(2048, {"kid": "first"})
        provider.shown = published
        assert come_in(someone, provider).status_code == 403, "signed by a key that the provider does not show"
        provider.key, provider.shown = RSAKey.generate_key(2048, {"kid": "second"}), None
        assert come_in(someone, provider).status_code == 200


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(
    settings: Settings, provider: IdentityProvider
) -> None:
    with product(settings, provider) as someone:
        link(someone, "editor", "person-1")
        back = provider.sign_in(someone.get("/sign-in/provider").headers["location"])
        with visitor(str(someone.http.base_url)) as thief:
            assert thief.http.get(back).status_code == 422
        forged = someone.http.get(re.sub("state=[^&]+", "state=made-up", back))
        assert (forged.status_code, "Начните ещё раз" in words(forged)) == (422, True)
        assert someone.http.get(back).status_code == 200
        assert someone.http.get(back).status_code == 422
        left = someone.get("/sign-in/provider").headers["location"]
        state = re.findall("state=([^&]+)", left)[0]
        assert someone.get(f"/sign-in/provider/back?state={state}&error=access_denied").status_code == 403


def test_a_provider_that_is_away_or_late_leaves_the_password(settings: Settings, provider: IdentityProvider) -> None:
    provider.delay_s = 30.0
    with product(settings, provider, oidc_timeout_s=0.5) as someone:
        late = someone.get("/sign-in/provider")
        assert (late.status_code, "сейчас не отвечает" in words(late)) == (502, True)
        assert 'type="password"' in late.text
    with product(settings, provider, oidc_issuer="http://127.0.0.1:9") as someone:
        assert someone.get("/sign-in/provider").status_code == 502
        assert someone.sign_in("editor").status_code == 303


def test_a_temporary_password_is_no_more_once_the_provider_has_let_its_owner_in(
    settings: Settings, provider: IdentityProvider
) -> None:
    with product(settings, provider, oidc_match="login") as someone:
        with visitor(str(someone.http.base_url)) as boss:
            boss.sign_in(Role.ADMINISTRATOR.value)
            fields: dict[str, str | list[str]] = {"login": "aigerim", "display_name": "Айгерім", "language": "kk"}
            made = boss.post("/accounts/new", {**fields, "roles": ["editor"]})
        temporary = made.text.partition('class="secret">')[2].partition("<")[0]
        provider.person = {"sub": "person-2", "preferred_username": "Aigerim"}
        assert come_in(someone, provider).status_code == 200
        assert someone.get("/kb/").status_code == 200
        with visitor(str(someone.http.base_url)) as reader:
            assert reader.sign_in("aigerim", temporary).status_code == 422


@pytest.mark.parametrize(
    "given",
    [
        {"oidc_issuer": "https://id.example.org"},
        {"oidc_issuer": "http://id.example.org", "oidc_client_id": "x", "oidc_client_secret": "y"},
    ],
    ids=["in part", "unprotected"],
)
def test_a_provider_that_is_configured_wrongly_stops_the_start(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="OIDC_ISSUER"):
        Settings.model_validate(given)
