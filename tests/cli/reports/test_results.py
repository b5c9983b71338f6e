"""The result files of a run."""

import json
from pathlib import Path

from cli.reports.observation import Observation
from cli.reports.results import clear, result, write
from tests.cli.reports.observed import (
    COMPLETED_BATCH,
    EXPORTED_BATCH,
    PLANNED_BATCH,
    finished,
    running,
    seen,
)


def test_result_has_the_reported_values() -> None:
    assert result(seen(finished(), "SUCCEEDED")) == {
        "runId": "r1",
        "outcome": "completed",
        "executionStatus": "SUCCEEDED",
        "detail": None,
        "unit": "conversations",
        "deletedUnit": "recordings",
        "totals": {
            "targeted": 3,
            "skipped": {"too_young": 2, "legal_hold": 1},
            "deleted": 3,
            "archived": None,
            "exported": None,
            "verified": 3,
            "sampled": None,
        },
        "batches": [
            {
                "batch": 0,
                "jobId": "j1",
                "status": "completed",
                "attempts": 1,
                "deleted": 3,
                "archived": None,
                "exported": None,
                "verified": 3,
                "check": None,
                "errorReason": None,
                "detail": None,
            }
        ],
    }


def test_unreported_values_are_null() -> None:
    written = result(seen(running(PLANNED_BATCH)))
    assert written["totals"]["deleted"] is None
    assert written["batches"][0]["jobId"] is None
    assert written["outcome"] is None


def test_result_has_archived_and_exported_recordings() -> None:
    archived = COMPLETED_BATCH | {"batch": 1, "deleted": 0, "archived": 2}
    written = result(seen(running(EXPORTED_BATCH, archived)))
    assert (written["totals"]["exported"], written["totals"]["archived"]) == (7, 2)
    counts = [(each["exported"], each["archived"]) for each in written["batches"]]
    assert counts == [(7, None), (None, 2)]


def test_result_has_the_reasons_of_run_and_batch() -> None:
    failed = COMPLETED_BATCH | {"status": "failed", "detail": "a record is protected"}
    written = result(seen(finished("failed", detail="no batch completed", batches=[failed])))
    assert written["detail"] == "no batch completed"
    assert written["batches"][0]["detail"] == "a record is protected"


def test_refused_request_has_no_run() -> None:
    written = result(Observation(run_id=None, outcome="rejected"))
    assert (written["runId"], written["outcome"], written["batches"]) == (None, "rejected", [])
    assert written["totals"]["skipped"] == {}


def test_audit_is_written_one_record_a_line(tmp_path: Path) -> None:
    write(tmp_path, seen(finished()), iter([{"sequence": 1}, {"sequence": 2}]))
    lines = (tmp_path / "audit.jsonl").read_text().splitlines()
    assert [json.loads(line)["sequence"] for line in lines] == [1, 2]
    assert json.loads((tmp_path / "result.json").read_text())["runId"] == "r1"


def test_clear_removes_the_files_of_an_earlier_run(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    clear(out)
    write(out, seen(finished()), [])
    (out / "notes.txt").touch()
    clear(out)
    assert [path.name for path in out.iterdir()] == ["notes.txt"]
