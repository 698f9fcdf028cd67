"""What a machine can lack: models, espeak-ng, disk; the line says it plainly and leads the caller on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.contact_centre.dialogue_server import saying
from tests.voice.calls.line import PhoneLine, running
from tests.web.running import SERVICE_TOKEN
from voice_channel import audiosocket, speech_models
from voice_channel.audiosocket import Kind
from voice_channel.recogniser import Recogniser
from voice_channel.recording import Recording
from voice_channel.simulated_caller import from_wav

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contact_centre.dialogue_server import DialogueServer


def model_in(folder: Path) -> None:
    for part in ("am/final.mdl", "conf/model.conf"):
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        (folder / part).write_text("no model at all")


def test_published_models_come_before_the_demo_pair_and_say_what_they_are(tmp_path: Path) -> None:
    model_in(tmp_path / "ru")
    model_in(tmp_path / "kk")
    model_in(tmp_path / "published" / "kk")
    labels = {model.language: model.label for model in speech_models.available(tmp_path)}
    assert "synthetic callers only" in labels["ru"]
    assert "published model" in labels["kk"]
    assert speech_models.available(tmp_path / "nothing here") == []


async def test_a_broken_model_is_named_and_the_other_language_is_heard(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model_in(tmp_path / "kk")
    (tmp_path / "ru").symlink_to(speech_models.FOLDER / "ru")
    recogniser = Recogniser(speech_models.available(tmp_path))
    with caplog.at_level("INFO"):
        await recogniser.start()
    try:
        assert recogniser.languages == ("ru",)
        assert await recogniser.check() is None
    finally:
        await recogniser.stop()
    assert f"{tmp_path / 'kk'} is no speech model" in caplog.text


async def test_a_recogniser_that_was_killed_comes_back() -> None:
    recogniser = Recogniser(speech_models.available())
    await recogniser.start()
    try:
        process = recogniser._worker._process
        assert process is not None
        process.kill()
        async with asyncio.timeout(20):
            while await recogniser.check() is None:  # noqa: ASYNC110  another process's state
                await asyncio.sleep(0.02)
            while await recogniser.check() is not None:  # noqa: ASYNC110  the same
                await asyncio.sleep(0.05)
        assert set(recogniser.languages) == {"ru", "kk"}
    finally:
        await recogniser.stop()


async def test_a_full_disk_ends_the_recording_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    recording = Recording(Path("/dev/full"))
    for _ in range(600):
        recording.heard(bytes(320))
        recording.beat(None)
        await asyncio.sleep(0)
    await recording.close()
    assert "No space left on device" in caplog.text


@pytest.fixture(scope="module")
def poor_line(web_url: str, dialogue: DialogueServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhoneLine]:
    """Give a line that has no speech models and takes two calls at once."""
    dialogue.answer = saying({"custom": {"handoff": {"reason": "asked", "skill": "general"}}})
    folder = tmp_path_factory.mktemp("poor")
    with running(
        web_url, SERVICE_TOKEN, folder, SPEECH_MODELS=str(folder / "none"), VOICE_CALLS_LIMIT="2"
    ) as running_line:
        yield running_line


async def test_without_models_keys_and_a_consultant_are_left(poor_line: PhoneLine) -> None:
    async with poor_line.call() as call:
        await call.greeting_begins()
        await call.type("0")
        await call.ends()
    assert call.next() == "queue"
    assert "no speech model" in (poor_line.data_dir / "voice.log").read_text()


async def test_more_calls_than_the_limit_are_told_so_and_go_to_the_queue(poor_line: PhoneLine) -> None:
    async with poor_line.call() as one, poor_line.call() as other:
        await asyncio.gather(one.greeting_begins(), other.greeting_begins())
        async with poor_line.call() as refused:
            await refused.caller.answer_begins()
            await refused.ends()
        assert refused.next() == "queue"
        assert not one.caller.ended.is_set()
        assert not other.caller.ended.is_set()


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        audiosocket.encode(Kind.AUDIO, bytes(320)),
        audiosocket.encode(Kind.UUID, b"short"),
        b"\x10\xff\xff" + bytes(100),
        b"",
    ],
)
async def test_what_is_no_caller_gets_no_call_and_harms_nobody(poor_line: PhoneLine, data: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", poor_line.audiosocket_port)
    writer.write(data)
    async with asyncio.timeout(30):
        while await reader.read(4096):
            pass
    writer.close()
    assert poor_line.ask("/healthz").status_code == 200


async def test_a_flood_of_silent_connections_leaves_room_for_a_caller(poor_line: PhoneLine) -> None:
    flood = [await asyncio.open_connection("127.0.0.1", poor_line.audiosocket_port) for _ in range(200)]
    async with asyncio.timeout(60):
        await asyncio.gather(*(reader.read() for reader, _ in flood))  # each is closed for saying nothing
    for _, writer in flood:
        writer.close()
    async with poor_line.call() as call:
        await call.greeting_begins()


@pytest.mark.parametrize("content", [b"", b"RIFF but no sound", bytes(2_000)])
def test_a_file_that_is_no_sound_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "voice.wav"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"voice\.wav is no sound file"):
        from_wav(file)
