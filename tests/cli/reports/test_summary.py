"""The summary of a run."""

from datetime import UTC, datetime
from pathlib import Path

from cli.reports.observation import Observation
from cli.reports.summary import files, simulated, summary
from simulator import ConversationStatus, Corpus, Deletion, Simulator
from tests.cli.reports.observed import COMPLETED_BATCH, EXPORTED_BATCH, finished, running, seen

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def simulator() -> Simulator:
    """A simulator with one conversation."""
    return Simulator(Corpus.compose(now=NOW, eligible=1), now=lambda: NOW)


def test_summary_of_a_completed_run() -> None:
    assert dict(summary(seen(finished(), "SUCCEEDED"), 0.01)) == {
        "run": "r1",
        "outcome": "completed",
        "asked": "6 conversations",
        "skipped": "3 conversations: legal hold 1, too young 2",
        "targeted": "3 conversations",
        "deleted": "3 recordings",
        "verified": "3 conversations",
        "duration": "2.0 s, waits scaled by 0.01",
        "throughput": "2 recordings a second",
    }


def test_notes_of_the_plan_are_shown() -> None:
    shown = finished()
    shown["plan"] |= {"notes": ["held days left out"]}
    assert dict(summary(seen(shown), 1))["note"] == "held days left out"


def test_run_that_no_check_can_verify_says_so_once() -> None:
    shown = finished(verification="not_possible", detail="other types")
    shown["batches"] = [COMPLETED_BATCH | {"detail": "other types"}]
    lines = dict(summary(seen(shown), 1))
    assert (lines["because"], lines["verified"]) == ("other types", "not possible")
    assert "batch 0" not in lines


def test_summary_of_a_sampled_run_says_so() -> None:
    totals = {"targeted": 3, "skipped": {}, "verified": 2, "sampled": 3}
    lines = dict(summary(seen(finished(totals=totals)), 1))
    assert lines["verified"] == "2 conversations, in samples of 3 conversations"


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


def test_throughput_below_one_record_a_second_is_omitted() -> None:
    ended = {"finishedAt": "2026-11-21T03:00:04Z"}
    assert "throughput" not in dict(summary(seen(finished(**ended)), 1))


def test_recording_run_counts_conversations_and_recordings() -> None:
    shown = finished()
    shown["totals"] |= {"targeted": 56, "deleted": 47, "verified": 1}
    lines = dict(summary(seen(shown), 1))
    assert (lines["targeted"], lines["deleted"]) == ("56 conversations", "47 recordings")
    assert (lines["verified"], lines["throughput"]) == ("1 conversation", "24 recordings a second")


def test_exported_and_archived_recordings_are_summed_up() -> None:
    archived = COMPLETED_BATCH | {"batch": 1, "deleted": 0, "archived": 2}
    run = running(EXPORTED_BATCH, EXPORTED_BATCH | {"batch": 2}, archived)
    lines = dict(summary(seen(run), 1))
    assert (lines["exported"], lines["archived"]) == ("14 recordings", "2 recordings")
    assert not {"exported", "archived"} & set(dict(summary(seen(finished()), 1)))


def test_failed_run_shows_the_reason() -> None:
    lines = dict(summary(seen(finished("failed", detail="no permission")), 1))
    assert lines["because"] == "no permission"


def test_simulator_lines_count_the_requests() -> None:
    assert dict(simulated(simulator()))["requests"].startswith("0 to Genesys")


def test_simulator_lines_omit_an_unchanged_genesys() -> None:
    assert "at Genesys" not in dict(simulated(simulator()))


def test_simulator_lines_count_the_deleted_records() -> None:
    genesys = simulator()
    (record,) = genesys.corpus.ids()
    genesys.corpus.delete(record, Deletion(NOW, "job-1", ConversationStatus.DELETED))
    assert dict(simulated(genesys))["at Genesys"] == "1 record was deleted"


def test_files_are_listed() -> None:
    assert dict(files(Path("out"), "r.json", "a.jsonl")) == {
        "result": "out/r.json",
        "audit": "out/a.jsonl",
    }
