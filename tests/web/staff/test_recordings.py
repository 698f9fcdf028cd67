"""Recordings are heard by who may, piece by piece, and each listening is in the audit log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from staff.roles import Role
from tests.web.running import SERVICE_TOKEN, open_chat
from tests.web.staff.browsing import words

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.web.staff.browsing import Visitor
    from web.settings import Settings

HEADERS = {"Authorization": f"Bearer {SERVICE_TOKEN}"}


def _attach(http: httpx.Client, of: dict[str, str], file: str, **tracks: str) -> httpx.Response:
    recorded = {"file": file, "tracks": tracks, "started_at": datetime.now(UTC).isoformat(), "duration_ms": 125}
    return http.post("/api/exchange/recordings", json={"of": of, **recorded}, headers=HEADERS)


@pytest.fixture
def recorded(visit: Callable[..., Visitor], settings: Settings) -> str:
    """Give the address of a recording with one side apart, below /staff."""
    http = visit().http
    chat = open_chat(http, service=True, language="ru", channel="phone")
    folder = settings.data_dir / "recordings"
    (folder / "2026-11").mkdir(parents=True)
    (folder / "2026-11" / "whole.wav").write_bytes(b"RIFF" + bytes(range(200)))
    (folder / "caller.wav").write_bytes(b"RIFF caller")
    for _ in range(2):
        answer = _attach(http, {"conversation": chat.id}, "2026-11/whole.wav", caller="caller.wav")
        assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    assert shown["number"] == chat.opened["number"]
    return f"/contacts/{shown['number']}/recordings/{shown['id']}"


def test_a_recording_is_on_the_page_of_its_contact_and_can_be_heard_in_parts(
    visit: Callable[..., Visitor], recorded: str
) -> None:
    supervisor = visit(Role.SUPERVISOR)
    page = supervisor.get(recorded.partition("/recordings")[0]).text
    assert page.count("<audio") == 2
    assert f'src="/staff{recorded}"' in page
    whole = supervisor.get(recorded)
    assert (whole.headers["content-type"], whole.headers["accept-ranges"], len(whole.content)) == (
        "audio/wav",
        "bytes",
        204,
    )
    part = supervisor.get(recorded, Range="bytes=2-5")
    assert (part.status_code, part.content) == (206, whole.content[2:6])
    assert supervisor.get(f"{recorded}?side=caller").content == b"RIFF caller"
    assert supervisor.get(f"{recorded}?side=line").status_code == 404
    log = words(visit(Role.AUTHORITY).get("/audit?login=supervisor&action=recording_heard"))
    assert log.count(recorded.split("/")[2]) == 1, "a player that asks in parts listens once"


def test_who_may_not_hear_is_shown_no_recording(visit: Callable[..., Visitor], recorded: str) -> None:
    consultant = visit(Role.CONSULTANT)
    assert "<audio" not in consultant.get(recorded.partition("/recordings")[0]).text
    assert consultant.get(recorded).status_code == 403
    assert visit().get(recorded).status_code == 303


def test_a_recording_is_found_only_at_its_own_contact(visit: Callable[..., Visitor], recorded: str) -> None:
    supervisor = visit(Role.SUPERVISOR)
    other = open_chat(supervisor.http, language="ru").opened["number"]
    assert supervisor.get(f"/contacts/{other}/recordings/{recorded.rpartition('/')[2]}").status_code == 404


@pytest.mark.parametrize("file", ["../secrets.env", "/etc/passwd.wav", "a/../b.wav", "a/b/c.wav", ".wav", "x.wav\n"])
def test_a_name_that_leads_out_of_the_folder_is_refused(visit: Callable[..., Visitor], file: str) -> None:
    http = visit().http
    assert _attach(http, {"call": str(uuid4())}, file).status_code == 422
    assert _attach(http, {"call": str(uuid4())}, "fine.wav", caller=file).status_code == 422


def test_a_link_that_leads_out_of_the_folder_is_refused(visit: Callable[..., Visitor], settings: Settings) -> None:
    folder = settings.data_dir / "recordings"
    folder.mkdir()
    (folder / "link.wav").symlink_to("/etc/hostname")
    assert _attach(visit().http, {"call": str(uuid4())}, "link.wav").status_code == 422


def test_a_file_that_is_gone_is_not_found(visit: Callable[..., Visitor], recorded: str, settings: Settings) -> None:
    (settings.data_dir / "recordings" / "2026-11" / "whole.wav").unlink()
    assert visit(Role.SUPERVISOR).get(recorded).status_code == 404
