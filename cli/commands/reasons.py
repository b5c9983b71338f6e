"""How to find out why a run waits, or why a record was not deleted."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cli.invocation import Invocation

HELD, PROTECTED, FAILED = "legal_hold", "protected", "failed"


def show_approval(call: Invocation, run: Mapping[str, Any]) -> None:
    """Say which approval a run waits for, and how another person decides about it."""
    approval = run["approvalId"]
    approve = call.for_another(f"approvals approve {approval}", "approver")
    call.output.hint(f"Another person decides about the approval {approval}: {approve}")


def is_kept(record: Mapping[str, Any]) -> bool:
    """Whether a hold, or protection at Genesys, keeps the record."""
    return record["outcome"] == PROTECTED or record.get("reason") == HELD


def show_holds(call: Invocation, conversation_id: str = "CONVERSATION_ID") -> None:
    """Say how to find the holds that keep a conversation."""
    coverage = call.again(f"holds coverage {conversation_id}")
    call.output.hint(f"Which hold covers a conversation: {coverage}")


class Reasons:
    """Notes which questions the records of a run leave open, while they are listed."""

    def __init__(self, call: Invocation, run_id: str) -> None:
        self._call = call
        self._run_id = run_id
        self._has_kept = False
        self._has_failed = False

    def noted(self, records: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """The same records."""
        for each in records:
            self._has_kept |= is_kept(each)
            self._has_failed |= each["outcome"] == FAILED
            yield each

    def show(self) -> None:
        """Say how to find the holds of the records, and why their batches failed."""
        if self._has_kept:
            show_holds(self._call)
        if self._has_failed:
            show = self._call.again(f"runs show {self._run_id}")
            self._call.output.hint(f"Why a batch failed: {show}")
