"""Who may do what."""

from __future__ import annotations

import pytest

from staff.roles import Permission, Role, permissions

CHANGING = {Permission.KB_EDIT, Permission.KB_REVIEW, Permission.KB_PUBLISH, Permission.ACCOUNTS_MANAGE}
PERSONAL = {Permission.CONTACTS_READ, Permission.RECORDINGS_READ}


def test_the_authority_only_looks() -> None:
    assert not permissions({Role.AUTHORITY}) & CHANGING


def test_the_administrator_gives_access_without_having_it_to_personal_data() -> None:
    assert Permission.ACCOUNTS_MANAGE in permissions({Role.ADMINISTRATOR})
    assert not permissions({Role.ADMINISTRATOR}) & PERSONAL


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_else_manages_accounts(role: Role) -> None:
    assert Permission.ACCOUNTS_MANAGE not in permissions({role})


def test_several_roles_allow_what_each_of_them_allows() -> None:
    both = permissions({Role.EDITOR, Role.CONSULTANT})
    assert both == permissions({Role.EDITOR}) | permissions({Role.CONSULTANT})
    assert permissions(()) == frozenset()
