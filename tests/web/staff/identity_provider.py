"""An OpenID Connect provider: discovery, keys, codes for signed ID tokens. It can lie, be late or be away on demand."""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBasic
from joserfc import jwt
from joserfc.jwk import RSAKey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CLIENT_ID = "1414-desk"
CLIENT_SECRET = "secret of the tests"
START_S = 20.0

Claims = dict[str, Any]


@cache
def _first_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "first"})


@dataclass
class IdentityProvider:
    """Runs in a thread. `person` is who signs in; `change` may spoil the claims; `key` signs, `shown` is published."""

    person: Claims = field(default_factory=lambda: {"sub": "person-1"})
    change: Callable[[Claims], Claims] = lambda claims: claims
    key: RSAKey = field(default_factory=_first_key)
    shown: RSAKey | None = None
    delay_s: float = 0.0
    port: int = 0
    _codes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _server: uvicorn.Server | None = None
    _thread: threading.Thread | None = None

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._server = uvicorn.Server(uvicorn.Config(self._app(), port=0, log_config=None, timeout_graceful_shutdown=1))
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        deadline = time.monotonic() + START_S
        while not self._server.started:
            assert time.monotonic() < deadline, "the provider did not start"
            time.sleep(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server
        assert self._thread
        self._server.should_exit = True
        self._thread.join(START_S)

    def sign_in(self, address: str) -> str:
        """Do what a browser at `address` does when the person enters a password; return where it is sent back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT_ID)
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe()
        self._codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    async def _serve(self) -> None:
        assert self._server
        await self._server.serve()

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        async def discover() -> dict[str, str]:
            await asyncio.sleep(self.delay_s)
            places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            return {"issuer": self.issuer, **{name: f"{self.issuer}/{place}" for name, place in places.items()}}

        @app.get("/keys")
        async def keys() -> dict[str, Any]:
            return {"keys": [(self.shown or self.key).as_dict(private=False)]}

        @app.post("/token")
        async def token(request: Request) -> JSONResponse:
            given = await HTTPBasic()(request)
            assert given is not None
            form = await request.form()
            asked = self._codes.pop(str(form["code"]), None)
            is_known = asked and (given.username, given.password) == (CLIENT_ID, "secret%20of%20the%20tests")
            if not asked or not is_known or not _fits(asked, str(form["code_verifier"]), str(form["redirect_uri"])):
                return JSONResponse({"error": "invalid_grant"}, 400)
            return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": self._token(asked["nonce"])})

        return app

    def _token(self, nonce: str) -> str:
        moment = int(time.time())
        usual = {"iss": self.issuer, "aud": CLIENT_ID, "iat": moment, "exp": moment + 300, "nonce": nonce}
        claims = self.change({**usual, **self.person})
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)


def _fits(asked: Mapping[str, str], verifier: str, redirect_uri: str) -> bool:
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return (challenge, redirect_uri) == (asked["code_challenge"], asked["redirect_uri"])
