"""The governance story of the demo fails if one of its parts does not happen."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import httpx
import pytest
from rich.console import Console

from cli.errors import DemoFailed
from cli.local_commands import governed_purge
from cli.local_commands.governed_purge import show_governance
from simulator import ConversationStatus, Corpus, Deletion

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HASH = "a" * 64


class World:
    """An application as the story wants it, except for one `wrong` thing."""

    def __init__(self, wrong: str = "") -> None:
        self.wrong = wrong
        self.corpus = Corpus.compose(now=NOW)
        self.asked: list[str] = []
        self.held: list[str] = []
        self.status = "submitted"
        self.is_stopped = False

    def provide(self, _: object, request: object, ids: Sequence[str]) -> None:
        assert request
        self.asked = list(ids)

    def delete(self, ids: Sequence[str]) -> None:
        for each in ids:
            self.corpus.delete(each, Deletion(NOW, "job", ConversationStatus.DELETED))

    def run(self, person: str) -> tuple[int, Any]:
        """A purge of many records waits for approval, one of few records for the stop."""
        assert person == "requester"
        self.status = "awaiting_approval" if len(self.asked) > 1_000 else "running"
        if self.wrong == "stop" and self.status == "running":
            self.delete(self.asked[:1])
        return 202, {"runId": "r"}

    def hold(self, ids: list[str]) -> tuple[int, Any]:
        self.held = [] if self.wrong == "hold" else ids
        return 201, {}

    def decide(self, person: str, body: Any) -> tuple[int, Any]:
        if person != "approver" and self.wrong != "own approval":
            return 403, {"message": "Forbidden"}
        if body["subjectHash"] != HASH and self.wrong != "hash":
            return 409, {"errors": [{"path": "", "message": "another hash"}]}
        self.status = "finished"
        self.delete([each for each in self.asked if each not in self.held])
        if self.wrong in ("held conversation", "other conversation"):
            self.delete(self.held[:1])
        return 201, {}

    def shown(self) -> dict[str, Any]:
        """The answer to `GET /purges/r`."""
        deleted = len(set(self.asked) & set(self.corpus.deleted_ids()))
        deleted -= self.wrong == "other conversation"
        verified = deleted - (self.wrong == "verification")
        return {
            "runId": "r",
            "status": self.status,
            "outcome": "completed" if self.wrong != "outcome" else "completed_with_failures",
            "approvalId": "a",
            "plan": {"targeted": len(self.asked) - (self.wrong == "plan"), "batches": 1},
            "totals": {"deleted": deleted, "verified": verified, "skipped": {}},
            "batches": [{"batch": 0, "status": "planned", "unit": "conversations"}],
        }


class Api:
    """The API of the world, called by one person."""

    def __init__(self, world: World, person: str) -> None:
        self._world = world
        self._person = person

    def close(self) -> None:
        pass

    def require_progress(self, after: object, page: object) -> None:
        assert page
        assert after is None

    def get(self, path: str, **_: object) -> dict[str, Any]:
        if path.startswith("/policies"):
            runs = 4 if self._world.wrong == "next runs" else 5
            return {"nextRuns": ["2027-01-01T00:00:00Z"] * runs}
        if path.startswith("/approvals"):
            return {"approvalId": "a", "subjectHash": HASH}
        return self._world.shown()

    def outcome(self, verb: str, path: str, body: Any) -> httpx.Response:
        world = self._world
        in_flight = [{"jobId": "j"}] if world.wrong == "in flight" else []
        answers: dict[str, Callable[[], tuple[int, Any]]] = {
            "POST /purges": lambda: world.run(self._person),
            "POST /holds": lambda: world.hold(body["conversationIds"]),
            "POST /approvals/a/decisions": lambda: world.decide(self._person, body),
            "POST /stop": lambda: (201, {"inFlight": in_flight}),
            "POST /resume": lambda: (500 if world.wrong == "resume" else 202, {"approvalId": "a"}),
            "PUT /policies/nightly-voice": lambda: (201, {"changed": world.wrong != "policy"}),
        }
        status, content = answers[f"{verb} {path}"]()
        return httpx.Response(status, json=content)


def told(world: World) -> str:
    """What the story prints."""
    printed = io.StringIO()
    app: Any = SimpleNamespace(
        stack=SimpleNamespace(buckets={"IdListsBucket": "ids"}),
        session=SimpleNamespace(client=lambda _: None),
        wait_scale=0,
    )
    with (
        patch.object(governed_purge, "api_of", lambda _, person: Api(world, person)),
        patch("local.id_lists.provide", world.provide),
        patch("cli.awaiting.WAIT_AT_MOST_SECONDS", 0.01),
    ):
        show_governance(app, world.corpus, Console(file=printed, width=80))
    return printed.getvalue()


def test_story_tells_what_each_person_does_and_what_becomes_of_it() -> None:
    lines = told(World()).splitlines()
    assert "requester  approves the own request: 403, Forbidden" in lines[3].strip()
    assert "25 of the 3,000 conversations exist: those on hold" in "\n".join(lines)
    assert sum(bool(re.match(" *next run ", each)) for each in lines) == 5
    assert lines[-1].strip() == "run  completed: 100 deleted, 100 verified"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("plan", "the plan does not have all conversations"),
        ("own approval", "the answer is not 403"),
        ("hash", "the answer is not 409"),
        ("hold", "did not delete and verify 2,975 conversations"),
        ("held conversation", "did not delete and verify 2,975 conversations"),
        ("verification", "did not delete and verify 2,975 conversations"),
        ("outcome", "did not delete and verify 2,975 conversations"),
        ("other conversation", "are not those on hold"),
        ("policy", "the policy is not stored"),
        ("next runs", "4 runs of the policy are listed"),
        ("in flight", "a job is in flight"),
        ("stop", "the stop did not hold the purge up"),
        ("resume", "the answer is not 202"),
    ],
)
def test_story_fails_if_one_part_does_not_happen(wrong: str, words: str) -> None:
    with pytest.raises(DemoFailed, match=words):
        told(World(wrong))
