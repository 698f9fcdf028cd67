"""Secrets: made once, kept for their owner, and never in the way of those set from outside."""

import stat
from pathlib import Path

import pytest

from deploy import secret_store
from deploy.project import SetupError


def test_secrets_are_made_once_and_kept_for_their_owner_only(tmp_path: Path) -> None:
    made = secret_store.load(tmp_path, {})
    assert set(made) == set(secret_store.NAMES)
    assert len(set(made.values())) == len(secret_store.NAMES)
    assert min(map(len, made.values())) >= 43  # 256 bits
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600
    assert secret_store.load(tmp_path, {}) == made


def test_another_installation_has_other_secrets(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    assert not set(secret_store.load(first, {}).values()) & set(secret_store.load(second, {}).values())


def test_those_set_outside_are_used_and_not_written_down(tmp_path: Path) -> None:
    outside = {name: f"{name} from outside" for name in secret_store.NAMES}
    assert secret_store.load(tmp_path, outside) == outside
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    secret_store.load(tmp_path, {})
    (tmp_path / "secrets.env").chmod(0o644)
    with pytest.raises(SetupError, match="chmod 600"):
        secret_store.load(tmp_path, {})


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    file.touch(mode=0o600)
    file.write_text("SERVICE_TOKEN\n")
    with pytest.raises(SetupError, match="not NAME=value"):
        secret_store.load(tmp_path, {})
