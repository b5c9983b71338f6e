"""Which recordings conversations have, and what becomes of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
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
from tests.simulator.caller import NOW, start_simulator
from tests.simulator.live.calls import conversation, many, recordings, start_live

CALLS = {MediaType.VOICE, MediaType.CALLBACK}


def made(count: int = 1000, seed: int = 7) -> tuple[Corpus, list[RecordingRecord]]:
    corpus = Corpus.generate(count=count, seed=seed, now=NOW)
    return corpus, Simulator(corpus, now=lambda: NOW).recordings


def test_the_same_corpus_has_the_same_recordings() -> None:
    _, one = made(seed=7)
    assert one == made(seed=7)[1]
    assert one != made(seed=8)[1]


def test_recordings_have_uuids_of_their_own() -> None:
    _, found = made()
    ids = [UUID(each.recording_id) for each in found]
    assert len(set(ids)) == len(ids)


def test_a_call_has_one_or_two_and_any_other_conversation_none_or_one() -> None:
    corpus, found = made()
    counts = Counter(each.conversation_id for each in found if each.media is not Media.SCREEN)
    seen: dict[bool, set[int]] = defaultdict(set)
    for each in corpus:
        if each.status is not ConversationStatus.ACTIVE:
            seen[each.media_type is MediaType.VOICE].add(counts[each.conversation_id])
    assert seen == {True: {1, 2}, False: {0, 1}}


def test_a_recording_is_of_its_conversations_medium_or_of_the_screen() -> None:
    corpus, found = made()
    for each in found:
        media_type = corpus.get(each.conversation_id) or conversation()
        expected = {Media.AUDIO} if media_type.media_type in CALLS else set(Media) - {Media.AUDIO}
        assert each.media in expected | {Media.SCREEN}
    assert {each.media for each in found} == set(Media)


def test_a_few_are_sensitive_some_by_policy_some_archived() -> None:
    _, found = made()
    total = len(found)
    assert 0 < sum(each.sensitive for each in found) < 0.1 * total
    assert 0.1 * total < sum(each.policy_based for each in found) < 0.5 * total
    assert 0 < sum(each.file_state is FileState.ARCHIVED for each in found) < 0.4 * total
    assert 0 < sum(each.media is Media.SCREEN for each in found) < 0.3 * total


def test_a_conversation_that_goes_on_has_none_yet() -> None:
    caller = start_live([conversation(end=None, status=ConversationStatus.ACTIVE)])
    assert caller.simulator.recordings == []


def test_a_recording_is_as_old_as_its_conversations_end() -> None:
    [one] = {each.created_at for each in start_live([conversation()]).simulator.recordings}
    assert one == conversation().end


def test_what_is_on_legal_hold_is_protected_and_litigation_is_not_known_here() -> None:
    held = start_live([conversation(legal_hold=True)]).simulator.recordings
    litigated = start_live([conversation(litigation=True)]).simulator.recordings
    assert {each.protected for each in held} == {True}
    assert {each.protected for each in litigated} == {False}


def test_of_a_conversation_that_was_purged_before_the_recordings_are_gone() -> None:
    caller = start_live(many(9, status=ConversationStatus.PURGED))
    assert {each.file_state for each in caller.simulator.recordings} == {FileState.DELETED}


def test_the_documented_jobs_take_the_recordings_with_them() -> None:
    old: Conversation = conversation(start=NOW - timedelta(days=400))
    caller = start_simulator(Corpus.of([old]))
    assert recordings(caller, file_state=FileState.DELETED) == []
    caller.submit_archive([old.conversation_id])
    caller.clock.advance(1000)
    assert {each.file_state for each in caller.simulator.recordings} == {FileState.DELETED}
