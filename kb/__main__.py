"""Owns the command line of the knowledge base: `python -m kb check|export|import [folder]`."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from database.base import now
from database.engine import Database, default_url
from kb import yaml_files
from kb.base import FOLDER
from kb.errors import KnowledgeError
from kb.loader import read_articles
from kb.rows import article_of, read_row, to_row
from kb.store import ArticleStore

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

ARTICLES = FOLDER / "articles"


def main(arguments: list[str]) -> int:
    """Run one command; return 0, or 1 when something was found wrong or left undone."""
    parser = argparse.ArgumentParser(prog="python -m kb", description="The articles of the knowledge base.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, about in (
        ("check", "look at the YAML files: are they sound, and written as export writes them"),
        ("export", "write what is published in the database into the YAML files"),
        ("import", "publish the YAML files (reviewed in git) where they differ from the database"),
    ):
        command = commands.add_parser(name, help=about)
        command.add_argument("folder", nargs="?", type=Path, default=ARTICLES, help="default: kb/articles")
    given = parser.parse_args(arguments)
    try:
        if given.command == "check":
            return _check(given.folder)
        return asyncio.run(_export(given.folder) if given.command == "export" else _import(given.folder))
    except (KnowledgeError, ValidationError, SQLAlchemyError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _check(folder: Path) -> int:
    faults = []
    for code, article in read_articles(folder).items():
        path = folder / f"{code}.yml"
        faults += [f"{path}: {problem}" for problem in read_row(to_row(article), now().date()).problems]
        if path.read_text(encoding="utf-8") != yaml_files.dump(article):
            faults.append(f"{path}: not written as `python -m kb export` writes it")
    _say("\n".join(faults) or "The articles are sound.")
    return 1 if faults else 0


async def _export(folder: Path) -> int:
    async with _store() as store:
        articles = [article_of(revision.cells) for revision in await store.published()]
    changed = yaml_files.export(articles, folder)
    _say(f"{len(articles)} articles; files changed: {_listed(path.name for path in changed)}")
    return 0


async def _import(folder: Path) -> int:
    articles = read_articles(folder)
    async with _store() as store:
        taken, busy = await store.take_over(articles, getpass.getuser(), "python -m kb import")
    _say(f"{len(articles)} articles; published: {_listed(taken)}; left alone, someone works on them: {_listed(busy)}")
    return 1 if busy else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


@asynccontextmanager
async def _store() -> AsyncIterator[ArticleStore]:
    database = Database(os.environ.get("DATABASE_URL") or default_url(Path(os.environ.get("DATA_DIR") or "var")))
    try:
        await database.upgrade()
        yield ArticleStore(database)
    finally:
        await database.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
