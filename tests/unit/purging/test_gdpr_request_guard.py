"""What may have changed between planning a data subject's request and sending it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from genesys_purge.errors import (
    InvalidRequest,
    LimitExceeded,
    OnLegalHold,
    PurgeError,
    PurgingSwitchedOff,
    RetentionNotMet,
)
from genesys_purge.methods.gdpr_request.finder import FIND
from genesys_purge.methods.gdpr_request.method import BEGINNING, DELETE
from genesys_purge.model.dates import Window
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.model.retention import RetentionMatrix

from tests import builders
from tests.clock import NOON
from tests.unit.methods.scene import hold
from tests.unit.workbench import Workbench

JANE = {"name": "Jane Doe"}


def planned(bench: Workbench) -> BatchStep:
    """A request planned at noon for one subject, all of whose records are of before."""
    bench.genesys.on(FIND, {"entities": [JANE]})
    bench.genesys.on(DELETE, {"id": "gdpr-1"})
    window = Window(start=BEGINNING, end=NOON)
    batch = builders.batch(window=window, planned=1)
    return bench.planned(batch, request=builders.gdpr_request())


def know(*found: Any) -> Callable[[Workbench], None]:
    return lambda bench: bench.genesys.on(FIND, {"entities": list(found)})


def switch_off(bench: Workbench) -> None:
    bench.policies.switch = "off"


def place(**held: Any) -> Callable[[Workbench], None]:
    return lambda bench: bench.holds.placed.append(hold(**held))


def drop_rules(bench: Workbench) -> None:
    every = {"name": "any", "minimumDays": 30, "basis": "b"}
    bench.policies.matrix = RetentionMatrix.parse({"rules": [every]})


def keep_for_a_month(bench: Workbench) -> None:
    match = {"method": "gdpr_request"}
    rule = {"name": "subjects", "match": match, "minimumDays": 30, "basis": "b"}
    bench.policies.matrix = RetentionMatrix.parse({"rules": [rule]})


def test_where_nothing_changed_it_is_sent(bench: Workbench) -> None:
    assert bench.submit_batch(planned(bench)).next is Next.POLL
    assert bench.batch.job_id == "gdpr-1"
    assert [body["subject"] for body in bench.genesys.deletions] == [JANE]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (switch_off, PurgingSwitchedOff),
        (drop_rules, RetentionNotMet),
        (keep_for_a_month, RetentionNotMet),
        (place(), OnLegalHold),
        (place(conversation_ids=frozenset({"c1"})), OnLegalHold),
        (place(date_range=builders.window()), OnLegalHold),
        (know(JANE, JANE), LimitExceeded),
        (know(), InvalidRequest),
    ],
)
def test_one_change_is_enough_for_nothing_to_be_sent(
    bench: Workbench, change: Callable[[Workbench], None], error: type[PurgeError]
) -> None:
    step = planned(bench)
    change(bench)
    with pytest.raises(error):
        bench.submit_batch(step)
    assert bench.genesys.deletions == []
