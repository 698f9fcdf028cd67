"""The staff pages in a browser: signing in with a demo account, both languages, no serious fault of accessibility."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from deploy.settings import WEB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from deploy.stack import Stack

SERIOUS = {"serious", "critical"}


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    """Give a fresh browser window; whatever its pages complain of fails the test."""
    context = browser.new_context(base_url=stack.url(WEB), locale="ru", viewport={"width": 1200, "height": 760})
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text) if message.type == "error" and "status of 4" not in message.text else None
        ),
    )
    yield page
    context.close()
    assert complaints == []


def sign_in(page: Page, stack: Stack, role: str) -> None:
    account = stack.accounts[role]
    page.goto("/staff/")
    page.get_by_label("Логин").fill(account.login)
    page.get_by_label("Пароль").fill(account.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=re.compile("Выйти|Шығу"))).to_be_visible()


def choose(page: Page, language: str) -> None:
    page.get_by_role("button", name={"ru": "Русский", "kk": "Қазақша"}[language]).click()
    expect(page.locator("html")).to_have_attribute("lang", language)


def serious_faults(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in found if fault["impact"] in SERIOUS]


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_every_page_is_fit_for_everyone(page: Page, stack: Stack, language: str) -> None:
    httpx.post(f"{stack.url(WEB)}/api/conversations", json={"language": "kk"}, timeout=10, trust_env=False)
    page.goto("/staff/sign-in")
    choose(page, language)
    faults = {"sign-in": serious_faults(page)}
    choose(page, "ru")
    for role, paths in {
        "administrator": ["", "accounts", "accounts/new", "accounts/1", "audit", "password", "contacts"],
        "supervisor": [
            "supervision/",
            "supervision/report",
            "supervision/consultants",
            "supervision/consultants/1",
            "recording-requests",
            "recording-requests/new",
        ],
        "authority": ["", "contacts", "contacts/26-000001", "nothing"],
    }.items():
        page.context.clear_cookies()
        sign_in(page, stack, role)
        choose(page, language)
        for path in paths:
            page.goto(f"/staff/{path}")
            faults[f"{role} {path}"] = serious_faults(page)
        choose(page, "ru")
    assert {where: found for where, found in faults.items() if found} == {}


def test_a_new_editor_signs_in_with_the_keyboard_alone_and_chooses_a_password(page: Page, stack: Stack) -> None:
    sign_in(page, stack, "administrator")
    page.goto("/staff/accounts/new")
    page.get_by_label("Логин").fill("aigerim")
    page.get_by_label("Имя и фамилия").fill("Айгерім Серікқызы")
    page.get_by_role("checkbox", name="Редактор").check()
    page.get_by_role("button", name="Создать").click()
    temporary = page.locator(".secret").inner_text()
    page.get_by_role("button", name="Выйти").click()
    expect(page.get_by_role("status")).to_have_text("Вы вышли.")

    page.keyboard.type("aigerim")  # the field has the focus
    page.keyboard.press("Tab")
    page.keyboard.type(temporary)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Сменить пароль")).to_be_visible()
    for words in (temporary, "дождь идёт с утра", "дождь идёт с утра"):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Пароль изменён.")
    expect(page.get_by_role("heading", name="Айгерім Серікқызы")).to_be_visible()


def test_a_look_at_a_conversation_is_seen_by_the_authority(page: Page, stack: Stack) -> None:
    opened = httpx.post(f"{stack.url(WEB)}/api/conversations", json={"language": "ru"}, timeout=10, trust_env=False)
    number = opened.json()["number"]
    sign_in(page, stack, "consultant")
    page.get_by_role("link", name="Обращения").first.click()
    page.get_by_label("Номер").fill(number)
    page.get_by_role("button", name="Найти").click()
    expect(page.get_by_role("heading", name=f"Обращение {number}")).to_be_visible()
    page.get_by_role("button", name="Выйти").click()
    sign_in(page, stack, "authority")
    page.get_by_role("link", name="Журнал действий").first.click()
    page.get_by_label("Действие").select_option(label="Просмотр разговора")
    page.get_by_role("button", name="Показать").click()
    expect(page.get_by_role("row", name=re.compile(f"consultant.*{number}")).first).to_be_visible()
