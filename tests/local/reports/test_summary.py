"""The summary of a run."""

from datetime import UTC, datetime
from pathlib import Path

from local.reports.observation import Observation
from local.reports.summary import files, simulated, summary
from simulator import Corpus, Simulator
from tests.local.reports.observed import COMPLETED_BATCH, EXPORTED_BATCH, finished, running, seen

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_summary_of_a_completed_run() -> None:
    assert dict(summary(seen(finished(), "SUCCEEDED"), 0.01)) == {
        "run": "r1",
        "outcome": "completed",
        "asked": "6",
        "skipped": "3: legal hold 1, too young 2",
        "targeted": "3",
        "deleted": "3",
        "verified": "3",
        "duration": "2.0 s, waits scaled by 0.01",
        "throughput": "2 records a second",
    }


def test_unreported_values_are_not_reported() -> None:
    lines = dict(summary(Observation("r1", "FAILED"), 1))
    assert lines["deleted"] == lines["asked"] == "not reported"
    assert lines["outcome"].startswith("none")
    assert "duration" not in lines


def test_run_without_deletions_has_no_throughput() -> None:
    totals = {"targeted": 0, "skipped": {}, "deleted": 0, "verified": 0}
    lines = dict(summary(seen(finished("nothing_to_purge", totals=totals)), 1))
    assert "throughput" not in lines
    assert "skipped" not in lines


def test_exported_and_archived_recordings_are_summed_up() -> None:
    archived = COMPLETED_BATCH | {"batch": 1, "deleted": 0, "archived": 2}
    run = running(EXPORTED_BATCH, EXPORTED_BATCH | {"batch": 2}, archived)
    lines = dict(summary(seen(run), 1))
    assert (lines["exported"], lines["archived"]) == ("14", "2")
    assert not {"exported", "archived"} & set(dict(summary(seen(finished()), 1)))


def test_failed_run_shows_the_reason() -> None:
    lines = dict(summary(seen(finished("failed", detail="no permission")), 1))
    assert lines["because"] == "no permission"


def test_simulator_lines_have_requests_and_deletions() -> None:
    simulator = Simulator(Corpus.compose(now=NOW, eligible=1), now=lambda: NOW)
    lines = dict(simulated(simulator))
    assert lines["requests"].startswith("0 to Genesys")
    assert lines["at Genesys"] == "0 records are deleted"


def test_files_are_listed() -> None:
    assert dict(files(Path("out"), "r.json", "a.jsonl")) == {
        "result": "out/r.json",
        "audit": "out/a.jsonl",
    }
