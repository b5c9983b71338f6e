"""ValidatePurge: the first state of a run, and a check by itself."""

from __future__ import annotations

import pytest
from genesys_purge.errors import InvalidRequest, NotFound

from tests import builders
from tests.unit.workbench import Workbench

RUN = {"runId": "run-1"}


def test_valid_run_passes_its_message_on(bench: Workbench) -> None:
    bench.stored()
    assert bench.validate_purge(RUN) == RUN


def test_run_is_checked_against_the_rules_in_force_now(bench: Workbench) -> None:
    bench.stored(builders.data_deletion(jurisdiction="eu-west-1"))
    with pytest.raises(InvalidRequest, match="jurisdiction"):
        bench.validate_purge(RUN)


def test_relative_window_is_resolved_by_the_reference_of_the_run(bench: Workbench) -> None:
    window = {"olderThanDays": 365, "lookbackDays": 1}
    bench.stored(builders.data_deletion(dateRange=window))
    bench.clock.wait(86_400)
    assert bench.validate_purge(RUN) == RUN


def test_unknown_run_is_not_found(bench: Workbench) -> None:
    with pytest.raises(NotFound, match="run-1"):
        bench.validate_purge(RUN)


def test_validated_request_is_returned_with_defaults_and_window(
    bench: Workbench,
) -> None:
    request = builders.data_deletion(dateRange={"olderThanDays": 366, "lookbackDays": 30})
    assert bench.validate_purge(request) == {
        "method": "data_deletion",
        "reason": "retention of one year is over",
        "dryRun": False,
        "recordTypes": ["conversation", "interaction", "message"],
        "dateRange": {"start": "2025-10-21T12:00:00Z", "end": "2025-11-20T12:00:00Z"},
        "jurisdiction": "us-east-1",
        "retentionPolicyOverride": False,
        "legalHoldValidation": True,
        "classification": "internal",
    }
    assert bench.executions.started == []


def test_validated_request_without_a_window_is_returned_unchanged(bench: Workbench) -> None:
    request = builders.conversation_archive(reason="  padded with blanks  ")
    normalised = bench.validate_purge(request)
    assert normalised["reason"] == "padded with blanks"
    assert normalised["permanentDelete"] is True
    assert normalised["conversationIds"] == request["conversationIds"]


@pytest.mark.parametrize("event", [None, [], "run-1", {}, {"runId": "run-1", "method": "x"}])
def test_anything_else_is_an_invalid_request(bench: Workbench, event: object) -> None:
    with pytest.raises(InvalidRequest):
        bench.validate_purge(event)
