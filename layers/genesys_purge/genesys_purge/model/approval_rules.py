"""The rules that say which runs need the approval of other persons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field, model_validator

from genesys_purge.model.approval import MOST_APPROVALS
from genesys_purge.model.classification import Classification
from genesys_purge.model.person import humans_of
from genesys_purge.model.requester import Requester
from genesys_purge.model.stored_setting import StoredSetting
from genesys_purge.model.wire import Wire

Text = Annotated[str, Field(min_length=1, max_length=100)]
Names = Annotated[tuple[Text, ...], Field(min_length=1, max_length=200)]


def _person(text: str) -> str:
    # As `model.person` builds it; with another text, the rule could not be satisfied.
    kind, _, name = text.partition(":")
    is_person = kind in ("user", "role", "principal") and ":federated-user/" not in name
    if not is_person or not name or name != name.strip():
        raise ValueError("must be the personId of a person, such as user:AIDAEXAMPLEUSER0000001")
    return text


PersonId = Annotated[str, Field(max_length=200), AfterValidator(_person)]
Persons = Annotated[tuple[PersonId, ...], Field(min_length=1, max_length=200)]
# Another name would be a rule without an effect.
MethodName = Literal[
    "data_deletion",
    "interaction_purge",
    "conversation_archive",
    "recording_job",
    "gdpr_request",
]
SHIPPED = Path(__file__).with_name("approval_rules.json")


class Asked(NamedTuple):
    """What the rules look at; a request without a classification may have any.

    `organisation` is `default` for the default organisation.
    """

    method: str
    organisation: str
    classification: str | None
    requester: Requester
    targeted: int
    overrides_retention: bool


class ApprovalRule(Wire):
    """Runs that match every given field, with more than `above` records, need `approvals` persons.

    None of them is the requester; one more is needed if a machine requests. With `approvers`, only
    these persons count.
    """

    name: Text
    methods: Annotated[tuple[MethodName, ...], Field(min_length=1)] | None = None
    organisations: Names | None = None
    classifications: Annotated[tuple[Classification, ...], Field(min_length=1)] | None = None
    requesters: Annotated[tuple[Requester, ...], Field(min_length=1)] | None = None
    retention_override: bool | None = None
    above: Annotated[int, Field(ge=0)] = 0
    approvals: Annotated[int, Field(ge=0, le=MOST_APPROVALS)]
    approvers: Persons | None = None

    @model_validator(mode="after")
    def _can_be_satisfied(self) -> Self:
        persons = len(humans_of(self.approvers or ()))
        if self.approvers is not None and persons <= self.approvals:
            raise ValueError(
                f"approvers must name at least {self.approvals + 1} persons: {self.approvals} must "
                "approve, and one of them may be the requester"
            )
        return self

    def covers(self, asked: Asked) -> bool:
        """Whether the rule is for such a run."""
        is_classified = asked.classification is None or self.classifications is None
        return (
            asked.targeted > self.above
            and (self.methods is None or asked.method in self.methods)
            and (self.organisations is None or asked.organisation in self.organisations)
            and (is_classified or asked.classification in (self.classifications or ()))
            and (self.requesters is None or asked.requester in self.requesters)
            and self.retention_override in (None, asked.overrides_retention)
        )

    def covers_all_of(self, other: ApprovalRule) -> bool:
        """Whether this rule covers every run that the other one covers."""
        return (
            self.above <= other.above
            and self.retention_override in (None, other.retention_override)
            and all(
                mine is None or (theirs is not None and set(theirs) <= set(mine))
                for mine, theirs in zip(self._named(), other._named(), strict=True)
            )
        )

    def may_meet(self, other: ApprovalRule) -> bool:
        """Whether both rules may cover the same run; one without a classification meets all."""
        overrides = {self.retention_override, other.retention_override} - {None}
        return len(overrides) < len({True, False}) and all(
            mine is None or theirs is None or set(mine) & set(theirs)
            for name, mine, theirs in zip(_NAMED, self._named(), other._named(), strict=True)
            if name != "classifications"
        )

    def asks_at_least(self, other: ApprovalRule) -> bool:
        """Whether this rule needs as many persons, and lets no other person approve."""
        mine, theirs = self.approvers, other.approvers
        is_as_narrow = theirs is None or (mine is not None and humans_of(mine) <= humans_of(theirs))
        return self.approvals >= other.approvals and is_as_narrow

    @property
    def strictness(self) -> tuple[int, bool]:
        """Of the rules that cover a run, the one with the highest value applies."""
        return self.approvals, self.approvers is not None

    def _named(self) -> list[Sequence[str] | None]:
        return [getattr(self, name) for name in _NAMED]


_NAMED = ("methods", "organisations", "classifications", "requesters")


class ApprovalRules(Wire):
    """Approval rules; of those that cover a run, the one that needs the most persons applies.

    An approval that is not used after `expiresAfterHours` is a no.
    """

    rules: Annotated[tuple[ApprovalRule, ...], Field(max_length=100)]
    expires_after_hours: Annotated[int, Field(ge=1, le=720)] = 168

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [rule.name for rule in self.rules]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"rules must have different names; repeated: {', '.join(twice)}")
        return self

    @property
    def expires_after(self) -> timedelta:
        return timedelta(hours=self.expires_after_hours)

    @property
    def effective(self) -> list[ApprovalRule]:
        """The rules that ask for a person."""
        return [rule for rule in self.rules if rule.approvals]

    def rule_for(self, asked: Asked) -> ApprovalRule | None:
        """The rule that applies; of two that need as many persons, one that names them."""
        found = [rule for rule in self.effective if rule.covers(asked)]
        return max(found, key=lambda rule: rule.strictness, default=None)


class RulesInForce(NamedTuple):
    """Approval rules and their stored version; the shipped rules are version 0."""

    rules: ApprovalRules
    version: int


def rules_in_force(stored: StoredSetting | None) -> RulesInForce:
    """The stored rules, or the shipped ones if none are stored.

    Misconfigured if the stored rules cannot be read; then no rule is known, and none may be left
    out.
    """
    if stored is None:
        return RulesInForce(default_rules(), 0)
    return RulesInForce(stored.read(ApprovalRules), stored.version)


@cache
def default_rules() -> ApprovalRules:
    """The shipped rules, which apply until others are stored."""
    return ApprovalRules.model_validate_json(SHIPPED.read_bytes())
