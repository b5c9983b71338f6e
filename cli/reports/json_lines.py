"""The progress of a run as JSON Lines: one object for each change."""

from collections.abc import Callable, Mapping
from typing import Any

from cli.reports.observation import Observation
from cli.reports.progress import Nothing


class JsonLines(Nothing):
    """Implements `Progress`; a batch is printed again as soon as it differs."""

    def __init__(self, write: Callable[[Mapping[str, Any]], None]) -> None:
        self._write = write
        self._shown: dict[int | None, dict[str, Any]] = {}

    def show(self, run: Observation) -> None:
        """Print the changes since the last observation."""
        own = {name: each for name, each in run.answer.items() if name not in ("batches", "next")}
        self._print(None, {"event": "run", **own})
        for batch in run.answer.get("batches", ()):
            line = {"event": "batch", "runId": run.run_id, **batch}
            self._print(batch["batch"], line)

    def _print(self, subject: int | None, line: dict[str, Any]) -> None:
        if self._shown.get(subject) != line:
            self._shown[subject] = line
            self._write(line)
