"""Owns the command line for accounts: `python -m staff create|list|deactivate|activate|reset|demo`."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from database.engine import Database, default_url
from language import LANGUAGES
from staff import demo
from staff.accounts import (
    Accounts,
    InvalidLoginError,
    LastAdministratorError,
    LoginTakenError,
    UnknownAccountError,
    WeakPasswordError,
)
from staff.roles import Role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_SENTENCES: dict[type[Exception], str] = {
    InvalidLoginError: "A login is 2 to 64 Latin letters, digits and ._@-",
    LoginTakenError: "There is an account with this login already.",
    LastAdministratorError: "This is the last administrator: make another one first.",
    UnknownAccountError: "There is no account with this login.",
    WeakPasswordError: "This password is not good enough: 12 to 128 characters, not all alike, without the login.",
}


def main(arguments: list[str]) -> int:
    """Run one command; return the exit code. A failure is one sentence on standard error."""
    chosen = _parser().parse_args(arguments)
    try:
        asyncio.run(_run(chosen))
    except tuple(_SENTENCES) as problem:
        sys.stderr.write(f"{_SENTENCES[type(problem)]}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m staff", description="Accounts of the staff (DATABASE_URL).")
    commands = parser.add_subparsers(dest="command", required=True)
    create = commands.add_parser("create", help="make an account")
    create.add_argument("login")
    create.add_argument("--name", required=True, help="name and surname")
    create.add_argument("--role", action="append", required=True, choices=[role.value for role in Role])
    create.add_argument("--language", choices=LANGUAGES, default="ru")
    commands.add_parser("list", help="show all accounts")
    for name, about in (("deactivate", "let nobody sign in"), ("activate", "let the person sign in again")):
        commands.add_parser(name, help=about).add_argument("login")
    reset = commands.add_parser("reset", help="give a new password")
    reset.add_argument("login")
    for command in (create, reset):
        command.add_argument("--ask", action="store_true", help="ask for the password instead of printing a random one")
    commands.add_parser("demo", help="one account a role, if there is no account; prints JSON")
    return parser


async def _run(chosen: argparse.Namespace) -> None:
    async with _accounts() as accounts:
        match chosen.command:
            case "create":
                await _create(accounts, chosen)
            case "list":
                await _list(accounts)
            case "reset":
                account = await accounts.by_login(chosen.login)
                given = _asked(chosen)
                _tell_password(await accounts.reset_password(account.id, password=given), was_asked=bool(given))
            case "demo":
                _say(json.dumps({role.value: account for role, account in (await demo.create(accounts)).items()}))
            case command:
                account = await accounts.by_login(chosen.login)
                is_active = command == "activate"
                await accounts.change(
                    account.id, display_name=account.display_name, roles=account.roles, active=is_active
                )


async def _create(accounts: Accounts, chosen: argparse.Namespace) -> None:
    given = _asked(chosen)
    roles = {Role(role) for role in chosen.role}
    _, password = await accounts.create(chosen.login, chosen.name, roles, chosen.language, password=given)
    _tell_password(password, was_asked=bool(given))


async def _list(accounts: Accounts) -> None:
    for account in await accounts.all():
        roles, state = ", ".join(sorted(account.roles)), "" if account.active else "  (deactivated)"
        _say(f"{account.login}  {account.display_name}  {roles}{state}")


def _asked(chosen: argparse.Namespace) -> str | None:
    return getpass.getpass("Password: ") if chosen.ask else None


def _tell_password(password: str, *, was_asked: bool) -> None:
    if not was_asked:
        _say(f"Temporary password, shown once: {password}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


@asynccontextmanager
async def _accounts() -> AsyncIterator[Accounts]:
    database = Database(os.environ.get("DATABASE_URL") or default_url(Path(os.environ.get("DATA_DIR") or "var")))
    await database.upgrade()
    try:
        yield Accounts(database)
    finally:
        await database.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
