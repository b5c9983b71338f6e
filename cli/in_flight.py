"""The jobs that may still delete when deletion is stopped, held or cancelled."""

from collections.abc import Mapping
from typing import Any

from cli.output import Output
from cli.reports.tables import print_table

TITLES = ("run", "batch", "state", "job")


def show_in_flight(output: Output, answer: Mapping[str, Any], words: str) -> None:
    """Print the jobs in flight of an answer after these words, unless there are none."""
    if unknown := answer.get("inFlightUnknown"):
        output.important(f"It is in force, but the jobs in flight could not be listed: {unknown}")
    jobs = answer.get("inFlight") or []
    if jobs and not output.as_json:
        output.important(words)
        print_table(output.console, TITLES, map(_row, jobs), "")


def _row(job: Mapping[str, Any]) -> tuple[object, ...]:
    return job["runId"], job["batch"], job["status"], job.get("jobId")
