"""A purge run, from the request to the audit, on the real state machine."""

from __future__ import annotations

from local.simulator import Corpus, Kind
from tests.application import running
from tests.clock import NOON


def test_a_run_deletes_what_is_eligible_and_skips_the_rest_by_reason() -> None:
    corpus = Corpus.compose(
        now=NOON, eligible=30, held=3, too_young=4, already_deleted=5, without_end=2
    )
    request = {
        "method": "conversation_archive",
        "reason": "retention of one year is over",
        "conversationIds": corpus.ids(),
    }
    with running(corpus) as app:
        run = app.run(request)
        assert run["outcome"] == "completed"
        assert run["totals"] == {
            "targeted": 30,
            "skipped": {"legal_hold": 3, "too_young": 6, "already_deleted": 5},
            "deleted": 30,
            "verified": 30,
        }
        assert set(corpus.deleted_ids()) == set(corpus.ids(Kind.ELIGIBLE))
