"""Owns the settings of the voice process; each is an environment variable of the same name in capitals."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Everything that an operator may set; the defaults serve one machine."""

    voice_host: str = "127.0.0.1"
    """Where AudioSocket and the control endpoints listen: both are for the PBX alone, never for the world."""
    audiosocket_port: int = Field(9092, ge=1, le=65535)
    voice_control_port: int = Field(9093, ge=1, le=65535)
    web_url: str = "http://127.0.0.1:8000"
    data_dir: Path = Path("var")
    service_token: SecretStr | None = None
    voice_calls_limit: int = Field(24, ge=1, le=500)
    """Calls at once; the next ones are told so and go to the queue."""
    voice_speech_processes: int = Field(2, ge=1, le=16)
    voice_cache_mb: int = Field(200, ge=1)
    voice_recording: bool = True
    ami_host: str = "127.0.0.1"
    ami_port: int | None = Field(None, ge=1, le=65535)
    ami_secret: SecretStr | None = None
    """Of the manager interface of the telephone exchange; without port and secret there is no link with one."""
    voice_realtime: bool = True
    """Whether sound goes before everything else on a busy machine, where the system allows it."""
    speech_models: Path | None = None
    """Folder of the speech models instead of `models/speech`."""
    voice_piper_voices: Path | None = None
    """Folder of Piper's voices (`ru.onnx`, `kk.onnx`, each with its `.onnx.json`) instead of `models/speech/voices`."""

    @field_validator("ami_secret", mode="after")
    @classmethod
    def _no_empty_secret(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value is not None and value.get_secret_value() else None
