"""Whatever JSON Genesys answers, our own errors come out, and nothing unknown is eligible."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import PurgeError, UnreadableAnswer
from genesys_purge.methods import METHODS
from genesys_purge.methods.contract import JobReport, JobStatus, Part, Planned
from genesys_purge.methods.gdpr_request.finder import FIND
from genesys_purge.methods.method import AnyMethod
from genesys_purge.ports import Operation
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.scene import PERMIT, planned_in, skipped_in, sources

WORDS = [
    "READY",
    "FULFILLED",
    "completed",
    "COMPLETED",
    "failed",
    "cancelled",
    "running",
    "deleted",
    "a1",
    "hipaa",
]
FIELDS = [
    "id",
    "jobId",
    "purgeId",
    "status",
    "state",
    "message",
    "recordsProcessed",
    "interactions",
    "totalInteractionsPurged",
    "errorReason",
    "results",
    "count",
    "data",
    "conversationId",
    "conversationStatus",
    "conversationEnd",
    "customAttributes",
    "legal_hold",
    "classification",
]
ends = st.datetimes().map(lambda at: at.isoformat() + "Z") | st.sampled_from(
    ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2020-01-01T00:00:00Z"]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=10)
    | st.sampled_from(WORDS)
    | ends
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=12,
)
answers = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), values, max_size=6)
PAYLOADS = {
    "data_deletion": builders.data_deletion(),
    "interaction_purge": builders.interaction_purge(),
    "conversation_archive": builders.conversation_archive(conversationIds=["a1", "b2"]),
    "recording_job": builders.recording_job(),
    "gdpr_request": builders.gdpr_request(),
}
PARTS = {
    "data_deletion": Part(builders.window(), ()),
    "interaction_purge": Part(builders.window(), ()),
    "conversation_archive": Part(None, ("a1", "b2")),
    "recording_job": Part(None, tuple(builders.uuids(2)), builders.window(), NOON),
    "gdpr_request": Part(builders.window(), ()),
}
each_method = pytest.mark.parametrize("method", METHODS.values(), ids=list(METHODS))


class Hostile(ScriptedGenesys):
    """Answers everything with one thing."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__()
        self.answer = answer

    def read(self, operation: Operation, body: Any = None, **path: str) -> dict[str, Any]:
        assert (operation, body, path) is not None
        return self.answer

    def delete(self, operation: Operation, body: Any, permit: Any, **path: str) -> dict[str, Any]:
        assert (operation, body, permit, path) is not None
        return self.answer


class Acquainted(Hostile):
    """Knows the one person who is asked for; a submit depends on that beforehand."""

    def read(self, operation: Operation, body: Any = None, **path: str) -> dict[str, Any]:
        if operation == FIND:
            return {"entities": [{"name": "Jane Doe"}]}
        return super().read(operation, body, **path)


@each_method
@given(answer=answers)
def test_a_status_is_read_or_cannot_be(method: AnyMethod, answer: dict[str, Any]) -> None:
    request = method.request_model.parse(PAYLOADS[method.name])
    try:
        report = method.status(request, "job-1", Hostile(answer))
    except PurgeError:
        report = JobReport(JobStatus.RUNNING)
    words = {str(answer.get(name)).lower() for name in ("status", "state")}
    words |= {"completed"} if "fulfilled" in words else set()
    words |= {"failed"} if "error" in words else set()
    assert report.status is JobStatus.RUNNING or report.status.value in words
    assert report.processed is None or report.processed >= 0
    assert report.message is None or isinstance(report.message, str)


@each_method
@given(answer=answers)
def test_a_submit_has_a_job_or_an_unknown_outcome(
    method: AnyMethod, answer: dict[str, Any]
) -> None:
    request = method.request_model.parse(PAYLOADS[method.name])
    try:
        job_id = method.submit(request, PARTS[method.name], PERMIT, Acquainted(answer))
    except PurgeError as error:
        job_id = type(error).__name__
    assert job_id == "OutcomeUnknown" or job_id in answer.values()


@each_method
@given(answer=answers)
def test_what_remains_is_a_number_or_cannot_be_told(
    method: AnyMethod, answer: dict[str, Any]
) -> None:
    request = method.request_model.parse(PAYLOADS[method.name])
    try:
        remaining = method.remaining(request, PARTS[method.name], Hostile(answer))
    except PurgeError:
        remaining = 0
    assert remaining >= 0


@each_method
@given(answer=answers)
def test_a_plan_is_made_of_what_was_told_or_not_at_all(
    method: AnyMethod, answer: dict[str, Any]
) -> None:
    request = method.request_model.parse(PAYLOADS[method.name])
    try:
        found = list(method.plan(request, sources(Hostile(answer))))
    except PurgeError:
        found = []
    assert all(one.targeted > 0 for one in found if isinstance(one, Planned))


records = st.fixed_dictionaries(
    {"conversationId": st.sampled_from(["a1", "b2"]) | scalars},
    optional={
        "conversationStatus": st.sampled_from(["deleted", "PURGED", "completed"]) | values,
        "conversationEnd": ends | values,
        "customAttributes": values
        | st.fixed_dictionaries(
            {}, optional={"legal_hold": values, "classification": scalars | values}
        ),
    },
)


@given(st.lists(records | values, max_size=4))
def test_nothing_unknown_is_ever_eligible(data: list[Any]) -> None:
    method = METHODS["conversation_archive"]
    request = method.request_model.parse(PAYLOADS[method.name])
    try:
        found = list(method.plan(request, sources(Hostile({"data": data}))))
    except UnreadableAnswer:
        return
    for batch in planned_in(found):
        for entry in batch.entries:
            told = [r for r in data if isinstance(r, dict) and r.get("conversationId") == entry[0]]
            attributes = told[-1].get("customAttributes") or {}
            assert (NOON - entry.end).days >= 365
            assert str(told[-1].get("conversationStatus")).lower() not in ("deleted", "purged")
            assert isinstance(attributes, dict)
            assert attributes.get("legal_hold") in (None, False)
            assert attributes.get("classification") == entry.classification
    counted = sum(each.targeted for each in planned_in(found)) + sum(skipped_in(found).values())
    assert counted == len(PAYLOADS[method.name]["conversationIds"])
