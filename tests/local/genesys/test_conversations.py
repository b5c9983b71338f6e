"""The conversations of the simulator, and the samples that refer to them."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from local.genesys.conversations import conversations
from local.options.options import Options
from local.project import PROJECT
from simulator import Kind, MediaType
from simulator.live.recordings.generation import make_recordings

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SAMPLES = PROJECT / "events" / "invoke"
CORPUS = conversations(Options().conversations, Options().seed, NOW)


def days_old(conversation_id: str) -> timedelta:
    conversation = CORPUS.get(conversation_id)
    assert conversation is not None
    assert conversation.end is not None
    return NOW - conversation.end


def test_conversations_are_deterministic_in_the_requested_number() -> None:
    for count in (0, 7, 500):
        made = conversations(count, 7, NOW)
        assert len(made) == count
        assert made.ids() == conversations(count, 7, NOW).ids()


@pytest.mark.parametrize("name", ["recording_job", "conversation_archive"])
def test_ids_of_the_sample_are_old_calls_with_recordings(name: str) -> None:
    ids = json.loads((SAMPLES / f"{name}.json").read_text())["conversationIds"]
    assert set(ids) <= set(CORPUS.ids(Kind.ELIGIBLE))
    for each in ids:
        conversation = CORPUS.get(each)
        assert conversation is not None
        assert conversation.media_type is MediaType.VOICE
        assert make_recordings(conversation)


def test_sample_of_aged_recordings_finds_eligible_and_held_ones() -> None:
    asked = json.loads((SAMPLES / "recording_job_over_five_years.json").read_text())["dateRange"]
    last = timedelta(days=asked["olderThanDays"])
    first = last + timedelta(days=asked["lookbackDays"])
    assert [each for each in CORPUS.ids(Kind.ELIGIBLE) if last <= days_old(each) < first]
    assert [each for each in CORPUS.ids(Kind.HELD) if days_old(each) >= last]
