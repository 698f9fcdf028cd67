"""Fetching the published models from a real server on this machine: resumed, checked, unpacked safely."""

from __future__ import annotations

import hashlib
import io
import random
import stat
import zipfile
from typing import TYPE_CHECKING

import pytest

from models.speech import archive, download, fetch
from tests.speech.publisher import Publisher, publisher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SMALL_RU = "/vosk-model-small-ru-0.22.zip"
SMALL_KK = "/vosk-model-small-kz-0.42.zip"
NOISE = random.Random(3).randbytes(400_000)  # noqa: S311 - no secret


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return buffer.getvalue()


def model(name: str = "vosk-model-small-ru-0.22") -> bytes:
    return packed({f"{name}/am/final.mdl": NOISE, f"{name}/conf/model.conf": b"--beam=12\n"})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    monkeypatch.setattr(download, "_PAUSE_S", 0.01)
    with publisher() as running:
        running.files = {SMALL_RU: model(), SMALL_KK: model("vosk-model-small-kz-0.42")}
        yield running


def run(server: Publisher, folder: Path, *arguments: str) -> int:
    return fetch.main([*arguments, "--folder", str(folder)], {"SPEECH_MODELS_URL": server.address})


def leftovers(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"kk", "ru"} if folder.exists() else set()


def test_both_models_are_put_in_their_places(
    server: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(server, tmp_path) == 0
    for language in ("kk", "ru"):
        assert (tmp_path / language / "am" / "final.mdl").read_bytes() == NOISE
    assert leftovers(tmp_path) == set()
    said = capsys.readouterr().out
    assert hashlib.sha256(server.files[SMALL_RU]).hexdigest() in said
    assert "100%" in said


def test_a_model_that_is_here_is_not_fetched_again_but_another_size_is(server: Publisher, tmp_path: Path) -> None:
    assert run(server, tmp_path, "ru") == 0
    assert run(server, tmp_path, "ru") == 0
    assert len(server.asked) == 1
    server.files["/vosk-model-ru-0.42.zip"] = packed({"vosk-model-ru-0.42/am/final.mdl": b"large"})
    assert run(server, tmp_path, "ru", "--size", "large") == 0
    assert (tmp_path / "ru" / "am" / "final.mdl").read_bytes() == b"large"
    assert not (tmp_path / "ru" / "conf").exists()


def test_a_broken_connection_is_gone_on_from(server: Publisher, tmp_path: Path) -> None:
    server.break_after = [100_000, 50_000]
    assert run(server, tmp_path, "ru") == 0
    assert (tmp_path / "ru" / "am" / "final.mdl").read_bytes() == NOISE
    assert server.asked == [None, "bytes=100000-", "bytes=150000-"]


def test_a_later_start_goes_on_from_what_was_kept(
    server: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.break_after = [60_000] * 5
    assert run(server, tmp_path, "ru") == 1
    assert "0.3 MB are kept" in capsys.readouterr().err
    assert not (tmp_path / "ru").exists()
    assert run(server, tmp_path, "ru") == 0
    assert server.asked[-1] == "bytes=300000-"
    assert (tmp_path / "ru" / "am" / "final.mdl").read_bytes() == NOISE


def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(server: Publisher, tmp_path: Path) -> None:
    server.break_after = [60_000] * 5
    assert run(server, tmp_path, "ru") == 1
    server.etag, server.files[SMALL_RU] = '"second"', packed({"m/am/final.mdl": NOISE[::-1]})
    assert run(server, tmp_path, "ru") == 0
    assert (tmp_path / "ru" / "am" / "final.mdl").read_bytes() == NOISE[::-1]


def test_a_server_without_ranges_is_fetched_from_whole(server: Publisher, tmp_path: Path) -> None:
    server.ranges_work, server.break_after = False, [100_000]
    assert run(server, tmp_path, "ru") == 0
    assert (tmp_path / "ru" / "am" / "final.mdl").read_bytes() == NOISE


def test_a_part_longer_than_the_file_is_thrown_away(server: Publisher, tmp_path: Path) -> None:
    tmp_path.joinpath("vosk-model-small-ru-0.22.zip.part").write_bytes(b"x" * 1_000_000)
    tmp_path.joinpath("vosk-model-small-ru-0.22.zip.part.version").write_text(server.etag)
    assert run(server, tmp_path, "ru") == 0
    assert (tmp_path / "ru" / "am" / "final.mdl").read_bytes() == NOISE


def test_the_checksum_decides(server: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    right = hashlib.sha256(server.files[SMALL_RU]).hexdigest()
    assert run(server, tmp_path, "ru", "--sha256", f"ru={'0' * 64}") == 1
    assert right in capsys.readouterr().err
    assert not (tmp_path / "ru").exists()
    assert leftovers(tmp_path) == set()
    assert run(server, tmp_path, "ru", "--sha256", f"ru={right}") == 0


def test_a_checksum_of_a_wrong_form_is_refused_before_anything_is_fetched(
    server: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(server, tmp_path, "--sha256", "ru=12") == 1
    assert "64 hexadecimal digits" in capsys.readouterr().err
    assert server.asked == []


def test_a_failed_update_leaves_the_model_that_was_there(server: Publisher, tmp_path: Path) -> None:
    assert run(server, tmp_path, "ru") == 0
    server.files["/vosk-model-ru-0.42.zip"] = b"not an archive"
    assert run(server, tmp_path, "ru", "--size", "large") == 1
    assert (tmp_path / "ru" / "am" / "final.mdl").read_bytes() == NOISE


def linked() -> bytes:
    entry = zipfile.ZipInfo("m/am/final.mdl")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr(entry, "/etc/passwd")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<html>not found</html>", "is damaged"),
        (model()[:200_000], "is damaged"),
        (model().replace(NOISE[1000:1010], b"0123456789"), "is damaged"),
        (packed({"m/../../outside": b"x", "m/am/final.mdl": b"x"}), "outside its folder"),
        (packed({"/outside": b"x"}), "outside its folder"),
        (packed({"m\\..\\..\\outside": b"x"}), "outside its folder"),
        (linked(), "something else than files"),
        (packed({"m/README": b"x"}), "not a Vosk model"),
        (packed({"am/final.mdl": b"x", "conf/model.conf": b"x"}), "not a Vosk model"),
        (packed({}), "not a Vosk model"),
    ],
)
def test_a_bad_archive_is_removed_and_named(
    server: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, sentence: str
) -> None:
    server.files[SMALL_RU] = content
    folder = tmp_path / "published"
    assert run(server, folder, "ru") == 1
    assert sentence in capsys.readouterr().err
    assert leftovers(folder) == set()
    assert not (folder / "ru").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"published"}


def test_an_archive_that_would_fill_the_disk_is_refused(
    server: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(archive, "LARGEST_BYTES", 100_000)
    assert run(server, tmp_path, "ru") == 1
    assert "more than any model" in capsys.readouterr().err


def test_a_model_that_is_not_there_is_said_in_one_sentence(
    server: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.files.clear()
    assert run(server, tmp_path, "kk") == 1
    assert f"{server.address}{SMALL_KK} does not exist" in capsys.readouterr().err
    assert len(server.asked) == 1


def test_a_server_that_is_down_is_said_in_one_sentence(
    server: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with publisher() as gone:
        address = gone.address
    assert fetch.main(["ru", "--folder", str(tmp_path), "--address", address], {}) == 1
    assert "check the network or name a mirror" in capsys.readouterr().err
    assert server.asked == []
