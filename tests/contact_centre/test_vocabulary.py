from __future__ import annotations

from collections import Counter

from contact_centre.vocabulary import OUTCOMES, TOPICS, topic_of
from kb.base import KnowledgeBase
from language import LANGUAGES


def test_every_service_belongs_to_one_topic() -> None:
    listed = Counter(service for topic in TOPICS.values() for service in topic.services)
    assert set(listed) == set(KnowledgeBase.load().codes)
    assert set(listed.values()) == {1}
    assert topic_of("PASSPORT") == "documents"
    assert topic_of("UNKNOWN") is None


def test_every_name_is_in_both_languages() -> None:
    for names in [*OUTCOMES.values(), *(topic.name for topic in TOPICS.values())]:
        assert set(names) == set(LANGUAGES)
