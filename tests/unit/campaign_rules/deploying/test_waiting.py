"""The waits before a retry of a deployment's calls."""

from __future__ import annotations

from genesys_purge.campaign_rules.deploying.waiting import RetryWaits
from genesys_purge.errors import OutcomeUnknown, PurgeError, RateLimited, RefusedByGenesys

LONGEST, SHORTEST = RetryWaits(lambda _, high: high), RetryWaits(lambda low, _: low)
CONFLICT = RefusedByGenesys("changed meanwhile", status=409)


def limited(retry_after: float | None = None) -> PurgeError:
    return RateLimited("429", retry_after=retry_after)


def test_wait_doubles_up_to_a_minute_with_full_jitter() -> None:
    assert [LONGEST.after(n) for n in (1, 2, 3, 4, 5, 6, 99)] == [2, 4, 8, 16, 32, 60, 60]
    assert {SHORTEST.after(n) for n in (1, 5, 99)} == {0}


def test_wait_follows_retry_after_up_to_ten_minutes() -> None:
    assert [LONGEST.after(1, limited(s)) for s in (40, 600, 3_600)] == [42, 602, 602]
    assert SHORTEST.after(1, limited(40)) == 40
    assert LONGEST.after(5, limited(1)) == 32


def test_first_conflict_is_retried_at_once() -> None:
    assert [LONGEST.after_call(n, CONFLICT) for n in (1, 2, 3)] == [0, 2, 4]
    assert [LONGEST.after_call(n, limited()) for n in (1, 2)] == [2, 4]


def test_call_without_an_answer_gets_five_seconds_to_take_effect() -> None:
    waits = [LONGEST.after_call(n, OutcomeUnknown("reset")) for n in (1, 2, 3)]
    assert waits == [5, 5, 8]
