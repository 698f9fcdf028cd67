"""Starts the voice process: `python -m voice_channel`."""

from __future__ import annotations

import asyncio
import gc
import logging
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final

import uvicorn

from language import LANGUAGES
from observability import logs
from voice_channel import phrases, priority, speech_models
from voice_channel.call import Parts
from voice_channel.chat_client import ChatClient
from voice_channel.control import create_app
from voice_channel.exchange_client import ExchangeClient
from voice_channel.pbx.ami import Door
from voice_channel.pbx.hand_on import hand_on_router
from voice_channel.pbx.link import Link
from voice_channel.pbx.whole_calls import WholeCalls
from voice_channel.phrase_cache import PhraseCache
from voice_channel.recogniser import Recogniser
from voice_channel.sessions import Sessions
from voice_channel.settings import Settings
from voice_channel.speaker import Speaker, SpeakerLostError
from voice_channel.spoken_text.sentences import sentences
from voice_channel.spoken_text.spelling import spelt_out
from voice_channel.switchboard import Switchboard
from voice_channel.tuning import TUNING
from voice_channel.turns.completeness import Expecting, patience_s
from voice_channel.web_api import WebApi

if TYPE_CHECKING:
    from pathlib import Path

    from observability.health import Check

logger = logging.getLogger(__name__)

_STOP_PATIENCE_S: Final = 3
_BACKLOG: Final = 512
_MEGABYTE: Final = 1_000_000
_RECORDINGS: Final = "recordings"


async def serve(settings: Settings) -> None:
    """Take calls until stopped."""
    async with AsyncExitStack() as closing:
        cache = PhraseCache(settings.data_dir / "voice_cache", settings.voice_cache_mb * _MEGABYTE)
        speaker = Speaker(cache, settings.voice_speech_processes)
        recogniser = Recogniser(speech_models.available(settings.speech_models or speech_models.FOLDER))
        web = WebApi(settings.web_url, TUNING.answer_limit_s)
        closing.push_async_callback(web.close)
        chat = ChatClient(web, settings.service_token)
        exchange = ExchangeClient(web, settings.web_url, settings.service_token)
        for part in (speaker, recogniser):
            closing.push_async_callback(part.stop)
        _warm_up()
        await asyncio.gather(speaker.start(), recogniser.start())
        sessions = Sessions()
        link = _link(settings, exchange, sessions)
        parts = Parts(TUNING, recogniser, speaker, chat, exchange, _recordings(settings), is_linked=link is not None)
        if link is not None:
            linking = asyncio.create_task(link.run())
            closing.callback(linking.cancel)
        switchboard = Switchboard(sessions, parts, settings.voice_calls_limit)
        if settings.voice_realtime:
            priority.go_first()
        rehearsing = asyncio.create_task(_rehearse(speaker))
        closing.callback(rehearsing.cancel)
        server = await asyncio.start_server(
            switchboard.connected, settings.voice_host, settings.audiosocket_port, backlog=_BACKLOG
        )
        closing.callback(server.close)
        gc.freeze()  # what lives as long as the process is not looked through again during calls
        logger.info("AudioSocket on %s:%s", settings.voice_host, settings.audiosocket_port)
        checks: dict[str, Check] = {
            "recogniser": recogniser.check,
            "speech": speaker.check,
            "chat": web.check,
        }
        app = create_app(sessions, switchboard, checks, settings.service_token)
        app.include_router(hand_on_router(link, settings.service_token))
        config = uvicorn.Config(
            app,
            host=settings.voice_host,
            port=settings.voice_control_port,
            log_config=None,
            access_log=False,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=_STOP_PATIENCE_S,
        )
        await uvicorn.Server(config).serve()


def _recordings(settings: Settings) -> Path | None:
    return settings.data_dir / _RECORDINGS if settings.voice_recording else None


def _link(settings: Settings, exchange: ExchangeClient, sessions: Sessions) -> Link | None:
    if settings.ami_port is None or settings.ami_secret is None:
        return None
    whole = WholeCalls(settings.data_dir / _RECORDINGS)
    return Link(Door(settings.ami_host, settings.ami_port, settings.ami_secret), exchange, sessions, whole)


def _warm_up() -> None:
    """Load the dictionaries of both languages, which takes longer than a caller's sound may wait."""
    for language in LANGUAGES:
        spelt_out("1 слово", language)
    patience_s("слово сөз пятое", Expecting.NUMBER, TUNING)


async def _rehearse(speaker: Speaker) -> None:
    """Make the line's own sentences before somebody waits for them."""
    try:
        for text, language in phrases.spoken():
            for sentence in sentences(text):
                await speaker.say(spelt_out(sentence, language), language, keep=True)
    except SpeakerLostError as error:
        logger.warning("the line's own sentences are not made beforehand: %s", error)


def main() -> None:
    """Serve until stopped."""
    logs.configure("voice")
    asyncio.run(serve(Settings()))


if __name__ == "__main__":
    main()
