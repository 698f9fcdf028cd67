from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rasa.engine.storage.resource import Resource
from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import CountVectorsFeaturizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.classifier import LinearIntentClassifier
from nlu.shape import ShapeFeaturizer
from nlu.tokenizer import BilingualTokenizer
from tests.nlu.examples import EXAMPLES, Parse

if TYPE_CHECKING:
    from rasa.engine.graph import ExecutionContext
    from rasa.engine.storage.local_model_storage import LocalModelStorage

CONFIG = {**LinearIntentClassifier.get_default_config(), "blocks": {"stems": 1.0, "shape": 0.5}, "folds": 3}


class Features:
    """The featurizers before the classifier, trained on the examples."""

    def __init__(self, storage: LocalModelStorage, context: ExecutionContext) -> None:
        self.tokenizer = BilingualTokenizer(BilingualTokenizer.get_default_config())
        config = {"alias": "stems", "analyzer": "char_wb", "min_ngram": 2, "max_ngram": 4}
        self.stems = CountVectorsFeaturizer.create(
            {**CountVectorsFeaturizer.get_default_config(), **config}, storage, Resource("stems"), context
        )
        self.shape = ShapeFeaturizer.create({"alias": "shape"}, storage, Resource("shape"), context)
        self.data = TrainingData(
            [Message({TEXT: text, INTENT: intent}) for intent, texts in EXAMPLES.items() for text in texts]
        )
        self.tokenizer.process_training_data(self.data)
        self.stems.train(self.data)
        self.stems.process_training_data(self.data)
        self.shape.process_training_data(self.data)

    def of(self, text: str) -> Message:
        message = Message.build(text)
        for component in (self.tokenizer, self.stems, self.shape):
            component.process([message])
        return message


@pytest.fixture
def features(storage: LocalModelStorage, context: ExecutionContext) -> Features:
    return Features(storage, context)


def trained(features: Features, storage: LocalModelStorage, context: ExecutionContext) -> LinearIntentClassifier:
    classifier = LinearIntentClassifier.create(CONFIG, storage, Resource("classifier"), context)
    classifier.train(features.data)
    return classifier


def test_a_loaded_classifier_answers_as_the_trained_one(
    features: Features, storage: LocalModelStorage, context: ExecutionContext
) -> None:
    classifier = trained(features, storage, context)
    loaded = LinearIntentClassifier.load(CONFIG, storage, Resource("classifier"), context)
    for text in ("спасибо вам", "паспортты алу", "номер 5501223840"):
        answers = [each.process([features.of(text)])[0].get("intent_ranking") for each in (classifier, loaded)]
        assert answers[0] == answers[1]
        assert answers[0]


@pytest.mark.parametrize("text", ["спасибо вам", "паспортты алу", "номер 5501223840", "???"])
def test_one_message_is_scored_as_the_rows_that_were_trained_on(
    features: Features, storage: LocalModelStorage, context: ExecutionContext, text: str
) -> None:
    classifier = trained(features, storage, context)
    message = features.of(f"{text} рақмет")
    row = classifier._features(classifier._blocks([message]))
    assert classifier._scores(message) == pytest.approx(
        (row @ classifier._weights + classifier._bias).ravel(), abs=1e-5
    )


def test_the_order_of_the_blocks_in_the_configuration_does_not_matter(
    features: Features, storage: LocalModelStorage, context: ExecutionContext
) -> None:
    expected = trained(features, storage, context).process([features.of("спасибо вам")])[0].get("intent")
    reordered = {**CONFIG, "blocks": dict(reversed(CONFIG["blocks"].items()))}
    loaded = LinearIntentClassifier.load(reordered, storage, Resource("classifier"), context)
    assert loaded.process([features.of("спасибо вам")])[0].get("intent") == expected


def test_confidences_are_probabilities_best_first(
    features: Features, storage: LocalModelStorage, context: ExecutionContext
) -> None:
    message = trained(features, storage, context).process([features.of("добрый день, спасибо")])[0]
    confidences = [each["confidence"] for each in message.get("intent_ranking")]
    assert len(confidences) == len(EXAMPLES)  # fewer than `ranking_length`: all are listed
    assert sum(confidences) == pytest.approx(1.0)
    assert confidences == sorted(confidences, reverse=True)
    assert message.get("intent") == message.get("intent_ranking")[0]


@pytest.mark.parametrize("text", ["", "?!", "🙂", "漢字"])
def test_what_cannot_be_read_gets_no_intent(
    features: Features, storage: LocalModelStorage, context: ExecutionContext, text: str
) -> None:
    message = trained(features, storage, context).process([features.of(text)])[0]
    assert message.get("intent") == {"name": None, "confidence": 0.0}
    assert message.get("intent_ranking") == []


def test_a_text_block_that_is_not_a_block_is_refused(storage: LocalModelStorage, context: ExecutionContext) -> None:
    config = {**CONFIG, "text_block": "words"}
    with pytest.raises(InvalidConfigException, match="stems"):
        LinearIntentClassifier.create(config, storage, Resource("classifier"), context)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("здравствуйте вам", "greet"),
        ("salemetsiz be", "greet"),
        ("қандай кужат керек паспортка", "ask_service_procedure"),
        ("большое спасибо", "thanks"),
        ("ноль ноль два четыре семь пять один один", "give_application_number"),
    ],
)
def test_the_projects_pipeline_learns_to_tell_intents(parse: Parse, text: str, intent: str) -> None:
    ranking = [each for each in parse(text)["intent_ranking"] if each["name"] != "nlu_fallback"]
    assert ranking[0]["name"] == intent


@pytest.mark.parametrize("text", ["", "?!", "🙂", "漢字"])
def test_the_running_pipeline_falls_back_on_what_cannot_be_read(parse: Parse, text: str) -> None:
    assert parse(text)["intent"]["name"] == "nlu_fallback"
