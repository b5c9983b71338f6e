"""The real template on the embedded AWS deploys, rolls back and exports campaign rules."""

from __future__ import annotations

import json
from pathlib import Path

from tests.workflows.test_embedded_aws import CommandLine


def test_demo_shows_a_deployment_a_roll_back_and_an_export(tmp_path: Path) -> None:
    line = CommandLine(tmp_path, "demo-rules", "--conversations", "10")
    assert line.exit_code() == 0
    printed = "".join(line.lines)
    for shown in ("deployed", "unchanged", "dry_run", "rolled_back", "the same as before"):
        assert shown in printed
    result = json.loads((line.out / "result.json").read_text())
    assert result["outcome"] == "rolled_back"
    assert [rule["outcome"] for rule in result["rules"]] == [*["rolled_back"] * 3, "failed"]
    assert len((line.out / "changes.jsonl").read_text().splitlines()) > 3
    line.assert_nothing_is_left()
