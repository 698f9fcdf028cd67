"""Starts the reference monitoring server: `python -m monitoring`."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn
from pydantic import Field
from pydantic_settings import BaseSettings

from monitoring.server import create_app
from observability import logs


class Settings(BaseSettings):
    """The environment of this process."""

    bind_host: str = "127.0.0.1"
    monitoring_port: int = 8010
    data_dir: Path = Path("var")
    monitoring_database: Path | None = None
    monitoring_api_key: str = Field(min_length=16)
    monitoring_seed: bool = True


def main() -> None:
    """Serve until stopped."""
    logs.configure("monitoring")
    try:
        settings = Settings()
    except ValueError as error:
        sys.exit(f"monitoring cannot start: {error}")
    database = settings.monitoring_database or settings.data_dir / "monitoring.db"
    app = create_app(database, settings.monitoring_api_key, seed=settings.monitoring_seed)
    uvicorn.run(app, host=settings.bind_host, port=settings.monitoring_port, access_log=False, log_config=None)


main()
