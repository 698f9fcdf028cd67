from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr, ValidationError

from voice_channel.pbx import configuration
from voice_channel.pbx.configuration import ConfigurationError
from voice_channel.pbx.phones import Phone, password, phones
from voice_channel.pbx.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

SECRET = SecretStr("a secret of this test")


def settings(folder: Path, **changed: object) -> Settings:
    asterisk = {"asterisk_command": ("asterisk",), "asterisk_modules": folder, "asterisk_data": folder}
    return Settings.model_validate(
        {**asterisk, "data_dir": folder, "ami_secret": SECRET, "sip_secret": SECRET, **changed}
    )


def written(folder: Path, name: str, **changed: object) -> str:
    configuration.write(settings(folder, **changed), [Phone("aigerim", "pass-word")])
    return (folder / "pbx" / "etc" / name).read_text()


def test_what_is_written_is_its_owner_s_alone(tmp_path: Path) -> None:
    written(tmp_path, "pjsip.conf")
    files = [path for path in (tmp_path / "pbx").rglob("*") if path.is_file()]
    assert len(files) > 10
    assert [path.name for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_the_trunk_reaches_the_line_and_nothing_else(tmp_path: Path) -> None:
    dialplan = written(tmp_path, "extensions.conf", line_numbers="1414, 88000807777")
    context = re.search(r"\[from-trunk\]\n(.*?)\n\n", dialplan, re.DOTALL)
    assert context
    to_the_line = 'GotoIf($["${CHANNEL(pjsip,local_addr):-5}" = ":5060"]?line,s,1)'
    assert context[1].splitlines() == [
        f"exten => 1414,1,{to_the_line}",
        " same => n,Hangup(21)",
        f"exten => 88000807777,1,{to_the_line}",
        " same => n,Hangup(21)",
    ]
    assert "include" not in dialplan
    # No application of the dialplan dials anybody: the queue rings consultants, nothing else rings at all.
    assert not re.search(r"\b(Dial|Originate|Page|Transfer)\(", dialplan)


def test_nothing_listens_beyond_this_machine_by_default(tmp_path: Path) -> None:
    assert "bind = 127.0.0.1:5060" in written(tmp_path, "pjsip.conf")
    assert "bindaddr = 127.0.0.1" in written(tmp_path, "manager.conf")
    assert "bindaddr = 127.0.0.1" in written(tmp_path, "http.conf")


def test_calls_without_a_password_come_from_the_trunk_s_addresses_only(tmp_path: Path) -> None:
    sip = written(tmp_path, "pjsip.conf", trunk_addresses="192.0.2.7,192.0.2.8")
    assert re.findall(r"^match = (.*)$", sip, re.MULTILINE) == ["192.0.2.7", "192.0.2.8"]


def test_every_consultant_has_a_password_that_only_the_secret_gives() -> None:
    made = phones(["kk-2", "ru-1"], SECRET)
    assert [phone.name for phone in made] == ["kk-2", "kk-2+console", "ru-1", "ru-1+console"]
    assert len({phone.password for phone in made}) == 4
    assert min(len(phone.password) for phone in made) >= 43  # 256 bits
    assert made == phones(["ru-1", "kk-2"], SECRET)
    assert password("ru-1", SecretStr("another secret")) != password("ru-1", SECRET)


@pytest.mark.parametrize("login", ["a]\n[trunk", "a b", "ё", "", "x" * 65, "trunk"])
def test_a_login_that_would_break_out_of_its_line_gets_no_phone(login: str) -> None:
    assert [phone.name for phone in phones([login, "fine"], SECRET)] == ["fine", "fine+console"]


def test_phones_are_changed_alone(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    configuration.write(chosen, [])
    configuration.write_phones(chosen, [Phone("aigerim", "pass-word"), Phone("aigerim+console", "pass-word")])
    accounts = (chosen.folder / "etc" / "pjsip_consultants.conf").read_text()
    assert "[aigerim](staff@phone)" in accounts
    assert "[aigerim+console](staff@console)" in accounts
    assert "password = pass-word" in accounts


def test_a_telephone_in_the_console_is_always_encrypted_and_its_sound_is_taken_where_it_is_told(tmp_path: Path) -> None:
    console = written(tmp_path, "pjsip.conf").partition("[staff@console]")[2]
    assert "webrtc = yes" in console
    assert "media_address = 127.0.0.1" in console
    elsewhere = written(tmp_path, "pjsip.conf", softphone_host="192.0.2.9").partition("[staff@console]")[2]
    assert "media_address = 192.0.2.9" in elsewhere


def test_a_secret_that_asterisk_would_cut_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="AMI_SECRET"):
        configuration.write(settings(tmp_path, ami_secret="long enough; but a comment"), [])


def test_a_folder_whose_socket_the_system_cannot_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="set DATA_DIR to a shorter one"):
        configuration.write(settings(tmp_path / ("long" * 30)), [])


@pytest.mark.parametrize(
    "wrong", [{"line_numbers": "1414;Hangup"}, {"line_numbers": ""}, {"rtp_last_port": 20_000}, {"sip_secret": "short"}]
)
def test_settings_that_cannot_work_are_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        settings(tmp_path, **wrong)
