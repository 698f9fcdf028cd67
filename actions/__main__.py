"""Starts the action server: `python -m actions`."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from pydantic_settings import BaseSettings

from actions.registry import executor
from actions.server import create_app
from actions.unanswered import UnansweredQuestions
from database.engine import Database, default_url
from kb.base import KnowledgeBase
from kb.errors import KnowledgeError
from kb.live import LiveKnowledge
from kb.questions import Questions
from monitoring.client import MonitoringClient
from observability import logs


class Settings(BaseSettings):
    """The environment of this process."""

    bind_host: str = "127.0.0.1"
    actions_port: int = 5055
    monitoring_url: str = "http://127.0.0.1:8010"
    data_dir: Path = Path("var")
    database_url: str = ""
    """Empty: the SQLite file in `data_dir`."""


def main() -> None:
    """Serve until stopped."""
    logs.configure("actions")
    settings = Settings()
    try:
        knowledge = KnowledgeBase.load()
    except KnowledgeError as error:
        sys.exit(f"the action server cannot start: {error}")
    monitoring = MonitoringClient(settings.monitoring_url)
    database = Database(settings.database_url or default_url(settings.data_dir))
    live = LiveKnowledge(knowledge, database)
    actions = executor(knowledge, monitoring, UnansweredQuestions(Questions(database)))
    app = create_app(actions, {"monitoring": monitoring.ready_problem, "knowledge": live.check}, live.keep_fresh)
    gc.freeze()  # what is loaded by now is there for good: looking through it again keeps every turn waiting
    app.run(host=settings.bind_host, port=settings.actions_port, single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    main()
