"""Owns the synthesiser: speech of espeak-ng (libespeak-ng over ctypes) with the start of every word and phoneme."""

from __future__ import annotations

import ctypes
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.speech.languages import Language

# speak_lib.h
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_INITIALIZE_PHONEME_EVENTS = 0x0001
_INITIALIZE_DONT_EXIT = 0x8000
_EVENT_LIST_TERMINATED, _EVENT_WORD, _EVENT_PHONEME = 0, 1, 7
_RATE, _PITCH, _RANGE, _WORD_GAP = 1, 3, 4, 7
_CHARS_UTF8 = 1
_POS_CHARACTER = 1
_PHONEME_NAME_BYTES = 8
_STRESS_MARKS = str.maketrans("", "", "',")

DATA_PATH = "ESPEAK_DATA_PATH"
"""The environment variable by which the library is told where its data lie, before anything is said in a process."""
SILENCE = "SIL"
TEST_VARIANTS = ("f4", "m6", "benjamin", "steph2", "klatt3", "paul")
"""Voice variants that no model is trained on."""
DEV_VARIANTS = ("iven4", "AnxiousAndy")
"""Voice variants for tuning: neither trained on nor measured with."""
TRAINING_VARIANTS = (
    *("", "f1", "f2", "f3", "f5", "m1", "m2", "m3", "m4", "m5", "m7", "m8"),
    *("klatt", "klatt2", "klatt4", "klatt5", "klatt6", "Alex", "Alicia", "Andrea", "Andy", "Annie", "Denis", "Diogo"),
    *("Gene", "Gene2", "Henrique", "Hugo", "Jacky", "Lee", "Marco", "Mario", "Michael", "Mike", "Nguyen", "Storm"),
    *("adam", "anika", "antonio", "aunty", "belinda", "boris", "caleb", "david", "ed", "edward", "edward2", "gustave"),
    *("iven", "iven2", "iven3", "john", "kaukovalta", "linda", "marcelo", "max", "michel", "miguel", "norbert"),
    *("pablo", "pedro", "quincy", "rob", "robert", "sandro", "shelby", "steph", "steph3", "travis", "victor", "zac"),
    *("grandma", "grandpa"),
)


class SynthesiserMissingError(Exception):
    """espeak-ng is not on this machine; the message says which package brings it."""


class Voice(NamedTuple):
    """A speaker: a variant of espeak-ng's voice of the language, and how it talks."""

    language: Language
    variant: str = ""
    words_per_minute: int = 150
    pitch: int = 50  # 0-100
    pitch_range: int = 50  # 0-100
    word_gap: int = 0  # tens of milliseconds

    @property
    def name(self) -> str:
        """Its name in espeak-ng."""
        return f"{self.language}+{self.variant}" if self.variant else self.language


class Phone(NamedTuple):
    """A phoneme with its first sample; `word` is the position of its word in the text, or None in silence."""

    name: str
    start: int
    word: int | None


class Speech(NamedTuple):
    """Samples (16-bit scale, as floats) at `rate` Hz, and the phonemes in them."""

    samples: NDArray[np.float64]
    rate: int
    phones: list[Phone]


