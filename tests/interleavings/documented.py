"""Conversations and the documented deletion jobs: by ids (D4) and by window (D2)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from genesys_purge.model.dates import instant_in

from tests.interleavings.genesys import NOT_FOUND, Call, Reply
from tests.interleavings.notebook import Accepted
from tests.interleavings.stage import Stage

QUERY = "/api/v2/analytics/conversations/details/query"
ARCHIVE = "/api/v2/analytics/conversations/purge"
DELETION = "/api/v2/data/deletion/requests"
# A job ends, and its effect is visible, well within the patience of a reconciliation.
LONGEST_JOB, LONGEST_LAG = 240.0, 240.0
QUOTED = re.compile(r'"([^"]+)"')


class Job:
    """An accepted job: when it ends, when its effect is visible, and whether it deletes."""

    def __init__(self, number: int, ids: frozenset[str], at: float, stage: Stage) -> None:
        chances = stage.chances
        self.id = f"job-{number}"
        self.ids = ids
        self.ends = at + chances.between(0.5, LONGEST_JOB if chances.often(0.6) else 5.0)
        self.visible = self.ends + chances.between(0.0, LONGEST_LAG if chances.often(0.3) else 2.0)
        self.fails = chances.hits("failing job", scale=0.3)
        self.deleted = 0
        self.has_run = False


class Conversations:
    """Implements `Part`: records by id, each with its end."""

    def __init__(self, stage: Stage, ends: dict[str, datetime], protected: frozenset[str]) -> None:
        self._stage = stage
        self.ends = ends
        self.protected = protected
        self.deleted: dict[str, float] = {}
        self._gone: dict[str, float] = {}
        self._jobs: dict[str, Job] = {}

    def what(self, call: Call) -> frozenset[str] | None:
        if call.verb != "POST":
            return None
        if call.path == ARCHIVE:
            return frozenset(call.body["conversationIds"])
        if call.path == DELETION:
            window = call.body["filter"]["dateRange"]
            return self._inside(window) | {f"window {window['start']}"}
        return None

    def answer(self, call: Call) -> Reply:
        self._run_jobs()
        if call.path == QUERY:
            return self._found(call.body)
        if call.verb == "POST" and call.path in (ARCHIVE, DELETION):
            return self._accept(call)
        job = self._jobs.get(call.path.rpartition("/")[2])
        return self._status(job) if job else NOT_FOUND

    def _accept(self, call: Call) -> Reply:
        what = self.what(call) or frozenset()
        if what & self.protected:
            return Reply(409, {"message": "a record is protected", "code": "conflict"})
        now = self._stage.now
        job = Job(len(self._jobs) + 1, what, now, self._stage)
        self._jobs[job.id] = job
        self._stage.notebook.accepted.append(Accepted(what, now, job, call.sent))
        return Reply(202, {"id": job.id, "jobId": job.id, "status": "queued", "state": "queued"})

    def _run_jobs(self) -> None:
        """Execute the jobs that have ended by now, in order."""
        ended = [j for j in self._jobs.values() if not j.has_run and j.ends <= self._stage.now]
        for job in sorted(ended, key=lambda each: each.ends):
            job.has_run = True
            if job.fails:
                continue
            fresh = [each for each in job.ids if each in self.ends and each not in self.deleted]
            job.deleted = len(fresh)
            for each in fresh:
                self.deleted[each] = job.ends
                self._gone[each] = job.visible

    def _status(self, job: Job) -> Reply:
        state = "running"
        if job.has_run:
            state = "failed" if job.fails else "completed"
        body = {"id": job.id, "state": state, "status": state, "recordsProcessed": job.deleted}
        return Reply(200, body)

    def _found(self, body: Any) -> Reply:
        if "filter" in body:
            ids = [each for each in self._inside(body["filter"]["dateRange"]) if self._shows(each)]
            return Reply(200, {"results": [{"count": len(ids)}]})
        asked = QUOTED.findall(body["query"])
        rows = [self._row(each) for each in asked if each in self.ends and self._shows(each)]
        return Reply(200, {"data": rows})

    def _row(self, conversation_id: str) -> dict[str, Any]:
        return {
            "conversationId": conversation_id,
            "conversationStart": self.ends[conversation_id].isoformat(),
            "conversationEnd": self.ends[conversation_id].isoformat(),
            "customAttributes": {},
        }

    def _shows(self, conversation_id: str) -> bool:
        """Whether the analytics still show the record."""
        return self._gone.get(conversation_id, float("inf")) > self._stage.now

    def _inside(self, window: dict[str, str]) -> frozenset[str]:
        start, end = instant_in(window["start"]), instant_in(window["end"])
        assert start
        assert end
        return frozenset(each for each, moment in self.ends.items() if start <= moment < end)
