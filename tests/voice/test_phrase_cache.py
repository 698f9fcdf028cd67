from __future__ import annotations

from typing import TYPE_CHECKING

from voice_channel.phrase_cache import PhraseCache

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_said_is_kept_over_a_restart(tmp_path: Path) -> None:
    PhraseCache(tmp_path, 1_000).put("engine", "ru", "Здравствуйте.", b"sound")
    assert PhraseCache(tmp_path, 1_000).get("engine", "ru", "Здравствуйте.") == b"sound"
    assert PhraseCache(tmp_path, 1_000).get("engine", "kk", "Здравствуйте.") is None
    assert PhraseCache(tmp_path, 1_000).get("a better engine", "ru", "Здравствуйте.") is None


def test_the_folder_stays_within_its_bound_and_the_oldest_goes_first(tmp_path: Path) -> None:
    cache = PhraseCache(tmp_path, 1_000)
    for number in range(20):
        cache.put("engine", "ru", f"sentence {number}", bytes(100))
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) == 1_000
    after = PhraseCache(tmp_path, 1_000)
    assert after.get("engine", "ru", "sentence 0") is None
    assert after.get("engine", "ru", "sentence 19") == bytes(100)


def test_a_sound_larger_than_the_bound_is_not_kept(tmp_path: Path) -> None:
    cache = PhraseCache(tmp_path, 10)
    cache.put("engine", "ru", "long", bytes(11))
    assert cache.get("engine", "ru", "long") is None


def test_a_file_that_vanished_is_no_fault(tmp_path: Path) -> None:
    PhraseCache(tmp_path, 1_000).put("engine", "ru", "gone", b"sound")
    cache = PhraseCache(tmp_path, 1_000)
    for file in tmp_path.iterdir():
        file.unlink()
    assert cache.get("engine", "ru", "gone") is None
