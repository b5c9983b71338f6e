"""Any JSON as Genesys's answer: methods raise only our errors and trust nothing unknown."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from genesys_purge.errors import PurgeError, UnreadableAnswer
from genesys_purge.methods import METHODS
from genesys_purge.methods.contract import JobStatus, Part, Planned
from genesys_purge.methods.gdpr_request.finder import FIND
from genesys_purge.methods.method import AnyMethod
from genesys_purge.operation import Authorise, DeletingCall, Operation
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.scene import planned_in, skipped_in, sources, submitted

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
# Every method finds in this part what it needs.
PART = Part(builders.window(), tuple(builders.uuids(2)), builders.window(), NOON)
REQUESTS = {
    name: method.request_model.parse(builders.request_of(name)) for name, method in METHODS.items()
}


class Hostile(ScriptedGenesys):
    """Gives one answer to every call."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__()
        self.answer = answer

    def read(self, operation: Operation, body: Any = None, **path: str) -> dict[str, Any]:
        assert (operation, body, path) is not None
        return self.answer

    def delete(self, call: DeletingCall, authorise: Authorise) -> dict[str, Any]:
        assert (call, authorise()) is not None
        return self.answer


class HostileToSubmits(Hostile):
    """Finds the subject of a GDPR request, because the submit depends on that."""

    def read(self, operation: Operation, body: Any = None, **path: str) -> dict[str, Any]:
        if operation == FIND:
            return {"entities": [{"name": "Jane Doe"}]}
        return super().read(operation, body, **path)


@given(answer=answers)
def test_methods_give_a_valid_result_or_our_error_for_any_answer(answer: dict[str, Any]) -> None:
    for name, method in METHODS.items():
        for check in (check_status, check_submit, check_remaining, check_plan):
            with suppress(PurgeError):
                check(method, REQUESTS[name], answer)


def check_status(method: AnyMethod, request: Any, answer: dict[str, Any]) -> None:
    """A job has ended only if the answer says so, and no number is negative."""
    report = method.status(request, "job-1", Hostile(answer))
    words = {str(answer.get(name)).lower() for name in ("status", "state")}
    words |= {"completed"} if "fulfilled" in words else set()
    words |= {"failed"} if "error" in words else set()
    assert report.status is JobStatus.RUNNING or report.status.value in words
    assert report.processed is None or report.processed >= 0
    assert report.message is None or isinstance(report.message, str)


def check_submit(method: AnyMethod, request: Any, answer: dict[str, Any]) -> None:
    """A submit has the job id of the answer, or an unknown outcome."""
    try:
        job_id = submitted(method, request, PART, HostileToSubmits(answer))
    except PurgeError as error:
        job_id = type(error).__name__
    assert job_id == "OutcomeUnknown" or job_id in answer.values()


def check_remaining(method: AnyMethod, request: Any, answer: dict[str, Any]) -> None:
    assert method.remaining(request, PART, Hostile(answer)) >= 0


def check_plan(method: AnyMethod, request: Any, answer: dict[str, Any]) -> None:
    """No planned batch is empty."""
    found = list(method.plan(request, sources(Hostile(answer))))
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
def test_archived_conversation_is_eligible_only_if_everything_is_known(data: list[Any]) -> None:
    method = METHODS["conversation_archive"]
    request = method.request_model.parse(
        builders.conversation_archive(conversationIds=["a1", "b2"])
    )
    try:
        found = list(method.plan(request, sources(Hostile({"data": data}))))
    except UnreadableAnswer:
        return
    for batch in planned_in(found):
        for entry in batch.entries:
            rows = [r for r in data if isinstance(r, dict) and r.get("conversationId") == entry[0]]
            attributes = rows[-1].get("customAttributes") or {}
            assert (NOON - entry.end).days >= 365
            assert str(rows[-1].get("conversationStatus")).lower() not in ("deleted", "purged")
            assert isinstance(attributes, dict)
            assert attributes.get("legal_hold") in (None, False)
            assert attributes.get("classification") == entry.classification
    counted = sum(each.targeted for each in planned_in(found)) + sum(skipped_in(found).values())
    assert counted == 2
