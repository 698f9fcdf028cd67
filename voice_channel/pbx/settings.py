"""Owns the settings of the exchange; each is an environment variable of the same name in capitals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode

_Port = Annotated[int, Field(ge=1, le=65535)]
_Listed = Annotated[tuple[str, ...], NoDecode, Field(min_length=1)]
"""Separated by commas in the environment."""


class Settings(BaseSettings):
    """Everything that an operator may set; the defaults serve one machine and listen on loopback only."""

    asterisk_command: tuple[str, ...]
    """How Asterisk is started, as a JSON list: set by `make phone`."""
    asterisk_modules: Path
    asterisk_data: Path
    data_dir: Path = Path("var")

    sip_host: str = "127.0.0.1"
    """Where SIP is listened for: beyond this machine only behind a firewall that lets the trunk and the staff in."""
    sip_port: _Port = 5060
    sip_websocket_port: _Port = 8088
    softphone_host: str = ""
    """Where the sound of the telephones in consoles is taken, for the consultants' browsers; empty: at SIP_HOST."""
    ami_port: _Port = 5038
    pbx_control_port: _Port = 9094
    """Health of this process, and the accounts of the telephones in consoles, on loopback."""
    rtp_first_port: _Port = 20_000
    rtp_last_port: _Port = 20_999
    trunk_addresses: _Listed = ("127.0.0.1",)
    """Whose calls are taken without a password: the operator's trunk."""
    line_numbers: _Listed = ("1414", "88000807777")
    """Rule 7: the numbers that the trunk dials."""

    ami_secret: SecretStr = Field(min_length=16)
    sip_secret: SecretStr = Field(min_length=16)
    """The passwords of the consultants' phones are derived from it."""
    service_token: SecretStr | None = None
    web_url: str = "http://127.0.0.1:8000"
    voice_host: str = "127.0.0.1"
    audiosocket_port: _Port = 9092
    voice_control_port: _Port = 9093

    calls_per_caller: int = Field(2, ge=1)
    """Calls at once from one number; the next ones hear that the line is busy."""
    longest_wait_s: int = Field(600, ge=10)
    """In the queue; then a call-back is offered."""
    named_wait_s: int = Field(60, ge=10)
    """For one person, to whom a consultant handed the caller on; then for anybody."""
    longest_call_s: int = Field(7_200, ge=60)

    @field_validator("trunk_addresses", "line_numbers", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("line_numbers")
    @classmethod
    def _are_numbers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for number in value:
            if not number.removeprefix("+").isdecimal():
                raise ValueError(f"expected digits, perhaps behind a plus, not {number!r}")
        return value

    @model_validator(mode="after")
    def _ports_are_a_range(self) -> Self:
        if self.rtp_first_port >= self.rtp_last_port:
            raise ValueError("RTP_FIRST_PORT must be below RTP_LAST_PORT")
        return self

    @property
    def folder(self) -> Path:
        """Where this Asterisk keeps its things."""
        return (self.data_dir / "pbx").resolve()

    @property
    def recordings(self) -> Path:
        """Where whole calls are recorded (rule 21)."""
        return (self.data_dir / "recordings").resolve()
