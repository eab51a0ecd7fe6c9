"""What is written to case handlers: every topic in every country's language, with the same facts in it."""

import pytest

from fordring.domain.wording import Topic, worded

FACTS = {
    Topic.PAUSE: {"until_date"},
    Topic.RESUME: set(),
    Topic.ANSWER: {"question_id", "text"},
    Topic.PROCEED: {"question_id", "text"},
    Topic.DO_NOT_PROCEED: {"question_id", "text"},
    Topic.DISPUTED: {"invoice", "reason"},
    Topic.RESOLVED: {"invoice", "reason"},
    Topic.WRITTEN_OFF: {"invoice", "amount", "remaining", "reason"},
    Topic.COST_ADDED: {"invoice", "amount", "component", "reason"},
}
COUNTRIES = ("NO", "SE", "DK", "FI")


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("topic", Topic)
def test_every_topic_is_written_with_all_of_its_facts(topic, country):
    facts = {name: f"<{name}>" for name in FACTS[topic]}
    text = worded(topic, country, **facts)
    assert all(fact in text for fact in facts.values())
    assert "{" not in text


@pytest.mark.parametrize("topic", Topic)
def test_no_two_countries_are_written_to_alike(topic):
    texts = {worded(topic, country, **dict.fromkeys(FACTS[topic], "x")) for country in COUNTRIES}
    assert len(texts) == len(COUNTRIES)
