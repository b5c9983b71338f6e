"""Recording jobs: what is planned, what is left alone, and what is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.errors import JobLost, OutcomeUnknown, UnreadableAnswer
from genesys_purge.methods.contract import JobReport, JobStatus, Part, Planned, Verdict
from genesys_purge.methods.recording_job.conversations import QUERY, READ
from genesys_purge.methods.recording_job.metadata import METADATA
from genesys_purge.methods.recording_job.method import RecordingJob
from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.methods.recording_job.two_step import CREATE, STATUS
from genesys_purge.model.batch import Entry
from genesys_purge.model.dates import zulu
from genesys_purge.model.retention import RetentionMatrix
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods import scene
from tests.unit.methods.scene import PERMIT, hold, sources

METHOD = RecordingJob()
IDS = builders.uuids(250)
WINDOW = builders.window()
PART = Part(None, IDS[:2], WINDOW, NOON)
REQUEST = METHOD.request_model.parse(builders.recording_job())


def row(number: int, days: float = 380, **fields: Any) -> dict[str, Any]:
    """A conversation that ended so many days ago, after an hour."""
    end = builders.days_ago(days)
    return {
        "conversationId": IDS[number],
        "conversationStart": zulu(end - timedelta(hours=1)),
        "conversationEnd": zulu(end),
    } | fields


def knowing(*rows: Mapping[str, Any], protected: Any = ()) -> ScriptedGenesys:
    """A Genesys with these conversations, whatever the query, of which some are protected."""
    genesys = ScriptedGenesys()
    genesys.on(QUERY, {"conversations": list(rows)}, {"conversations": []})
    genesys.on(READ, {"conversations": list(rows)}, {"conversations": []})
    genesys.on(
        ASK,
        lambda body: {
            "entities": [{"id": each} for each in body["conversationIds"] if each in protected]
        },
    )
    return genesys


def plan(genesys: ScriptedGenesys, **fields: Any) -> tuple[list[Planned], dict[str, int]]:
    changes = {name: fields.pop(name) for name in ("matrix", "batch_size") if name in fields}
    holds = fields.pop("holds", ())
    return scene.plan(METHOD, builders.recording_job(**fields), sources(genesys, *holds, **changes))


def planned_ids(batches: list[Planned]) -> list[list[str]]:
    return [[entry.conversation_id for entry in batch.entries] for batch in batches]


def test_a_plan_is_of_conversations_with_their_times() -> None:
    (batch,), skipped = plan(knowing(row(0), row(1)))
    assert (batch.targeted, batch.window, skipped) == (2, None, {})
    end = builders.days_ago(380)
    assert batch.entries[0] == Entry(IDS[0], end, None, end - timedelta(hours=1))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"conversationEnd": None}, "too_young"),
        ({"conversationEnd": "yesterday"}, "too_young"),
        ({"conversationEnd": zulu(builders.days_ago(29))}, "too_young"),
        ({"conversationEnd": zulu(builders.days_ago(390))}, "too_young"),
    ],
)
def test_what_did_not_end_long_enough_ago_is_left(fields: dict[str, Any], reason: str) -> None:
    assert plan(knowing(row(0, **fields), row(1)))[1] == {reason: 1}


def test_a_conversation_is_old_enough_to_the_second() -> None:
    just = zulu(NOON - timedelta(days=30))
    not_yet = zulu(NOON - timedelta(days=30) + timedelta(seconds=1))
    batches, skipped = plan(knowing(row(0, conversationEnd=just), row(1, conversationEnd=not_yet)))
    assert (planned_ids(batches), skipped) == ([[IDS[0]]], {"too_young": 1})


def test_our_own_hold_keeps_a_conversation() -> None:
    held = hold(conversation_ids=frozenset({IDS[0]}))
    batches, skipped = plan(knowing(row(0), row(1)), holds=[held])
    assert (planned_ids(batches), skipped) == ([[IDS[1]]], {"legal_hold": 1})


def test_what_genesys_protects_is_left_with_that_reason() -> None:
    batches, skipped = plan(knowing(row(0), row(1), protected=(IDS[0],)))
    assert (planned_ids(batches), skipped) == ([[IDS[1]]], {"protected": 1})


def test_protection_is_asked_for_in_hundreds() -> None:
    genesys = knowing(*(row(number) for number in range(250)))
    plan(genesys)
    asked = [len(c.body["conversationIds"]) for c in genesys.calls if c.operation == ASK]
    assert asked == [100, 100, 50]


def test_a_conversation_of_which_no_recording_is_known_does_not_hide_the_others() -> None:
    genesys = knowing(*(row(number) for number in range(5)))

    def protection(body: Mapping[str, Any]) -> Mapping[str, Any]:
        if IDS[3] in body["conversationIds"]:
            raise JobLost("recording.conversation.not.found")
        return {"entities": [{"id": IDS[0].upper()}] if IDS[0] in body["conversationIds"] else []}

    genesys.on(ASK, protection)
    batches, skipped = plan(genesys)
    assert planned_ids(batches) == [[IDS[1], IDS[2], IDS[4]]]
    assert skipped == {"protected": 1, "not_found": 1}


@pytest.mark.parametrize("answer", [{}, {"entities": [{}]}, {"entities": [None]}, {"entities": 1}])
def test_protection_that_cannot_be_read_stops_the_plan(answer: dict[str, Any]) -> None:
    genesys = knowing(row(0))
    genesys.on(ASK, answer)
    with pytest.raises(UnreadableAnswer):
        plan(genesys)


def test_a_batch_has_at_most_so_many_conversations() -> None:
    batches, _ = plan(knowing(*(row(number) for number in range(7))), batch_size=3)
    assert [batch.targeted for batch in batches] == [3, 3, 1]


def test_conversations_that_lie_far_apart_are_not_in_one_job() -> None:
    rows = [row(2, 400), row(0, 500), row(1, 490)]
    batches, _ = plan(knowing(*rows), conversationIds=IDS[:3])
    assert planned_ids(batches) == [[IDS[0], IDS[1]], [IDS[2]]]


@given(st.lists(st.integers(366, 1_500), min_size=1, max_size=40), st.integers(1, 10))
def test_every_eligible_conversation_is_in_one_batch_and_none_spans_more_than_a_month(
    days: list[int], size: int
) -> None:
    rows = [row(number, each) for number, each in enumerate(days)]
    batches, skipped = plan(knowing(*rows), conversationIds=IDS[: len(days)], batch_size=size)
    entries = [entry for batch in batches for entry in batch.entries]
    assert sorted(entry.conversation_id for entry in entries) == sorted(IDS[: len(days)])
    assert skipped == {}
    for batch in batches:
        starts = [entry.start for entry in batch.entries if entry.start]
        assert len(starts) == batch.targeted <= size
        assert max(starts) - min(starts) <= timedelta(days=30)


def test_an_id_that_genesys_does_not_know_is_skipped() -> None:
    batches, skipped = plan(knowing(row(0)), conversationIds=IDS[:3])
    assert (planned_ids(batches), skipped) == ([[IDS[0]]], {"not_found": 2})


def test_over_five_years_nothing_is_planned_by_id() -> None:
    batches, skipped = plan(knowing(row(0, 1_827), row(1)), conversationIds=IDS[:2])
    assert (planned_ids(batches), skipped) == ([[IDS[1]]], {"over_five_years": 1})


def test_ids_in_a_date_range_are_asked_for_by_both() -> None:
    genesys = knowing(row(0))
    plan(genesys, conversationIds=IDS[:1], dateRange=builders.date_range(), queueIds=["q1"])
    query = genesys.calls[0].body
    (by_id,) = query["conversationFilters"]
    assert [each["value"] for each in by_id["predicates"]] == IDS[:1]
    assert query["segmentFilters"][0]["predicates"][0]["dimension"] == "queueId"


def test_every_filter_is_asked_for() -> None:
    genesys = knowing()
    plan(
        genesys,
        mediaTypes=["voice"],
        queueIds=["q1", "q2"],
        userIds=["u1"],
        wrapUpCodes=["w1"],
        directions=["inbound"],
        divisionIds=["d1"],
    )
    query = genesys.calls[0].body
    asked = {
        each["predicates"][0]["dimension"]: [one["value"] for one in each["predicates"]]
        for each in query["segmentFilters"] + query["conversationFilters"]
    }
    assert asked == {
        "mediaType": ["voice"],
        "queueId": ["q1", "q2"],
        "userId": ["u1"],
        "wrapUpCode": ["w1"],
        "originatingDirection": ["inbound"],
        "divisionId": ["d1"],
    }


MATRIX = RetentionMatrix.parse(
    {
        "rules": [
            {"name": "all", "minimumDays": 30, "basis": "b"},
            {
                "name": "mail",
                "match": {"interactionType": "email"},
                "minimumDays": 700,
                "basis": "b",
            },
        ]
    }
)


@pytest.mark.parametrize(
    ("asked", "own", "skipped"),
    [
        (["voice"], "voice", {}),
        (["voice"], "email", {"too_young": 1}),
        (["voice", "email"], "voice", {"too_young": 1}),
        (None, "voice", {"too_young": 1}),
    ],
)
def test_the_longest_retention_of_the_media_asked_for_and_of_the_conversations_own_holds(
    asked: list[str] | None, own: str, skipped: dict[str, int]
) -> None:
    genesys = knowing(row(0, participants=[{"sessions": [{"mediaType": own}]}]))
    media = {"mediaTypes": asked} if asked else {}
    assert plan(genesys, matrix=MATRIX, **media)[1] == skipped


def test_the_job_names_its_conversations_what_they_span_and_every_flag() -> None:
    genesys = ScriptedGenesys()
    genesys.on(CREATE, {"id": "job-1"})
    payload = builders.recording_job(includeScreenRecordings=False)
    request = METHOD.request_model.parse(payload)
    assert METHOD.submit(request, PART, PERMIT, genesys) == "job-1"
    assert genesys.calls[0].permit == PERMIT
    assert genesys.deletions == [
        {
            "action": "DELETE",
            "actionDate": "2026-11-21T12:00:00Z",
            "includeRecordingsWithSensitiveData": True,
            "includeScreenRecordings": False,
            "includeSnippetRecordings": True,
            "includePolicyBasedRecordings": True,
            "clearExport": False,
            "conversationQuery": {
                "interval": f"{zulu(WINDOW.start)}/{zulu(WINDOW.end)}",
                "order": "asc",
                "orderBy": "conversationStart",
                "conversationFilters": [
                    {
                        "type": "or",
                        "predicates": [
                            {
                                "type": "dimension",
                                "dimension": "conversationId",
                                "operator": "matches",
                                "value": each,
                            }
                            for each in IDS[:2]
                        ],
                    }
                ],
            },
        }
    ]


@pytest.mark.parametrize(
    "part", [PART._replace(span=None), PART._replace(at=None), PART._replace(ids=())]
)
def test_an_interval_alone_is_never_sent(part: Part) -> None:
    with pytest.raises(ValueError, match="needs ids"):
        METHOD.submit(REQUEST, part, PERMIT, ScriptedGenesys())


@pytest.mark.parametrize("sensitive", [True, False])
def test_sensitive_recordings_need_a_permission_of_their_own(*, sensitive: bool) -> None:
    genesys = ScriptedGenesys()
    genesys.on(CREATE, {"id": "job-1"})
    payload = builders.recording_job(includeRecordingsWithSensitiveData=sensitive)
    METHOD.submit(METHOD.request_model.parse(payload), PART, PERMIT, genesys)
    named = "recording:recording:viewSensitiveData" in genesys.calls[0].operation.permissions
    assert named is sensitive


@pytest.mark.parametrize("answer", [{}, {"id": None}, {"id": ".."}, {"id": "x" * 300}])
def test_a_creation_without_a_readable_job_is_unknown(answer: dict[str, Any]) -> None:
    genesys = ScriptedGenesys()
    genesys.on(CREATE, answer)
    with pytest.raises(OutcomeUnknown):
        METHOD.submit(REQUEST, PART, PERMIT, genesys)


@pytest.mark.parametrize(
    ("job", "report"),
    [
        ({"state": "PENDING"}, JobReport(JobStatus.RUNNING)),
        (
            {"state": "FULFILLED", "totalProcessedRecordings": 7, "recordingJobsQuery": None},
            JobReport(JobStatus.COMPLETED, None),
        ),
        (
            {"state": "FULFILLED", "totalProcessedRecordings": 7, "recordingJobsQuery": {}},
            JobReport(JobStatus.COMPLETED, None),
        ),
        ({"state": "READY"}, JobReport(JobStatus.READY)),
        ({"state": "PROCESSING", "totalProcessedRecordings": 3}, JobReport(JobStatus.RUNNING, 3)),
        ({"state": "SOMETHING_NEW"}, JobReport(JobStatus.RUNNING)),
        ({"state": "PENDING", "percentProgress": 0}, JobReport(JobStatus.RUNNING, progress=0)),
        (
            {"state": "PROCESSING", "totalProcessedRecordings": 3, "percentProgress": 25},
            JobReport(JobStatus.RUNNING, 3, progress=0.25),
        ),
        ({"state": "PROCESSING", "percentProgress": "25"}, JobReport(JobStatus.RUNNING)),
        (
            {"state": "FULFILLED", "totalProcessedRecordings": 7, "totalFailedRecordings": 0},
            JobReport(JobStatus.COMPLETED, 7),
        ),
        (
            {"state": "FULFILLED", "totalProcessedRecordings": 7, "totalFailedRecordings": 2},
            JobReport(JobStatus.COMPLETED, 7, "2 recordings failed"),
        ),
        ({"state": "FAILED", "errorMessage": "no"}, JobReport(JobStatus.FAILED, None, "no")),
        ({"state": "CANCELLED"}, JobReport(JobStatus.CANCELLED)),
    ],
)
def test_a_jobs_state_is_one_of_ours(job: dict[str, Any], report: JobReport) -> None:
    genesys = ScriptedGenesys()
    genesys.on(STATUS, {"recordingJobsQuery": {"action": "DELETE"}} | job)
    assert METHOD.status(REQUEST, "job-1", genesys) == report
    assert genesys.calls[0].path == {"job_id": "job-1"}


def test_what_remains_are_conversations_with_a_recording() -> None:
    genesys = ScriptedGenesys()
    deleted, kept = {"fileState": "DELETED"}, {"fileState": "AVAILABLE"}
    genesys.on(METADATA, {"entities": [deleted]}, {"entities": [deleted, kept]})
    assert METHOD.remaining(REQUEST, PART, genesys) == 1
    assert METHOD.verdict(2, 1, 5) == Verdict(1, is_complete=False, deleted=5)


@pytest.mark.parametrize(
    ("fields", "tags"), [({}, ("delete",)), ({"classification": "pii"}, ("pii", "delete"))]
)
def test_the_tags_say_what_is_done_to_what(fields: dict[str, str], tags: tuple[str, ...]) -> None:
    assert METHOD.tags(METHOD.request_model.parse(builders.recording_job(**fields))) == tags


@pytest.mark.parametrize("window", [{}, {"dateRange": builders.date_range()}])
def test_a_conversation_that_was_not_asked_for_stops_the_plan(window: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAnswer, match="conversationId"):
        plan(knowing(row(0), row(1)), conversationIds=[IDS[0]], **window)


@pytest.mark.parametrize(
    "fields",
    [{"conversationEnd": None}, {"conversationEnd": zulu(builders.days_ago(1))}],
)
@pytest.mark.parametrize("selected", [{}, {"conversationIds": [IDS[0]]}])
def test_a_conversation_that_one_of_two_answers_calls_young_is_left(
    fields: dict[str, Any], selected: dict[str, Any]
) -> None:
    for rows in ([row(0), row(0, **fields)], [row(0, **fields), row(0)]):
        assert plan(knowing(*rows), **selected) == ([], {"too_young": 1})


@pytest.mark.parametrize("asked", [["message"], ["voice"]])
@pytest.mark.parametrize("word", ["sms", "Social"])
def test_the_rules_of_what_a_message_carries_hold_for_messages(asked: list[str], word: str) -> None:
    rule = {"name": "texts", "match": {"interactionType": word}, "minimumDays": 700, "basis": "b"}
    any_rule = {"name": "all", "minimumDays": 30, "basis": "b"}
    matrix = RetentionMatrix.parse({"rules": [any_rule, rule]})
    texts = row(0, participants=[{"sessions": [{"mediaType": "message"}]}])
    assert plan(knowing(texts), matrix=matrix, mediaTypes=asked) == ([], {"too_young": 1})


def test_what_is_asked_for_is_held_to_the_rules_of_what_it_carries() -> None:
    request = METHOD.request_model.parse(builders.recording_job(mediaTypes=["message", "voice"]))
    carried = {"message", "sms", "social", "voice", "callback"}
    assert METHOD.kind(request)["interactionType"] == carried


def test_a_manifest_keeps_the_conversations_own_media() -> None:
    sessions = [{"mediaType": "voice"}, {"mediaType": "message"}]
    (batch,), _ = plan(knowing(row(0, participants=[{"sessions": sessions}])))
    assert batch.entries[0].media == {"voice", "message"}


@pytest.mark.parametrize("other", [IDS[1], f"{{{IDS[0]}}}"])
def test_protection_of_what_was_not_asked_for_stops_the_plan(other: str) -> None:
    genesys = knowing(row(0))
    genesys.on(ASK, {"entities": [{"id": other}]})
    with pytest.raises(UnreadableAnswer, match="not asked for"):
        plan(genesys)


@pytest.mark.parametrize("other", [IDS[5], 7, ""])
def test_the_recordings_of_another_conversation_prove_nothing(other: Any) -> None:
    genesys = ScriptedGenesys()
    own = {"conversationId": IDS[0].upper(), "fileState": "DELETED"}
    genesys.on(METADATA, {"entities": [own, own | {"conversationId": other}]})
    with pytest.raises(UnreadableAnswer, match="another conversation"):
        METHOD.remaining(REQUEST, PART._replace(ids=IDS[:1]), genesys)


@pytest.mark.parametrize("named", [{}, {"conversationId": None}, {"conversationId": IDS[0]}])
def test_recordings_that_name_their_conversation_or_none_are_its_own(named: Any) -> None:
    genesys = ScriptedGenesys()
    genesys.on(METADATA, {"entities": [named | {"fileState": "DELETED"}]})
    assert METHOD.remaining(REQUEST, PART._replace(ids=IDS[:1]), genesys) == 0
