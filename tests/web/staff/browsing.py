"""A browser in small: keeps cookies, follows nothing, fills in the hidden token of a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from staff.roles import Role

PASSWORD = "дождь идёт с утра"
_TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]+)"')


@dataclass
class Visitor:
    """One person at the staff pages; signed in or not."""

    http: httpx.Client

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.http.get(f"/staff{path}", headers=headers)

    def token(self) -> str:
        found = _TOKEN.search(self.get("/password").text) or _TOKEN.search(self.get("/sign-in").text)
        return found[1] if found else ""

    def post(self, path: str, fields: Mapping[str, str | list[str]], **headers: str) -> httpx.Response:
        """Send a form as a page of ours does."""
        return self.http.post(f"/staff{path}", data={"csrf_token": self.token(), **fields}, headers=headers)

    def sign_in(self, login: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
        return self.post("/sign-in", {"login": login, "password": password, **fields})


def login_of(*roles: Role) -> str:
    """Return the login of the account with these roles in every test's database."""
    return "-".join(role.value for role in roles)


def words(response: httpx.Response) -> str:
    """Return the text of a page as a person reads it."""
    return unescape(re.sub(r"<[^>]+>", " ", response.text))
