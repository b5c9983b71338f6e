"""The corpus: its generation, queries and deletions."""

from datetime import timedelta
from time import process_time

from simulator import Conversation, ConversationStatus, Corpus, Deletion, Kind, Mix
from simulator.organisation.generation import make_conversations
from simulator.organisation.words import GONE, MediaType, RecordType
from tests.simulator.caller import NOW

YEAR = timedelta(days=365)


def conversation(name: str, ended_days_ago: float) -> Conversation:
    end = NOW - timedelta(days=ended_days_ago)
    return Conversation(name, end - timedelta(minutes=5), end)


def test_same_seed_makes_the_same_corpus() -> None:
    one = list(Corpus.generate(count=50, seed=7, now=NOW))
    assert one == list(Corpus.generate(count=50, seed=7, now=NOW))
    assert one != list(Corpus.generate(count=50, seed=8, now=NOW))


def test_five_thousand_conversations_are_generated_quickly() -> None:
    started = process_time()
    corpus = Corpus.generate(count=5_000, seed=7, now=NOW)
    assert process_time() - started < 0.5
    assert len(corpus) == 5_000


def test_generated_corpus_has_every_kind_and_type() -> None:
    corpus = Corpus.generate(count=1000, seed=7, now=NOW, mix=Mix(held=0.5))
    assert len(corpus.ids(Kind.HELD)) == 500
    assert all(corpus.ids(kind) for kind in Kind)
    assert {each.media_type for each in corpus} == set(MediaType)
    assert {each.record_types for each in corpus} == {
        (RecordType.CONVERSATION,),
        (RecordType.CONVERSATION, RecordType.INTERACTION),
        tuple(RecordType),
        (RecordType.INTERACTION,),
        (RecordType.MESSAGE,),
    }


def test_composed_corpus_has_the_requested_numbers() -> None:
    corpus = Corpus.compose(
        now=NOW, eligible=6, held=5, litigated=4, too_young=3, already_deleted=2, without_end=1
    )
    assert [len(corpus.ids(kind)) for kind in Kind] == [6, 5, 4, 3, 2, 1]
    assert len(corpus) == 21


def test_conversations_have_the_properties_of_their_kind() -> None:
    counts = dict.fromkeys(Kind, 20)
    made = list(make_conversations(counts, seed=1, now=NOW))
    by_kind = dict(zip(Kind, (made[at : at + 20] for at in range(0, 120, 20)), strict=True))
    assert all(each.aged(YEAR, NOW) and not each.protected for each in by_kind[Kind.ELIGIBLE])
    assert all(each.legal_hold and each.aged(YEAR, NOW) for each in by_kind[Kind.HELD])
    assert all(each.litigation and not each.legal_hold for each in by_kind[Kind.LITIGATED])
    assert not any(each.aged(YEAR, NOW) for each in by_kind[Kind.TOO_YOUNG])
    assert all(each.status in GONE for each in by_kind[Kind.ALREADY_DELETED])
    assert {(each.end, each.unreadable_end) for each in by_kind[Kind.WITHOUT_END]} == {
        (None, None),
        (None, "unknown"),
    }


def test_conversation_is_old_enough_exactly_at_the_minimum_age() -> None:
    one = conversation("a", 365)
    assert one.aged(YEAR, NOW)
    assert not one.aged(YEAR, NOW - timedelta(microseconds=1))


def test_window_includes_its_start_and_not_its_stop() -> None:
    corpus = Corpus.of([conversation(name, days) for name, days in [("a", 3), ("b", 2), ("c", 1)]])
    found = corpus.ended_within(NOW - timedelta(days=3), NOW - timedelta(days=1))
    assert [each.conversation_id for each in found] == ["a", "b"]


def test_conversation_without_an_end_is_in_no_window() -> None:
    corpus = Corpus.compose(now=NOW, without_end=3)
    assert corpus.ended_within(NOW - 9 * YEAR, NOW + YEAR) == []


def test_deletion_is_recorded_with_its_time_and_job() -> None:
    corpus = Corpus.of([conversation("a", 400), conversation("b", 400)], now=NOW)
    deletion = Deletion(NOW, "job-1", ConversationStatus.PURGED)
    assert corpus.delete("a", deletion)
    assert corpus.deletions() == {"a": deletion}
    assert corpus.deleted_ids() == corpus.deleted_ids("job-1") == ["a"]
    assert corpus.deleted_ids("job-2") == []
    assert corpus.counts() == {"active": 0, "completed": 1, "deleted": 0, "purged": 1}
    assert corpus.ids(status=ConversationStatus.PURGED) == ["a"]


def test_deletion_is_visible_from_its_time_on() -> None:
    corpus = Corpus.of([conversation("a", 400)], now=NOW)
    corpus.delete("a", Deletion(NOW, "job-1", ConversationStatus.DELETED))
    assert corpus.status_of("a", NOW - timedelta(microseconds=1)) is ConversationStatus.COMPLETED
    assert corpus.status_of("a", NOW) is ConversationStatus.DELETED
    assert corpus.status_of("unknown") is None


def test_deleted_conversation_is_not_deleted_again() -> None:
    corpus = Corpus.of([conversation("a", 400)], now=NOW)
    assert corpus.delete("a", Deletion(NOW, "job-1", ConversationStatus.PURGED))
    assert not corpus.delete("a", Deletion(NOW, "job-2", ConversationStatus.PURGED))
    assert corpus.deleted_ids("job-2") == []


def test_protected_and_deleted_conversations_cannot_be_deleted() -> None:
    corpus = Corpus.compose(now=NOW, held=1, litigated=1, already_deleted=1)
    for each in corpus.ids():
        assert not corpus.delete(each, Deletion(NOW, "j", ConversationStatus.PURGED))


def test_legal_hold_and_litigation_prevent_deletion() -> None:
    corpus = Corpus.of([conversation("a", 400), conversation("b", 400)], now=NOW)
    corpus.place_hold(["a"])
    corpus.begin_litigation(["b"])
    assert not corpus.deletable("a")
    assert not corpus.deletable("b")
    corpus.release_hold(["a", "b"])
    assert corpus.deletable("a")
    assert not corpus.deletable("b")


def test_corpus_finds_conversations_by_id() -> None:
    one = conversation("a", 400)
    corpus = Corpus.of([one])
    assert "a" in corpus
    assert "b" not in corpus
    assert corpus.get("a") == one
    assert corpus.get("b") is None
    assert corpus.ids(Kind.ELIGIBLE) == ["a"]
