"""Follower: which pages of a run are read again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cli.following import Follower
from cli.stack.api import Api
from tests.cli.runs import batch, done, finished, running


class Pages:
    """An API with the pages of one run; notes the pages that are read."""

    def __init__(self, *pages: Sequence[dict[str, Any]]) -> None:
        self.pages = list(pages)
        self.read: list[int] = []
        self.is_finished = False

    def require_progress(self, after: object, page: dict[str, Any]) -> None:
        assert page.get("next") != after or after is None

    def get(self, path: str, **query: object) -> dict[str, Any]:
        assert path == "/purges/q-2"
        index = int(str(query.get("next") or 0))
        self.read.append(index)
        shown = (finished if self.is_finished else running)(*self.pages[index])
        more = {"next": str(index + 1)} if index + 1 < len(self.pages) else {}
        return shown | more


def follower(pages: Pages) -> Follower:
    api: Api = pages  # type: ignore[assignment]  # only `get` is called
    return Follower(api, "q-2", sleep=lambda _: None)


def test_page_whose_batches_have_ended_is_not_read_again() -> None:
    pages = Pages([batch(0)], [done(1)], [batch(2, "submitted")], [batch(3)])
    follow = follower(pages)
    assert len(follow.observed().batches) == 4
    pages.read.clear()
    assert [each.number for each in follow.observed().batches] == [0, 1, 2, 3]
    assert pages.read == [0, 2, 3]


def test_batches_far_ahead_are_read_once_those_before_have_ended() -> None:
    pages = Pages(*([batch(number)] for number in range(6)))
    follow = follower(pages)
    assert len(follow.observed().batches) == 4
    pages.pages[1:3] = [[done(1)], [done(2)]]
    follow.observed()
    pages.read.clear()
    assert len(follow.observed().batches) == 6
    assert pages.read == [0, 3, 4, 5]


def test_batch_that_awaits_verification_is_read_again() -> None:
    waiting = [[done(number) | {"verification": "pending"}] for number in (1, 2)]
    pages = Pages([done(0)], *waiting, *([batch(number)] for number in range(3, 9)))
    follow = follower(pages)
    follow.observed()
    pages.read.clear()
    for _ in range(2):
        assert len(follow.observed().batches) == 6
    assert pages.read == [0, 3, 4, 5, 1, 0, 3, 4, 5, 2]


def test_finished_run_is_read_as_a_whole_and_ends_the_observations() -> None:
    pages = Pages(*([done(number)] for number in range(6)))
    pages.is_finished = True
    (observed,) = follower(pages).observations(every=2)
    assert (len(observed.batches), observed.succeeded) == (6, True)
    assert "next" not in observed.answer
