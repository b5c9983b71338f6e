"""AskChange and StoreApproved: some weaker documents are stored only with an approval."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from genesys_purge.approvals.errors import HashDiffers
from genesys_purge.approvals.ports import ApprovalStore, Effected
from genesys_purge.approvals.requests import opened
from genesys_purge.errors import LostRace, Misconfigured
from genesys_purge.model.approval import Approval, ApprovalFacts, ApprovalKind, ApprovalState
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.person import human_of, is_same_human
from genesys_purge.model.setting_facts import Change
from genesys_purge.model.stored_setting import SettingName, StoredSetting, hash_of, text_of
from genesys_purge.model.submission import Submission
from genesys_purge.model.wire import Wire
from genesys_purge.ports import Clock, Meter
from genesys_purge.stored_settings.deciders import Deciders
from genesys_purge.stored_settings.ports import SettingStore
from genesys_purge.stored_settings.versions import Comparison, audit_id, facts_of, version_of


class Proposal(Wire):
    """What an approver is shown: the whole document, and how it differs from the one in force.

    `basedOn` is the version that it was compared with, 0 if none was stored. `sha256` is that of
    the document's text.
    """

    setting: SettingName
    based_on: int
    document: Mapping[str, Any]
    sha256: str
    reason: str
    changes: tuple[Change, ...]
    changed: int
    weakens: tuple[str, ...]
    weakened: int

    @property
    def comparison(self) -> Comparison:
        return Comparison(self.changes, self.changed, self.weakens, self.weakened)

    def version(self, by: Submission, now: datetime, approval_id: str) -> StoredSetting:
        """The version that the approval stores; Misconfigured if the document is another one."""
        if hash_of(text_of(self.document)) != self.sha256:
            raise Misconfigured(
                f"the document of the approval {approval_id} was changed; ask again"
            )
        number = self.based_on + 1
        return version_of(self.setting, number, self.document, self.reason, by, now, approval_id)


class AskChange:
    """Opens the approval of a change, which stores nothing of the setting."""

    def __init__(self, approvals: ApprovalStore, now: Clock) -> None:
        self._approvals = approvals
        self._now = now

    def __call__(self, proposal: Proposal, deciders: Deciders, submitted: Submission) -> Approval:
        """The approval; the same request of the same person again gets the one that is pending."""
        asked = self._opened(proposal, deciders, submitted)
        try:
            self._open(asked, proposal)
        except LostRace:
            earlier = self._approvals.get(asked.approval_id)
            is_mine = is_same_human(earlier.requested_by_person, submitted.person_id)
            if is_mine and earlier.state_at(self._now()) is ApprovalState.PENDING:
                return earlier
            asked = asked.model_copy(update={"approval_id": uuid4().hex})
            self._open(asked, proposal)
        return asked

    def _opened(self, proposal: Proposal, deciders: Deciders, submitted: Submission) -> Approval:
        subject = audit_id(proposal.setting)
        # The id follows from the request, so that a repeated one finds its approval.
        asking = human_of(submitted.person_id) if submitted.person_id else None
        same = hash_of(text_of([asking, proposal.to_json()]))
        return opened(
            ApprovalKind.APPROVAL_RULES_CHANGE,
            subject,
            proposal.to_json(),
            submitted,
            self._now(),
            approval_id=f"{proposal.setting}-{same[:32]}",
            needed=deciders.approvals,
            approvers=deciders.approvers,
            rule=deciders.rule,
            rule_version=proposal.based_on,
        )

    def _open(self, approval: Approval, proposal: Proposal) -> None:
        by = Submission(None, approval.requested_by, person_id=approval.requested_by_person)
        setting = proposal.version(by, approval.requested_at, approval.approval_id)
        record = AuditRecord(
            run_id=approval.subject,
            at=approval.requested_at,
            actor=approval.requested_by,
            person_id=approval.requested_by_person,
            action=Action.APPROVAL_REQUESTED,
            approval=ApprovalFacts.of(approval),
            setting=facts_of(setting, proposal.comparison),
        )
        self._approvals.open(approval, record)


class StoreApproved:
    """The effect of the approval: the document that was shown becomes the next version."""

    def __init__(self, settings: SettingStore, meter: Meter) -> None:
        self._settings = settings
        self._meter = meter

    def __call__(self, approval: Approval, now: datetime) -> Effected:
        """HashDiffers if another version was stored since the request."""
        proposal = Proposal.parse(approval.summary)
        latest = self._settings.latest(proposal.setting)
        stored = latest.version if latest else 0
        if stored != proposal.based_on:
            raise HashDiffers(
                f"version {stored} of {proposal.setting} was stored since the request, which is "
                f"based on version {proposal.based_on}; ask again"
            )
        last = approval.decisions[-1]
        by = Submission(None, last.actor, person_id=last.person_id)
        setting = proposal.version(by, now, approval.approval_id)
        self._meter.count("SettingsChanged")
        self._meter.count("SettingsWeakened")
        facts = {"setting": facts_of(setting, proposal.comparison)}
        return Effected([self._settings.storing(setting)], facts)
