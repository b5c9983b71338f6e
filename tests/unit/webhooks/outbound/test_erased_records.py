"""Notifications of records whose fields were erased before they were published."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.erasable import ERASED, divided, joined
from genesys_purge.webhooks.outbound.bodies import BATCH_ENDS, JOB_ENDS, RUN_ENDS, notifications

from tests.unit.model.test_erasable import ARN, JANE, whole
from tests.unit.workbench import Workbench

PUBLISHED = [Action.SETTING_CHANGED, Action.DELETION_STOPPED, Action.APPROVAL_GIVEN, *RUN_ENDS]


def erased(record: AuditRecord) -> AuditRecord:
    return joined(AuditRecord, orjson.dumps(divided(record).sealed).decode())


def published(action: Action, **changes: Any) -> list[dict[str, Any]]:
    bench = Workbench()
    bench.planned()
    record = whole().model_copy(update={"action": action} | changes)
    found = list(notifications(erased(record), bench.runs))
    assert len(found) == len(list(notifications(record, bench.runs)))
    return [each.to_json() for each in found]


@pytest.mark.parametrize("action", sorted({*PUBLISHED, *BATCH_ENDS, *JOB_ENDS}))
def test_record_with_erased_fields_is_published_without_them(action: Action) -> None:
    found = published(action, batch=0, job_id="job-1", latency_seconds=1.0)
    assert found
    assert [each for each in (JANE, ARN) if each in json.dumps(found)] == []


def test_erased_words_are_named_erased_in_a_notification() -> None:
    (found,) = published(Action.SETTING_CHANGED)
    assert (found["body"]["changedBy"], found["body"]["reason"]) == (ERASED, ERASED)
