"""Owns the settings of the web process; each is an environment variable of the same name in capitals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from contact_centre.queue.policy import QueuePolicy
from database.engine import default_url
from staff.provider_sign_in import Match

MAX_TEXT_CHARACTERS = 4_000
MAX_BODY_BYTES = 64 * 1024
MAX_KB_BODY_BYTES = 6 * 1024 * 1024
"""A table of articles of 5 MB, or one article in both languages as a form."""

MAX_STATE_BYTES = 1024 * 1024
"""What the telephone exchange has: some thousand calls."""


_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Settings(BaseSettings):
    """Everything that an operator may set; the defaults serve one machine."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    bind_host: str = "127.0.0.1"
    web_port: int = Field(8000, ge=1, le=65535)
    rasa_url: str = "http://127.0.0.1:5005"
    voice_url: str = "http://127.0.0.1:9093"
    """The control endpoints of the voice process, where calls from browsers go."""
    pbx_url: str = ""
    """The control endpoints of the telephone exchange; empty: there is none, and no telephone in the console."""
    sip_websocket_url: str = ""
    """Where the exchange takes SIP over WebSocket: from this process alone, which lets the consoles in."""
    data_dir: Path = Path("var")
    database_url: str = ""
    """Empty: an SQLite file in `data_dir`."""
    dialogue_timeout_s: float = Field(2.0, gt=0)
    service_token: SecretStr | None = None
    """Opens the API's service features (voice, mail); without it there are no service clients."""
    widget_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Sites that may embed the widget, such as `https://www.1414.kz`, separated by commas."""

    messages_limit: int = Field(30, ge=1)
    messages_window_s: int = Field(10, ge=1)
    conversations_limit: int = Field(300, ge=1)
    conversations_window_s: int = Field(60, ge=1)
    sign_ins_limit: int = Field(60, ge=1)
    sign_ins_window_s: int = Field(60, ge=1)
    oidc_issuer: str = ""
    """Address of the OpenID Connect provider that signs staff in; empty: passwords only."""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_scope: str = "openid email profile"
    oidc_match: Match = "subject"
    """How a person without a linked account is found, once: not at all, by the verified e-mail, by a login."""
    oidc_login_claim: str = "preferred_username"
    """Where the login is, with `OIDC_MATCH=login`: for a provider whose people cannot choose it themselves."""
    oidc_timeout_s: float = Field(5.0, gt=0)
    queue: QueuePolicy = QueuePolicy()
    """Each part as a variable of its own, such as `QUEUE__OFFER_S`."""
    stream_first_frame_s: float = Field(10.0, gt=0)

    @field_validator("widget_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(origin.strip().rstrip("/") for origin in value.split(",") if origin.strip())
        return value

    @field_validator("service_token", mode="after")
    @classmethod
    def _no_empty_token(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value is not None and value.get_secret_value() else None

    @model_validator(mode="after")
    def _whole_provider(self) -> Self:
        given = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret.get_secret_value())
        if any(given) and not all(given):
            raise ValueError("OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET are set together or not at all")
        place = urlsplit(self.oidc_issuer)
        if self.oidc_issuer and place.scheme != "https" and place.hostname not in _LOOPBACK:
            raise ValueError(f"OIDC_ISSUER has to begin with https://, got {self.oidc_issuer!r}")
        return self

    @model_validator(mode="after")
    def _database_in_data_dir(self) -> Self:
        if not self.database_url:
            self.database_url = default_url(self.data_dir)
        return self
