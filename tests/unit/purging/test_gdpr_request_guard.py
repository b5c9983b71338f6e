"""Changes between planning a GDPR request and sending it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.errors import (
    InvalidRequest,
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
Change = Callable[[Workbench], None]


def planned(bench: Workbench) -> BatchStep:
    """A request for one subject, planned at noon."""
    bench.genesys.on(FIND, {"entities": [JANE]})
    bench.genesys.on(DELETE, {"id": "gdpr-1"})
    window = Window(start=BEGINNING, end=NOON)
    batch = builders.batch(window=window, planned=1)
    return bench.planned(batch, request=builders.gdpr_request())


def find(*found: Any) -> Change:
    return lambda bench: bench.genesys.on(FIND, {"entities": list(found)})


def switch_off(bench: Workbench) -> None:
    bench.policies.switch = "off"


def place(**held: Any) -> Change:
    return lambda bench: bench.holds.placed.append(hold(**held))


def place_later(bench: Workbench) -> None:
    """A hold on what came after the plan."""
    bench.clock.wait(60)
    day = Window(start=NOON + timedelta(seconds=30), end=NOON + timedelta(days=1))
    bench.holds.placed.append(hold(date_range=day))


def set_rule(days: int, **match: str) -> Change:
    rule = {"name": "any", "match": match, "minimumDays": days, "basis": "b"}
    matrix = RetentionMatrix.parse({"rules": [rule]})
    return lambda bench: setattr(bench.policies, "matrix", matrix)


def test_unchanged_request_is_sent(bench: Workbench) -> None:
    assert bench.submit_batch(planned(bench)).next is Next.POLL
    assert bench.batch.job_id == "gdpr-1"
    assert [body["subject"] for body in bench.genesys.deletions] == [JANE]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (switch_off, PurgingSwitchedOff),
        (set_rule(30), RetentionNotMet),
        (set_rule(30, method="gdpr_request"), RetentionNotMet),
        (place(), OnLegalHold),
        (place(conversation_ids=frozenset({"c1"})), OnLegalHold),
        (place(date_range=builders.window()), OnLegalHold),
        # Genesys deletes what exists at the submit, not only what existed at the plan.
        (place_later, OnLegalHold),
        (find(JANE, JANE), InvalidRequest),
        (find(), InvalidRequest),
    ],
)
def test_one_change_prevents_the_request(
    bench: Workbench, change: Change, error: type[PurgeError]
) -> None:
    step = planned(bench)
    change(bench)
    with pytest.raises(error):
        bench.submit_batch(step)
    assert bench.genesys.deletions == []
