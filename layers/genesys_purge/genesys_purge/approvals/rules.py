"""The rules that say which runs need the approval of other persons."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Annotated, NamedTuple, Self

from pydantic import Field, model_validator

from genesys_purge.model.approval import MOST_APPROVALS
from genesys_purge.model.requester import Requester
from genesys_purge.model.wire import Wire

Text = Annotated[str, Field(min_length=1, max_length=100)]
Names = Annotated[tuple[Text, ...], Field(min_length=1, max_length=200)]


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

    None of them is the requester. With `approvers`, only these persons count.
    """

    name: Text
    methods: Names | None = None
    organisations: Names | None = None
    classifications: Names | None = None
    requesters: Annotated[tuple[Requester, ...], Field(min_length=1)] | None = None
    retention_override: bool | None = None
    above: Annotated[int, Field(ge=0)] = 0
    approvals: Annotated[int, Field(ge=0, le=MOST_APPROVALS)]
    approvers: Names | None = None

    @model_validator(mode="after")
    def _can_be_satisfied(self) -> Self:
        persons = len(set(self.approvers or ()))
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


class ApprovalRules(Wire):
    """Approval rules; of those that cover a run, the one that needs the most persons applies.

    An approval that is not used after `expiresAfterHours` is a no.
    """

    rules: Annotated[tuple[ApprovalRule, ...], Field(max_length=100)]
    expires_after_hours: Annotated[int, Field(ge=1, le=720)] = 168

    @property
    def expires_after(self) -> timedelta:
        return timedelta(hours=self.expires_after_hours)

    def rule_for(self, asked: Asked) -> ApprovalRule | None:
        """The rule that applies; of two that need as many persons, one that names them."""
        found = [rule for rule in self.rules if rule.approvals and rule.covers(asked)]
        return max(found, key=_strictness, default=None)


def _strictness(rule: ApprovalRule) -> tuple[int, bool]:
    return rule.approvals, rule.approvers is not None


@cache
def default_rules() -> ApprovalRules:
    """The shipped rules, which apply until others are set."""
    text = files("genesys_purge.model").joinpath("approval_rules.json").read_text()
    return ApprovalRules.model_validate_json(text)
