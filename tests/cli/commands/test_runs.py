"""`genesys-purge runs` and `trace`: what they ask for and print."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Person, Run
from tests.cli.runs import batch, done, finished, running
from tests.cli.scripted_api import Answer, Asked, ScriptedApi

LIST, RECORDS, AUDIT = "GET /purges", "GET /purges/q-2/records", "GET /purges/q-2/audit"


def pages(key: str, *contents: list[dict[str, Any]]) -> list[Any]:
    """Answers with the pages of a list, which check the token of the page before."""

    def answer(number: int, content: list[dict[str, Any]]) -> Any:
        def reply(asked: Asked) -> Answer:
            assert asked.query.get("next", "0") == str(number)
            more = {"next": str(number + 1)} if number + 1 < len(contents) else {}
            return Answer(body={key: content} | more)

        return reply

    return [answer(number, content) for number, content in enumerate(contents)]


def test_list_shows_each_run_on_a_line(api: ScriptedApi, call: Run) -> None:
    api.on(LIST, Answer(body={"runs": [finished(done(0)), running(batch(0), runId="q-3")]}))
    lines = [each.split() for each in call("runs", "list").out.splitlines()]
    assert lines[0][:3] == ["run", "method", "state"]
    assert lines[1] == [
        *("q-2", "conversation_archive", "completed", "2026-11-21", "03:00:00"),
        *("schedule:nightly", "1,000", "1,000", "1,000"),
    ]
    assert lines[2][2] == "running"


def test_list_without_a_run_says_so(api: ScriptedApi, call: Run) -> None:
    api.on(LIST, Answer(body={"runs": []}))
    assert call("runs", "list") == (0, "No run matches.\n", "")


def test_list_reads_pages_up_to_its_limit(api: ScriptedApi, call: Run) -> None:
    found = [finished(done(0), runId=f"r-{number}") for number in range(3)]
    api.on(LIST, *pages("runs", found[:2], found[2:]))
    shown = call("runs", "list", "--limit", "3", "--json").json
    assert [each["runId"] for each in shown["runs"]] == ["r-0", "r-1", "r-2"]


def test_filters_of_a_list_are_sent(api: ScriptedApi, call: Run) -> None:
    api.on(LIST, Answer(body={"runs": []}))
    filters = {"--status": "finished", "--outcome": "failed", "--organisation": "emea"}
    call("runs", "list", *(word for pair in filters.items() for word in pair), "--to", "2026-12-01")
    assert api.asked[0].query == {
        "status": "finished",
        "outcome": "failed",
        "organisation": "emea",
        "to": "2026-12-01T00:00:00Z",
        "limit": "21",
    }


def test_time_that_cannot_be_read_is_wrong_input(api: ScriptedApi, call: Run) -> None:
    shown = call("runs", "list", "--from", "yesterday")
    assert (shown.code, api.asked) == (2, [])
    assert "write 2026-11-21 or 2026-11-21T03:00:00Z" in " ".join(shown.err.split())


def test_run_is_shown_with_its_retention_and_root(api: ScriptedApi, call: Run) -> None:
    shown = finished(done(0), outcome="completed_with_failures", isSettled=False)
    policy = {"minimumDays": 365, "basis": "internal policy"}
    api.on("GET /purges/q-2", Answer(body=shown | {"plan": shown["plan"] | {"policy": policy}}))
    lines = [" ".join(each.split()) for each in call("runs", "show", "q-2").out.splitlines()]
    assert "retention 365 days: internal policy" in lines
    assert "plan root 5e3f" in lines
    assert "submitted 2026-11-21 03:00:00 UTC by schedule:nightly" in lines
    assert "settled no: batches and totals may still change" in lines


def test_run_is_shown_with_the_policy_that_started_it(api: ScriptedApi, call: Run) -> None:
    policy = {"name": "nightly-voice", "version": 2}
    api.on("GET /purges/q-2", Answer(body=finished(done(0)) | {"purgePolicy": policy}))
    lines = [" ".join(each.split()) for each in call("runs", "show", "q-2").out.splitlines()]
    assert "policy nightly-voice, version 2" in lines


def test_json_of_a_run_has_the_batches_of_all_pages(api: ScriptedApi, call: Run) -> None:
    first, second = finished(done(0), next="1"), finished(done(1))
    api.on("GET /purges/q-2", Answer(body=first), Answer(body=second))
    shown = call("runs", "show", "q-2", "--json").json
    assert [each["batch"] for each in shown["batches"]] == [0, 1]
    assert "next" not in shown


def test_records_are_listed_with_their_outcome(api: ScriptedApi, call: Run) -> None:
    found: list[dict[str, Any]] = [
        {"batch": 0, "conversationId": "c-1", "outcome": "deleted"},
        {"batch": 1, "window": {"start": "a", "end": "b"}, "outcome": "unknown", "targeted": 4},
        {"conversationId": "c-2", "outcome": "skipped", "reason": "legal_hold"},
        {"outcome": "skipped", "reason": "not_found", "records": 2},
    ]
    api.on(RECORDS, *pages("records", found[:2], found[2:]))
    lines = [" ".join(each.split()) for each in call("runs", "records", "q-2").out.splitlines()]
    assert lines[1:] == [
        "0 c-1 deleted",
        "1 4 from a to b unknown",
        "c-2 skipped legal_hold",
        "2 without an id skipped not_found",
    ]


def test_records_as_json_are_one_on_each_line(api: ScriptedApi, call: Run) -> None:
    found = [{"conversationId": f"c-{number}", "outcome": "deleted"} for number in range(3)]
    api.on(RECORDS, *pages("records", found[:1], found[1:]))
    shown = call(
        "runs", "records", "q-2", "--json", "--all", "--outcome", "deleted", "--batch", "0"
    )
    assert shown.json_lines == found
    assert (api.asked[0].query["outcome"], api.asked[0].query["batch"]) == ("deleted", "0")


def test_audit_is_exported_into_a_file(api: ScriptedApi, call: Run, tmp_path: Path) -> None:
    records = [{"sequence": number, "at": "2026-11-21T03:00:00Z"} for number in (1, 2, 3)]
    api.on(AUDIT, *pages("records", records[:2], records[2:]))
    out = tmp_path / "audit.jsonl"
    shown = call("runs", "audit", "q-2", "--out", str(out))
    assert (shown.code, shown.out) == (0, f"3 audit records of q-2 are in {out}.\n")
    assert [json.loads(each) for each in out.read_text().splitlines()] == records


def test_broken_export_leaves_no_file(api: ScriptedApi, call: Run, tmp_path: Path) -> None:
    first = Answer(body={"records": [{"sequence": 1}], "next": "1"})
    api.on(AUDIT, first, Answer(500, {"errors": []}))
    assert call("runs", "audit", "q-2", "--out", str(tmp_path / "audit.jsonl")).code == 3
    assert sorted(each.name for each in tmp_path.iterdir()) == ["stack.json"]


def test_audit_is_shown_as_a_table(api: ScriptedApi, call: Run) -> None:
    record = {"sequence": 1, "at": "2026-11-21T03:00:00Z", "action": "run_submitted", "actor": "me"}
    api.on(AUDIT, Answer(body={"records": [record]}))
    lines = call("runs", "audit", "q-2").out.splitlines()
    assert lines[1].split() == ["1", "2026-11-21", "03:00:00", "run_submitted", "me"]


CANCEL = "POST /purges/q-2/cancel"
WHY = ("--reason", "The wrong queue")


def posted(api: ScriptedApi) -> list[Any]:
    return [asked.body for asked in api.asked if asked.verb == "POST"]


def test_cancel_asks_the_api_and_names_the_jobs_in_flight(api: ScriptedApi, call: Run) -> None:
    api.on("GET /purges/q-2", Answer(body=running(batch(0))))
    job = {"runId": "q-2", "batch": 0, "status": "submitted", "jobId": "job-1"}
    api.on(CANCEL, Answer(202, {"runId": "q-2", "status": "running", "inFlight": [job]}))
    shown = call("runs", "cancel", "q-2", "--yes", *WHY)
    first, *rest = shown.out.splitlines()
    assert (shown.code, first) == (0, "The run q-2 in the local application is being cancelled.")
    assert rest[-1].split() == ["q-2", "0", "submitted", "job-1"]
    assert posted(api) == [{"reason": "The wrong queue"}]


def test_cancel_without_a_reason_cancels_nothing(api: ScriptedApi, call: Run) -> None:
    assert (call("runs", "cancel", "q-2", "--yes").code, api.asked) == (2, [])


def test_cancel_after_a_no_cancels_nothing(
    api: ScriptedApi, call: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.on("GET /purges/q-2", Answer(body=running(batch(0))))
    monkeypatch.setattr(sys, "stdin", Person("n\n"))
    assert (call("runs", "cancel", "q-2", *WHY).code, posted(api)) == (1, [])


def test_cancel_without_a_terminal_needs_no_yes(
    api: ScriptedApi, call: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.on("GET /purges/q-2", Answer(body=running(batch(0))))
    api.on(CANCEL, Answer(202, {"runId": "q-2", "status": "running", "inFlight": []}))
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert (call("runs", "cancel", "q-2", *WHY).code, len(posted(api))) == (0, 1)


def test_finished_run_cannot_be_cancelled(api: ScriptedApi, call: Run) -> None:
    api.on("GET /purges/q-2", Answer(body=finished(done(0))))
    shown = call("runs", "cancel", "q-2", "--yes", *WHY)
    assert (shown.code, shown.err) == (2, "error: q-2: the run has finished already\n")
    assert posted(api) == []


@pytest.mark.parametrize("run_id", ["../campaign-rules/x", "a b", "", "a?b", "q-2/audit"])
def test_text_that_is_no_id_is_never_part_of_a_path(
    api: ScriptedApi, call: Run, run_id: str
) -> None:
    shown = call("runs", "show", run_id)
    assert (shown.code, api.asked) == (2, [])
    assert "is not an id" in shown.err


def test_list_that_leaves_runs_out_says_so(api: ScriptedApi, call: Run) -> None:
    found = [finished(done(0), runId=f"r-{number}") for number in range(3)]
    api.on(LIST, Answer(body={"runs": found}))
    assert call("runs", "list", "--limit", "2", "--json").json["hasMore"] is True
    assert "--limit N shows more" in call("runs", "list", "--limit", "2").err


def test_words_of_an_answer_cannot_control_the_terminal(api: ScriptedApi, call: Run) -> None:
    detail = "a \x1b]0;owned\x07 [/x] [old] :smile: \x9b2J"
    record = {"sequence": 1, "at": "now", "action": "batch_failed", "detail": detail}
    api.on(AUDIT, Answer(body={"records": [record]}))
    shown = call("runs", "audit", "q-2")
    assert "a \ufffd]0;owned\ufffd [/x] [old] :smile: \ufffd2J" in shown.out
    api.on("GET /purges/q-2", Answer(body=finished(done(0)) | {"detail": detail}))
    assert "[/x] [old] :smile:" in call("runs", "show", "q-2").out


def test_trace_lists_the_outcome_of_a_conversation_in_each_run(api: ScriptedApi, call: Run) -> None:
    dry = finished(done(0), runId="q-1", dryRun=True)
    api.on(LIST, Answer(body={"runs": [finished(done(0)), dry]}))
    api.on(RECORDS, Answer(body={"records": [{"batch": 3, "outcome": "deleted"}]}))
    skipped = {"outcome": "skipped", "reason": "legal_hold"}
    api.on("GET /purges/q-1/records", Answer(body={"records": [skipped]}))
    lines = [" ".join(each.split()) for each in call("trace", "c-1").out.splitlines()]
    assert lines[1:] == [
        "q-2 2026-11-21 03:00:00 conversation_archive 3 deleted",
        "q-1 2026-11-21 03:00:00 conversation_archive skipped (dry run) legal hold",
    ]
    assert {each.query["conversationId"] for each in api.asked} == {"c-1"}


def test_trace_of_an_unknown_conversation_says_what_is_not_known(
    api: ScriptedApi, call: Run
) -> None:
    api.on(LIST, Answer(body={"runs": []}))
    shown = call("trace", "c-1")
    assert shown.code == 0
    assert "do not know the ids of what they delete" in shown.out
