"""What the simulated Genesys begins with, and that the samples find something there."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.genesys.conversations import conversations
from local.options.options import Options
from simulator import Kind, MediaType
from simulator.live.recordings.generation import make_recordings

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SAMPLES = Path(__file__).resolve().parents[3] / "events" / "invoke"
CORPUS = conversations(Options().conversations, Options().seed, NOW)


def days_old(conversation_id: str) -> timedelta:
    conversation = CORPUS.get(conversation_id)
    assert conversation is not None
    assert conversation.end is not None
    return NOW - conversation.end


def test_there_are_as_many_as_are_asked_for_and_the_same_each_time() -> None:
    for count in (0, 7, 500):
        made = conversations(count, 7, NOW)
        assert len(made) == count
        assert made.ids() == conversations(count, 7, NOW).ids()


@pytest.mark.parametrize("name", ["recording_job", "conversation_archive"])
def test_the_ids_of_a_sample_are_old_calls_with_recordings(name: str) -> None:
    ids = json.loads((SAMPLES / f"{name}.json").read_text())["conversationIds"]
    assert set(ids) <= set(CORPUS.ids(Kind.ELIGIBLE))
    for each in ids:
        conversation = CORPUS.get(each)
        assert conversation is not None
        assert conversation.media_type is MediaType.VOICE
        assert make_recordings(conversation)


def test_the_sample_of_what_is_over_five_years_old_finds_some_and_one_that_is_protected() -> None:
    asked = json.loads((SAMPLES / "recording_job_over_five_years.json").read_text())["dateRange"]
    last = timedelta(days=asked["olderThanDays"])
    first = last + timedelta(days=asked["lookbackDays"])
    assert [each for each in CORPUS.ids(Kind.ELIGIBLE) if last <= days_old(each) < first]
    assert [each for each in CORPUS.ids(Kind.HELD) if days_old(each) >= last]
