"""The part of the demo about governance: approvals, a legal hold, a policy and a stop.

Every person signs with an own key, so IAM decides what each may call.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console

from cli.awaiting import awaited
from cli.documents.rule_files import read_rules
from cli.errors import DemoFailed
from cli.following import LOCALLY, Follower
from cli.local_commands.local_api import api_of
from cli.reports.lines import heading, show
from cli.reports.observation import Observation
from cli.reports.tables import moment
from cli.stack.answers import object_in
from local import id_lists
from local.application import Application
from local.aws.people import POLICIES
from local.project import PROJECT
from simulator import Corpus, Kind
from simulator.organisation.generation import make_conversations

POLICY = PROJECT / "events" / "policies" / "nightly-voice.yaml"
# More than a person may have deleted alone, and less.
LARGE, SMALL = 3_000, 100
HELD = 25
NEXT_RUNS = 5
# A run that is not stopped submits within seconds; this long a stopped one is watched.
WATCHED_SECONDS = 300
OK, CREATED, ACCEPTED, FORBIDDEN, CONFLICT = 200, 201, 202, 403, 409


def show_governance(app: Application, corpus: Corpus, console: Console) -> None:
    """Shows everything; DemoFailed if a part did not happen."""
    with ExitStack() as stack:
        story = _Story(app, corpus, console, stack)
        heading(console, "A purge that another person must approve")
        story.show_approval()
        heading(console, "A purge policy")
        story.show_policy()
        heading(console, "All deletion is stopped")
        story.show_stop()


class _Story:
    """What people do with one running application, and what becomes of it."""

    def __init__(
        self, app: Application, corpus: Corpus, console: Console, stack: ExitStack
    ) -> None:
        self._app = app
        self._corpus = corpus
        self._console = console
        self._apis = {person: api_of(app, person) for person in POLICIES}
        for api in self._apis.values():
            stack.callback(api.close)

    def show_approval(self) -> None:
        """A purge waits for approval, a hold is placed meanwhile, and then the purge runs."""
        asked = self._add_conversations(LARGE)
        run_id = self._ask_for_purge(asked)
        approval = self._awaited_approval(run_id)
        self._decide("requester", "approves the own request", approval, FORBIDDEN)
        other = {**approval, "subjectHash": "0" * 64}
        self._decide("approver", "approves something else, by another hash", other, CONFLICT)
        held = asked[:: LARGE // HELD]
        self._place_hold(held)
        self._decide("approver", _approving(approval), approval, CREATED)
        self._require_end(run_id, deleted=LARGE - HELD)
        left = sorted(set(asked) - set(self._corpus.deleted_ids()))
        _require(left == sorted(held), "the conversations that still exist are not those on hold")
        self._say("Genesys", f"{len(left)} of the {LARGE:,} conversations exist: those on hold")

    def show_policy(self) -> None:
        """A recurring purge is applied, and its next runs are listed."""
        until = (datetime.now(UTC) + timedelta(days=300)).strftime("%Y-%m-%dT00:00:00Z")
        document = read_rules(POLICY) | {"validUntil": until}
        path = f"/policies/{document['name']}"
        words = f"applies the policy {document['name']}"
        applied = self._call("operator", words, CREATED, "PUT", path, document)
        _require(applied["changed"], "the policy is not stored")
        runs = self._apis["auditor"].get(path)["nextRuns"]
        for each in runs:
            self._say("next run", f"{moment(each)} UTC")
        _require(len(runs) == NEXT_RUNS, f"{len(runs)} runs of the policy are listed")

    def show_stop(self) -> None:
        """Everything is stopped, a purge waits meanwhile, and two persons let it go on."""
        stop = {"scope": "all", "reason": "A purge names the wrong queue"}
        stopped = self._call("operator", "stops all deletion", CREATED, "POST", "/stop", stop)
        _require(stopped["inFlight"] == [], "a job is in flight, although no purge runs")
        asked = self._add_conversations(SMALL)
        run_id = self._ask_for_purge(asked)
        self._watch_waiting(run_id, asked)
        resume = {"scope": "all", "reason": "The request is corrected"}
        words = "asks to resume, which another person must approve"
        answer = self._call("operator", words, ACCEPTED, "POST", "/resume", resume)
        approval = self._approval(answer["approvalId"])
        self._decide("approver", _approving(approval), approval, CREATED)
        self._require_end(run_id, deleted=SMALL)
        left = set(asked) - set(self._corpus.deleted_ids())
        _require(not left, f"{len(left)} conversations still exist")

    def _add_conversations(self, count: int) -> Sequence[str]:
        """Gives the simulated Genesys conversations that are old enough; returns their ids."""
        seed = len(self._corpus)
        made = list(make_conversations({Kind.ELIGIBLE: count}, seed, datetime.now(UTC)))
        self._corpus.add(made)
        return [each.conversation_id for each in made]

    def _ask_for_purge(self, ids: Sequence[str]) -> str:
        bucket = self._app.stack.buckets["IdListsBucket"]
        request = {
            "method": "conversation_archive",
            "reason": "Retention of one year is over",
            "conversationIdsFrom": f"s3://{bucket}/demo/{len(ids)}.txt",
            "classification": "internal",
        }
        id_lists.provide(self._app.session.client("s3"), request, ids)
        words = f"asks for a purge of {len(ids):,} conversations"
        answer = self._call("requester", words, ACCEPTED, "POST", "/purges", request)
        return str(answer["runId"])

    def _awaited_approval(self, run_id: str) -> Mapping[str, Any]:
        def waiting() -> Any:
            run = self._apis["requester"].get(f"/purges/{run_id}")
            return run if run["status"] == "awaiting_approval" else None

        run = awaited("the approval's request", waiting)
        words = f"waits with {run['status']}; {run['plan']['batches']} batches are planned"
        self._say("run", words)
        _require(run["plan"]["targeted"] == LARGE, "the plan does not have all conversations")
        return self._approval(run["approvalId"])

    def _approval(self, approval_id: str) -> Mapping[str, Any]:
        return self._apis["approver"].get(f"/approvals/{approval_id}")

    def _decide(self, person: str, words: str, approval: Mapping[str, Any], expected: int) -> None:
        path = f"/approvals/{approval['approvalId']}/decisions"
        body = {"decision": "approve", "subjectHash": approval["subjectHash"]}
        self._call(person, words, expected, "POST", path, body)

    def _place_hold(self, ids: Sequence[str]) -> None:
        review = datetime.now(UTC) + timedelta(days=90)
        hold = {
            "holdId": "demo-hold",
            "matter": {"id": "17/2026", "title": "Smith v. Example", "kind": "litigation"},
            "owner": "legal@example.com",
            "reason": "Calls with the claimant are evidence",
            "reviewBy": review.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "conversationIds": list(ids),
        }
        words = f"places a legal hold on {len(ids)} of the conversations"
        self._call("holds", words, CREATED, "POST", "/holds", hold)

    def _watch_waiting(self, run_id: str, ids: Sequence[str]) -> None:
        """Watches a run for a while, in which it must not submit anything."""
        follower = Follower(self._apis["requester"], run_id)
        awaited("the plan", lambda: follower.observed().status == "running")
        time.sleep(WATCHED_SECONDS * self._app.wait_scale)
        observed = follower.observed()
        states = {each.status for each in observed.batches}
        self._say("run", f"is {observed.status}, its batches are {', '.join(states)}: it waits")
        gone = set(ids) & set(self._corpus.deleted_ids())
        self._say("Genesys", f"{len(gone)} of the {len(ids)} conversations are deleted")
        _require(states == {"planned"} and not gone, "the stop did not hold the purge up")

    def _require_end(self, run_id: str, deleted: int) -> None:
        *_, last = Follower(self._apis["requester"], run_id).observations(LOCALLY)
        self._say("run", _end_in_words(last))
        is_right = last.outcome == "completed" and last.deleted == last.verified == deleted
        _require(is_right, f"the run did not delete and verify {deleted:,} conversations")

    def _call(
        self, person: str, words: str, expected: int, verb: str, path: str, body: Any
    ) -> Mapping[str, Any]:
        """The answer to a call that a person signs; DemoFailed for an unexpected status."""
        answer = self._apis[person].outcome(verb, path, body)
        content: Mapping[str, Any] = object_in(answer.content) or {}
        self._say(person, f"{words}: {answer.status_code}{_reason(content)}")
        _require(answer.status_code == expected, f"the answer is not {expected}")
        return content

    def _say(self, who: str, words: str) -> None:
        show(self._console, [(who, words)])


def _end_in_words(run: Observation) -> str:
    words = f"{run.outcome}: {run.deleted or 0:,} deleted, {run.verified or 0:,} verified"
    skipped = [f"{name} {count:,}" for name, count in (run.skipped or {}).items()]
    return f"{words}, skipped: {', '.join(skipped)}" if skipped else words


def _approving(approval: Mapping[str, Any]) -> str:
    return f"approves what is shown, by its hash {approval['subjectHash'][:12]}"


def _reason(content: Mapping[str, Any]) -> str:
    """Why a call was refused, in the words of the answer."""
    messages = [str(each["message"]) for each in content.get("errors", ())]
    messages += [str(content["message"])] if "message" in content else []
    return f", {'; '.join(messages)}" if messages else ""


def _require(condition: object, words: str) -> None:
    if not condition:
        raise DemoFailed(words)
