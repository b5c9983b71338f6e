"""Twins of the product with one guard removed; each one must make the oracle report something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest.mock import patch

from genesys_purge.calling import guard
from genesys_purge.calling.deletion import Deletion
from genesys_purge.calling.guard import Guard
from genesys_purge.calling.permit import Permit
from genesys_purge.calling.reconcile import Patience
from genesys_purge.campaign_rules.deploying import roll_back_campaign_rules
from genesys_purge.campaign_rules.deploying.roll_back_campaign_rules import RollBackCampaignRules
from genesys_purge.errors import OutcomeUnknown
from genesys_purge.genesys.client import GenesysClient
from genesys_purge.methods.contract import Evidence
from genesys_purge.methods.recording_job.two_step import TwoStep
from genesys_purge.model.held_times import HeldTimes
from genesys_purge.model.holds import Hold
from genesys_purge.model.messages import BatchStep, Failure, Next
from genesys_purge.model.stops import Stoppable
from genesys_purge.operation import Authorise, Authorised, DeletingCall
from genesys_purge.purge_rules.purge_rule import PurgeRule
from genesys_purge.purging import cases, submit_batch
from genesys_purge.purging.cases import Case
from genesys_purge.purging.fail_batch import FailBatch
from genesys_purge.purging.late_batches import LateBatches
from genesys_purge.purging.reconcile import Reconcile
from genesys_purge.purging.waiting import reconcile_wait
from genesys_purge.store import ledger

from tests.fakes import MemoryRuns
from tests.interleavings.stage import WatchedHolds
from tests.rule_fakes import MemoryPurgeRules


class Break(NamedTuple):
    """A guard to remove, the invariant that must fail, and the pair and seeds that show it."""

    name: str
    invariant: str
    pair: str
    apply: Callable[[], Any]
    seeds: int = 50


def _next_version_of_any(runs: MemoryRuns, batch: Any, also: Any = ()) -> None:  # noqa: ARG001  the port's signature
    runs._batches[batch.run_id, batch.number] = batch  # noqa: SLF001  the twin of a table


def _intended_at_any_time(runs: MemoryRuns, batch: Any, also: Any = ()) -> None:
    runs._advance(batch, also)  # noqa: SLF001  the twin of a table


def _planned_by_anyone(runs: MemoryRuns, batch: Any, entries: Any, planner: str) -> None:  # noqa: ARG001  the port's signature
    runs._batches[batch.run_id, batch.number] = batch  # noqa: SLF001  the twin of a table
    runs._manifests[batch.run_id, batch.number] = tuple(entries)  # noqa: SLF001  the twin of a table


_read_holds = WatchedHolds.active


def _read_once(holds: WatchedHolds, organisation: str | None) -> Any:
    if "cached" not in vars(holds):
        vars(holds)["cached"] = _read_holds(holds, organisation)
    return vars(holds)["cached"]


def _only_read_the_switch(self: Guard) -> None:
    self._policies.purging_is_on()


def _only_read_the_stops(self: Guard, call: Stoppable) -> None:
    self._stops.covering(call)


def _only_read_the_seals(self: Guard) -> None:
    self._seals.obstacle(self._now())


@contextmanager
def _cancellations_ignored() -> Iterator[None]:
    """The guard alone: the steps of a run look for a cancellation before they prepare a call."""
    permit = Guard.permit

    def regardless(self: Guard, deletion: Deletion) -> Permit:
        deletion.cancellation()
        return permit(self, deletion._replace(cancellation=lambda: None))

    with patch.object(Guard, "permit", regardless):
        yield


_delete = GenesysClient.delete


def _sent_again(self: GenesysClient, call: DeletingCall, authorise: Authorise) -> Any:
    given: list[Authorised] = []

    def same() -> Authorised:
        given[:] = given or [authorise()]
        given[0].permit.is_used = False
        return given[0]

    try:
        return _delete(self, call, same)
    except OutcomeUnknown:
        return _delete(self, call, same)


@contextmanager
def _repeated_under_one_permit() -> Iterator[None]:
    with patch.object(GenesysClient, "delete", _sent_again), _permits_never_expire():
        yield


def _permits_never_expire() -> Any:
    return patch.object(Permit, "require_fresh", lambda *_: None)


def _batch_left_open(self: FailBatch, failure: Failure) -> BatchStep:  # noqa: ARG001  the signature of the twin
    return BatchStep(run_id=failure.run_id, batch=failure.batch or 0, next=Next.DONE)


def _any_rule(rules: MemoryPurgeRules, rule: PurgeRule, record: Any = None) -> None:  # noqa: ARG001  the port's signature
    rules._rules[rule.ref] = rule.model_dump_json(by_alias=True, exclude_none=True)  # noqa: SLF001  the twin of a table


def _patience_of_the_message(self: Reconcile, case: Case, step: BatchStep) -> Patience:
    lifecycle, limit = case.method.lifecycle, float(self._patience)
    if Evidence.LISTED_JOB in lifecycle.evidence(case.request):
        limit = lifecycle.listed_within(limit)
    return Patience(step.waited_seconds, reconcile_wait(step), limit)


@contextmanager
def _run_may_have_ended() -> Iterator[None]:
    with (
        patch.object(MemoryRuns, "intend", _intended_at_any_time),
        patch.object(cases, "obstacle_of", lambda _: None),
        patch.object(submit_batch, "obstacle_of", lambda _: None),
    ):
        yield


@contextmanager
def holds_ignored() -> Iterator[None]:
    with (
        patch.object(guard, "_check_records", lambda *_: None),
        patch.object(guard, "_check_areas", lambda *_: None),
    ):
        yield


def _timed_by_any(hold: Hold, times: HeldTimes | None) -> Hold:
    return hold.model_copy(update={"times": times})


@contextmanager
def _roll_back_believed() -> Iterator[None]:
    with (
        patch.object(roll_back_campaign_rules, "_is_as_before", lambda *_: True),
        patch.object(
            RollBackCampaignRules,
            "_with_late_effects",
            lambda _, deployment, __: deployment,
        ),
    ):
        yield


BREAKS = (
    Break(
        "two submitters without the condition on the version",
        "twice",
        "submit_submit",
        lambda: patch.object(MemoryRuns, "_advance", _next_version_of_any),
    ),
    Break(
        "a planner that does not check who plans",
        "twice",
        "plan_plan",
        lambda: patch.object(MemoryRuns, "put_batch", _planned_by_anyone),
    ),
    Break(
        "two creators of a rule without the condition on the version",
        "twice",
        "rule_rule",
        lambda: patch.object(MemoryPurgeRules, "put", _any_rule),
    ),
    Break(
        "a reconciliation that takes its patience from the message",
        "twice",
        "submit_submit",
        lambda: patch.object(Reconcile, "_patience_of", _patience_of_the_message),
    ),
    Break("a guard that ignores holds", "held", "submit_hold", holds_ignored),
    Break(
        "a hold whose times may be those of other ids",
        "held",
        "submit_hold",
        lambda: patch.object(Hold, "timed", _timed_by_any),
    ),
    Break(
        "a guard that ignores the switch",
        "off",
        "submit_hold",
        lambda: patch.object(Guard, "check_switch", _only_read_the_switch),
    ),
    Break(
        "a guard that ignores stops",
        "stopped",
        "submit_stop",
        lambda: patch.object(Guard, "check_stops", _only_read_the_stops),
    ),
    Break(
        "a guard that ignores the age of the seals",
        "unsealed",
        "submit_stop",
        lambda: patch.object(Guard, "check_seals", _only_read_the_seals),
    ),
    Break(
        "a guard that ignores cancellations",
        "cancelled",
        "submit_cancel",
        _cancellations_ignored,
    ),
    Break(
        "a guard that reads the holds once",
        "stale",
        "submit_submit",
        lambda: patch.object(WatchedHolds, "active", _read_once),
    ),
    Break(
        "a client that repeats a deleting call without an answer",
        "reused",
        "submit_submit",
        _repeated_under_one_permit,
    ),
    Break(
        "a client that ignores the age of a permit", "stale", "submit_hold", _permits_never_expire
    ),
    Break("an intent of a run that has ended", "ended", "end_submit", _run_may_have_ended),
    Break(
        "a failure that leaves its batch open",
        "open",
        "submit_hold",
        lambda: patch.object(FailBatch, "__call__", _batch_left_open),
    ),
    Break(
        "a sweep that takes no batch on",
        "open",
        "end_submit",
        lambda: patch.object(LateBatches, "drive", lambda *_: None),
    ),
    Break(
        "a cancel that does nothing",
        "waiting",
        "execute_execute",
        lambda: patch.object(TwoStep, "cancel", lambda *_: None),
    ),
    Break(
        "a roll back that believes every rule to be as before",
        "claim",
        "deployment_deployment",
        _roll_back_believed,
    ),
)

AUDIT_WITHOUT_CONDITION = patch.object(ledger, "UNUSED_KEY", "attribute_not_exists(nothing)")