class _Identity(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_void_p), ("string", ctypes.c_char * _PHONEME_NAME_BYTES))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Identity),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class _Synthesiser:
    """The one synthesiser of this process: the library keeps its state in globals."""

    def __init__(self) -> None:
        try:
            self._library = ctypes.CDLL("libespeak-ng.so.1")
        except OSError as error:
            raise SynthesiserMissingError("espeak-ng was not found: install the Debian package espeak-ng.") from error
        options = _INITIALIZE_PHONEME_EVENTS | _INITIALIZE_DONT_EXIT
        self.rate = int(self._library.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, 0, None, options))
        if self.rate <= 0:
            raise SynthesiserMissingError("espeak-ng found no voices: install the Debian package espeak-ng-data.")
        self._chunks: list[NDArray[np.int16]] = []
        self._phones: list[Phone] = []
        self._word: int | None = None
        self._voice = ""
        self._callback = _Callback(self._receive)  # kept: the library holds only its address
        self._library.espeak_SetSynthCallback(self._callback)

    def data(self) -> Path:
        path = ctypes.c_char_p()
        self._library.espeak_Info(ctypes.byref(path))
        return Path((path.value or b"").decode())

    def say(self, text: str, voice: Voice) -> Speech:
        if voice.name != self._voice:
            if self._library.espeak_SetVoiceByName(voice.name.encode()) != 0:
                raise ValueError(f"espeak-ng has no voice {voice.name}")
            self._voice = voice.name
        for parameter, value in (
            (_RATE, voice.words_per_minute),
            (_PITCH, voice.pitch),
            (_RANGE, voice.pitch_range),
            (_WORD_GAP, voice.word_gap),
        ):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._chunks, self._phones, self._word = [], [], None
        encoded = text.encode() + b"\0"
        size = ctypes.c_size_t(len(encoded))
        self._library.espeak_Synth(encoded, size, 0, _POS_CHARACTER, 0, _CHARS_UTF8, None, None)
        samples = np.concatenate(self._chunks).astype(np.float64) if self._chunks else np.zeros(0)
        return Speech(samples, self.rate, self._phones)

    def _receive(self, samples: ctypes._Pointer[ctypes.c_short], count: int, events: ctypes._Pointer[_Event]) -> int:
        if samples and count > 0:
            self._chunks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        index = 0
        while events[index].type != _EVENT_LIST_TERMINATED:
            event = events[index]
            if event.type == _EVENT_WORD:
                self._word = event.text_position
            elif event.type == _EVENT_PHONEME:
                self._note_phoneme(_phoneme_name(event), event.sample)
            index += 1
        return 0

    def _note_phoneme(self, name: str, start: int) -> None:
        if not name or name.startswith("_"):
            self._phones.append(Phone(SILENCE, start, None))
        elif name == ";" and self._phones and self._phones[-1].name != SILENCE:
            softened = self._phones[-1]  # the sign of softness comes as an event of its own
            self._phones[-1] = softened._replace(name=softened.name + ";")
        else:
            self._phones.append(Phone(name, start, self._word))


def _phoneme_name(event: _Event) -> str:
    # Read from memory: a name of 8 bytes has no NUL, and ctypes' own reading would run on.
    raw = ctypes.string_at(ctypes.addressof(event) + _Event.id.offset, _PHONEME_NAME_BYTES).split(b"\0")[0]
    return raw.decode("utf-8", "replace").translate(_STRESS_MARKS)


def data() -> Path:
    """Return the folder of espeak-ng's data. Raises SynthesiserMissingError."""
    return _synthesiser().data()


@lru_cache(maxsize=1)
def _synthesiser() -> _Synthesiser:
    return _Synthesiser()


def say(text: str, voice: Voice) -> Speech:
    """Return the text spoken. Raises SynthesiserMissingError, and ValueError for a voice that does not exist."""
    return _synthesiser().say(text, voice)


def words_of(speech: Speech, tokens: list[str]) -> list[list[str]] | None:
    """Return each token's phonemes, or None when espeak-ng ran words together so that they cannot be told apart."""
    starts = _token_starts(tokens)
    parts: dict[int, list[str]] = {}
    for phone in speech.phones:
        if phone.word is not None:
            parts.setdefault(phone.word, []).append(phone.name)
    return [parts[start] for start in starts] if list(parts) == starts else None


def token_numbers(tokens: list[str]) -> dict[int, int]:
    """Return for each word position of espeak-ng (1-based characters) the index of the token said there."""
    return {start: index for index, start in enumerate(_token_starts(tokens))}


def _token_starts(tokens: list[str]) -> list[int]:
    starts, position = [], 1
    for token in tokens:
        starts.append(position)
        position += len(token) + 1
    return starts
