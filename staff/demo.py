"""Owns the accounts of a first look: one a role, with random passwords that are told once and nowhere kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from staff import passwords
from staff.roles import Role

if TYPE_CHECKING:
    from staff.accounts import Accounts

_NAMES: Final = {
    Role.CONSULTANT: "Демо: консультант",
    Role.EDITOR: "Демо: редактор",
    Role.SUPERVISOR: "Демо: супервайзер",
    Role.AUTHORITY: "Демо: уполномоченный орган",
    Role.ADMINISTRATOR: "Демо: администратор",
}


async def create(accounts: Accounts) -> dict[Role, tuple[str, str]]:
    """Make an account named after each role and return login and password; nothing when there is any account."""
    if await accounts.exist():
        return {}
    made = {}
    for role, name in _NAMES.items():
        password = passwords.random()
        account, _ = await accounts.create(role.value, name, {role}, "ru", password=password)
        made[role] = (account.login, password)
    return made
