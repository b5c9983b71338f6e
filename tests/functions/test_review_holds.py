"""ReviewHolds and the review of a hold, over the real tables."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.errors import LostRace
from genesys_purge.model.dates import zulu
from genesys_purge.store.ledger import Ledger
from genesys_purge.wiring import adapters, holding

from tests.clock import NOON
from tests.functions.conftest import Invoke
from tests.functions.hold_calls import change, get, place, records, set_by_hand, stored
from tests.functions.planned_runs import errors

pytestmark = pytest.mark.usefixtures("deployed")


def in_days(days: float) -> str:
    now: datetime = adapters.now()
    return zulu(now + timedelta(days=days))


def sweep(invoke: Invoke, *days_later: float) -> None:
    """Sweep so many days from now."""
    now: datetime = adapters.now()
    for days in days_later:
        at = now + timedelta(days=days)
        with patch.object(adapters, "now", lambda at=at: at):
            adapters.holds.cache_clear()
            holding.review_holds.cache_clear()
            invoke("ReviewHolds", {"scheduledTime": ""})


def notices(invoke: Invoke) -> list[str]:
    return [each["detail"] for each in records(invoke) if each["action"] == "hold_review_due"]


def test_each_notice_is_given_once_over_repeated_sweeps(invoke: Invoke) -> None:
    place(invoke, reviewBy=in_days(100.5))
    sweep(invoke, 70, 70.6, 71, 80, 86, 86.1, 96, 99, 99.6, 100.2, 101, 102)
    assert notices(invoke) == [f"days left: {days}" for days in (30, 15, 5, 1)]
    assert len(adapters.holds().active(None)) == 1


def test_hold_placed_shortly_before_its_review_gets_one_notice(invoke: Invoke) -> None:
    place(invoke, reviewBy=in_days(10))
    sweep(invoke, 0, 0.1)
    assert notices(invoke) == ["days left: 10"]


def test_moved_review_has_notices_of_its_own(invoke: Invoke) -> None:
    place(invoke, reviewBy=in_days(3))
    sweep(invoke, 0)
    assert change(invoke, "review", reviewBy=in_days(28))[0] == 200
    sweep(invoke, 0)
    assert len(notices(invoke)) == 2


def test_released_hold_gets_no_notice(invoke: Invoke) -> None:
    place(invoke, reviewBy=in_days(3))
    set_by_hand(releasedAt="2020-01-01T00:00:00Z")
    sweep(invoke, 0)
    assert notices(invoke) == []


def test_overdue_reviews_are_counted_and_release_nothing(
    invoke: Invoke, capsys: pytest.CaptureFixture[str]
) -> None:
    place(invoke, reviewBy=in_days(1))
    place(invoke, holdId="case-18", reviewBy=in_days(50))
    sweep(invoke, 2)
    assert '"OverdueHoldReviews":[1.0]' in capsys.readouterr().out.replace(" ", "")
    assert len(adapters.holds().active(None)) == 2


def test_notice_that_is_not_stored_is_given_by_the_next_sweep(invoke: Invoke) -> None:
    place(invoke, reviewBy=in_days(3))
    with patch.object(Ledger, "commit", side_effect=LostRace("another worker")):
        sweep(invoke, 0)
    assert notices(invoke) == []
    sweep(invoke, 0)
    assert len(notices(invoke)) == 1


def test_review_is_moved_and_audited_with_the_person(invoke: Invoke) -> None:
    place(invoke)
    until = in_days(300)
    assert change(invoke, "review", reviewBy=until)[1]["holdId"] == "case-17"
    assert get(invoke, "GET /holds/{holdId}", "case-17")[1]["reviewBy"][:19] == until[:19]
    record = records(invoke)[-1]
    assert (record["action"], record["personId"]) == ("hold_reviewed", "user:AIDALEGAL")
    assert record["detail"] == "Another call was named"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, {"reviewBy"}),
        ({"reviewBy": NOON.isoformat()}, {"reviewBy"}),
        ({"reviewBy": in_days(367)}, {"reviewBy"}),
        ({"reviewBy": in_days(3), "reason": "short"}, {"reason"}),
    ],
)
def test_wrong_review_is_refused_and_nothing_is_stored(
    invoke: Invoke, fields: dict[str, Any], wrong: set[str]
) -> None:
    place(invoke)
    before = stored()
    status, answer = change(invoke, "review", **fields)
    assert (status, set(errors((status, answer)))) == (400, wrong)
    assert stored() == before


def test_review_of_a_released_hold_is_not_moved(invoke: Invoke) -> None:
    place(invoke)
    set_by_hand(releasedAt="2020-01-01T00:00:00Z")
    assert change(invoke, "review", reviewBy=in_days(3))[0] == 409
