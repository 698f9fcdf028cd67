"""Owns the talk with an OpenID Connect provider: where it is found, where the browser is sent, whom it vouches for."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ValidationError

from database.base import now

if TYPE_CHECKING:
    from collections.abc import Mapping

ALGORITHMS: Final = ("RS256", "PS256", "ES256")
"""Signatures with a private key of the provider; never "none", and no secret that both know."""
LEEWAY_S: Final = 60
"""How far the provider's clock may be from ours."""
_RANDOM_BYTES: Final = 32


class ProviderUnavailableError(Exception):
    """The provider could not be asked, or did not answer as the standard says."""


class ProviderRefusedError(Exception):
    """The provider let nobody in, or what it says of the person does not hold."""


@dataclass(frozen=True)
class Client:
    """Who we are to the provider at `issuer`."""

    issuer: str
    id: str
    secret: str
    scope: str
    timeout_s: float


@dataclass(frozen=True)
class Attempt:
    """What the answer of the provider has to fit: OAuth's state (RFC 6749, 10.12), nonce, code verifier (RFC 7636)."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Attempt:
        """Return one that nobody can guess."""
        return cls(*(secrets.token_urlsafe(_RANDOM_BYTES) for _ in range(3)))


@dataclass(frozen=True)
class Identity:
    """Whom the provider vouches for; `claims` are those of the checked ID token."""

    subject: str
    claims: Mapping[str, Any]


class Metadata(BaseModel):
    """What the provider tells of itself (OpenID Connect Discovery 1.0, 3), as far as it is needed here."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]


class Provider:
    """The provider; asked for its addresses once, for its keys whenever it signs with one that is not known."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._http = httpx.AsyncClient(timeout=client.timeout_s)
        self._metadata: Metadata | None = None
        self._keys: KeySet | None = None

    async def address(self, attempt: Attempt, redirect_uri: str) -> str:
        """Return where the browser is sent to sign in. Raises ProviderUnavailableError."""
        metadata = await self._discovered()
        address = prepare_grant_uri(
            metadata.authorization_endpoint,
            self._client.id,
            "code",
            redirect_uri,
            self._client.scope,
            attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),  # type: ignore[no-untyped-call]
            code_challenge_method="S256",
        )
        return str(address)

    async def identify(self, attempt: Attempt, redirect_uri: str, code: str | None) -> Identity:
        """Return whom the provider's answer is about; without a code it is about nobody.

        Raises:
            ProviderUnavailableError: it cannot be asked.
            ProviderRefusedError: it gave no code or does not know it, or its ID token is not for us, not of this
                attempt, not signed by it or no longer valid.

        """
        if code is None:
            raise ProviderRefusedError("the provider gave no code")
        metadata = await self._discovered()
        token = await self._id_token(metadata, attempt, redirect_uri, code)
        claims = await self._checked(token, attempt.nonce)
        return Identity(str(claims["sub"]), claims)

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def _discovered(self) -> Metadata:
        if self._metadata is None:
            found = await self._get(get_well_known_url(self._client.issuer, external=True))
            try:
                metadata = Metadata.model_validate(found)
            except ValidationError as error:
                raise ProviderUnavailableError(f"the provider's addresses cannot be read: {error}") from error
            if metadata.issuer != self._client.issuer:
                raise ProviderUnavailableError(f"expected the issuer {self._client.issuer}, got {metadata.issuer}")
            self._metadata = metadata
        return self._metadata

    async def _id_token(self, metadata: Metadata, attempt: Attempt, redirect_uri: str, code: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": attempt.verifier,
        }
        credentials = {"client_id": self._client.id, "client_secret": self._client.secret}
        if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            # RFC 6749, 2.3.1: both are form-encoded first.
            basic = httpx.BasicAuth(*(quote(value, safe="") for value in credentials.values()))
            answer = await self._ask("POST", metadata.token_endpoint, data=form, auth=basic)
        else:
            answer = await self._ask("POST", metadata.token_endpoint, data={**form, **credentials})
        if answer.is_client_error:
            raise ProviderRefusedError(f"the code was refused: {answer.status_code}")
        token = _json_object(answer).get("id_token")
        if not isinstance(token, str):
            raise ProviderRefusedError("there is no ID token")
        return token

    async def _checked(self, token: str, nonce: str) -> Mapping[str, Any]:
        try:
            decoded = await self._verified(token)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self._client.issuer},
                    "aud": {"essential": True, "value": self._client.id},
                    "sub": {"essential": True},
                },
                {"nonce": nonce, "client_id": self._client.id},
            )
            claims.validate(now=int(now().timestamp()), leeway=LEEWAY_S)
        except (JoseError, ValueError) as error:  # ValueError: not even the form of a token
            raise ProviderRefusedError(f"the ID token does not hold: {error}") from error
        return cast("Mapping[str, Any]", claims)

    async def _verified(self, token: str) -> jwt.Token:
        known = self._keys
        if known is not None:
            try:
                return jwt.decode(token, known, algorithms=list(ALGORITHMS))
            except (JoseError, ValueError):
                pass  # perhaps by a key that is newer than those we know
        metadata = await self._discovered()
        try:
            self._keys = KeySet.import_key_set(cast("Any", await self._get(metadata.jwks_uri)))
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderUnavailableError(f"the provider's keys cannot be read: {error}") from error
        return jwt.decode(token, self._keys, algorithms=list(ALGORITHMS))

    async def _get(self, address: str) -> dict[str, Any]:
        return _json_object(await self._ask("GET", address))

    async def _ask(self, method: str, address: str, **request: Any) -> httpx.Response:
        try:
            async with asyncio.timeout(self._client.timeout_s):  # httpx's own limit is that of a single read
                answer = await self._http.request(method, address, **request)
        except (httpx.HTTPError, TimeoutError) as error:
            raise ProviderUnavailableError(f"{address} does not answer: {error!r}") from error
        if answer.is_server_error or answer.is_redirect:
            raise ProviderUnavailableError(f"{address} answers {answer.status_code}")
        return answer


def _json_object(answer: httpx.Response) -> dict[str, Any]:
    if not answer.is_success:
        raise ProviderUnavailableError(f"{answer.url} answers {answer.status_code}")
    try:
        body = answer.json()
    except ValueError as error:
        raise ProviderUnavailableError(f"{answer.url} answers no JSON") from error
    if not isinstance(body, dict):
        raise ProviderUnavailableError(f"{answer.url} answers no JSON object")
    return body
