"""The committed demo models in stock Vosk: small, of a wide vocabulary, heard word by word. How well they
hear is measured on demand (`make speech-models`), and the goals are not all reached yet (bench/RESULTS.md)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
import vosk

from language.number_words import to_words
from models.speech.languages import LANGUAGES, Language
from models.speech.recipe import corpus, espeak, telephone, utterance
from models.speech.recipe.espeak import TEST_VARIANTS, Voice
from models.speech.recipe.evaluation import Recogniser
from models.speech.recipe.project import finished
from models.speech.recipe.telephone import RATE, TEST_LINE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.speech.recipe.corpus import Corpus

_LARGEST_BYTES = 3_000_000
_LEAST_WORDS = 1_500
MUST_KNOW: dict[Language, str] = {
    "kk": "иә жоқ оператор кеңесші қайталаңызшы қазақша орысша қаңтар сәуір желтоқсан дүйсенбі сенбі жексенбі бірінші "
    "паспорт куәлік анықтамасы зейнетақы шағым жсн эцқ рахмет теңге",
    "ru": "да нет оператор консультант повторите казахский русский января апреля декабря понедельник субботу "
    "воскресенье первого паспорт удостоверение справку пенсию жалобу иин эцп спасибо тенге",
}


class Model(NamedTuple):
    language: Language
    recogniser: Recogniser
    sentences: Corpus


@pytest.fixture(scope="module", params=LANGUAGES)
def model(request: pytest.FixtureRequest) -> Model:
    language: Language = request.param
    return Model(language, Recogniser(finished(language)), corpus.build(language))


def call(model: Model, words: str, variant: str = TEST_VARIANTS[0]) -> NDArray[np.float64]:
    chance = np.random.default_rng(list(words.encode()))
    speech = espeak.say(model.sentences.said(words.split()), Voice(model.language, variant))
    said = utterance.on_telephone(speech, chance).samples
    return telephone.carry(np.concatenate([said, np.zeros(RATE)]), TEST_LINE, chance)


def vocabulary(language: Language) -> set[str]:
    lines = (finished(language) / "graph" / "words.txt").read_text(encoding="utf-8").splitlines()
    return {line.split()[0] for line in lines}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_model_is_small_and_says_whom_it_is_for(language: Language) -> None:
    files = [path for path in finished(language).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= _LARGEST_BYTES
    assert "FOR SYNTHETIC CALLERS ONLY" in (finished(language) / "README").read_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_vocabulary_covers_what_callers_must_be_able_to_say(language: Language) -> None:
    known = vocabulary(language)
    assert len(known) >= _LEAST_WORDS
    assert "[unk]" in known
    assert known.issuperset(MUST_KNOW[language].split())
    numbers = (*range(21), *range(30, 100, 10), *range(100, 1000, 100), 1000)
    assert known.issuperset(word for number in numbers for word in to_words(number, language).split())


def test_hints_narrow_what_is_heard(model: Model) -> None:
    yes, no = {"kk": ("иә", "жоқ"), "ru": ("да", "нет")}[model.language]
    for word in (yes, no):
        assert model.recogniser.words(call(model, word), hints=[yes, no, "[unk]"]) == [word]


def test_words_come_while_they_are_spoken_with_times_and_confidence(model: Model) -> None:
    said = {"kk": "маған жеке куәлік керек", "ru": "мне нужно получить паспорт"}[model.language]
    recogniser = vosk.KaldiRecognizer(vosk.Model(str(finished(model.language))), RATE)
    recogniser.SetWords(True)  # noqa: FBT003 - Vosk's signature
    pcm, partials = call(model, said).astype("<i2").tobytes(), []
    for start in range(0, len(pcm), 640):
        if not recogniser.AcceptWaveform(pcm[start : start + 640]):
            partials.append(json.loads(recogniser.PartialResult())["partial"])
        else:
            break
    result = json.loads(recogniser.Result())
    assert result["text"] == said
    assert said.split()[0] in partials
    assert [word["word"] for word in result["result"]] == said.split()
    assert all(0 <= word["start"] < word["end"] and 0.5 < word["conf"] <= 1.0 for word in result["result"])
