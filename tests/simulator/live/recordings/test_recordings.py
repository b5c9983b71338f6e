"""The generated recordings of conversations."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from functools import cache
from uuid import UUID

from simulator import (
    Conversation,
    ConversationStatus,
    Corpus,
    FileState,
    Media,
    MediaType,
    RecordingRecord,
    Simulator,
)
from simulator.live.recordings.generation import is_recorded
from tests.simulator.caller import NOW, start_simulator
from tests.simulator.live.calls import conversation, many, recordings, start_live

CALLS = {MediaType.VOICE, MediaType.CALLBACK}


@cache
def made(count: int = 500, seed: int = 7) -> tuple[Corpus, list[RecordingRecord]]:
    corpus = Corpus.generate(count=count, seed=seed, now=NOW)
    return corpus, Simulator(corpus, now=lambda: NOW).recordings


def test_same_corpus_has_the_same_recordings() -> None:
    _, one = made(seed=7)
    assert one == made.__wrapped__(seed=7)[1]
    assert one != made(seed=8)[1]


def test_recorded_conversation_has_recordings() -> None:
    corpus, found = made()
    recorded = {each.conversation_id for each in found}
    assert {each.conversation_id for each in corpus if is_recorded(each)} == recorded
    assert len(recorded) < len(corpus)


def test_recordings_have_unique_uuids() -> None:
    _, found = made()
    ids = [UUID(each.recording_id) for each in found]
    assert len(set(ids)) == len(ids)


def test_call_has_one_or_two_recordings_and_others_at_most_one() -> None:
    corpus, found = made()
    counts = Counter(each.conversation_id for each in found if each.media is not Media.SCREEN)
    seen: dict[bool, set[int]] = defaultdict(set)
    for each in corpus:
        if each.status is not ConversationStatus.ACTIVE:
            seen[each.media_type is MediaType.VOICE].add(counts[each.conversation_id])
    assert seen == {True: {1, 2}, False: {0, 1}}


def test_recording_has_its_conversations_medium_or_the_screen() -> None:
    corpus, found = made()
    for each in found:
        media_type = corpus.get(each.conversation_id) or conversation()
        expected = {Media.AUDIO} if media_type.media_type in CALLS else set(Media) - {Media.AUDIO}
        assert each.media in expected | {Media.SCREEN}
    assert {each.media for each in found} == set(Media)


def test_some_are_sensitive_policy_based_archived_or_screens() -> None:
    _, found = made()
    total = len(found)
    assert 0 < sum(each.sensitive for each in found) < 0.1 * total
    assert 0.1 * total < sum(each.policy_based for each in found) < 0.5 * total
    assert 0 < sum(each.file_state is FileState.ARCHIVED for each in found) < 0.4 * total
    assert 0 < sum(each.media is Media.SCREEN for each in found) < 0.3 * total


def test_active_conversation_has_no_recordings() -> None:
    caller = start_live([conversation(end=None, status=ConversationStatus.ACTIVE)])
    assert caller.simulator.recordings == []


def test_recording_is_created_at_the_end_of_its_conversation() -> None:
    [one] = {each.created_at for each in start_live([conversation()]).simulator.recordings}
    assert one == conversation().end


def test_legal_hold_protects_recordings_and_litigation_does_not() -> None:
    held = start_live([conversation(legal_hold=True)]).simulator.recordings
    litigated = start_live([conversation(litigation=True)]).simulator.recordings
    assert {each.protected for each in held} == {True}
    assert {each.protected for each in litigated} == {False}


def test_purged_conversation_has_only_deleted_recordings() -> None:
    caller = start_live(many(9, status=ConversationStatus.PURGED))
    assert {each.file_state for each in caller.simulator.recordings} == {FileState.DELETED}


def test_documented_job_deletes_the_recordings_too() -> None:
    old: Conversation = conversation(start=NOW - timedelta(days=400))
    caller = start_simulator(Corpus.of([old]))
    assert recordings(caller, file_state=FileState.DELETED) == []
    caller.submit_archive([old.conversation_id])
    caller.clock.advance(1000)
    assert {each.file_state for each in caller.simulator.recordings} == {FileState.DELETED}
