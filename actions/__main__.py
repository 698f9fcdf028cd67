"""Starts the action server: `python -m actions`."""

from __future__ import annotations

import sys

from pydantic_settings import BaseSettings

from actions.registry import executor
from actions.server import create_app
from kb.base import KnowledgeBase
from kb.errors import KnowledgeError
from monitoring.client import MonitoringClient
from observability import logs


class Settings(BaseSettings):
    """The environment of this process."""

    bind_host: str = "127.0.0.1"
    actions_port: int = 5055
    monitoring_url: str = "http://127.0.0.1:8010"


def main() -> None:
    """Serve until stopped."""
    logs.configure("actions")
    settings = Settings()
    try:
        knowledge = KnowledgeBase.load()
    except KnowledgeError as error:
        sys.exit(f"the action server cannot start: {error}")
    monitoring = MonitoringClient(settings.monitoring_url)
    app = create_app(executor(knowledge, monitoring), {"monitoring": monitoring.ready_problem})
    app.run(host=settings.bind_host, port=settings.actions_port, single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    main()
