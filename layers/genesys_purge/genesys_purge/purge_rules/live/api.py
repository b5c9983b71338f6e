"""The live platform's media retention policies, which have unique names and can be listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from genesys_purge.calling.deleting import Deleting
from genesys_purge.errors import (
    FieldError,
    InvalidRequest,
    PurgeError,
    RefusedByGenesys,
    UnreadableAnswer,
)
from genesys_purge.methods.data_retention import cap_of
from genesys_purge.model.answers import created_id
from genesys_purge.model.platform import LIVE
from genesys_purge.operation import DeletingCall, Missing, Operation
from genesys_purge.ports import Genesys
from genesys_purge.purge_rules.live.comparison import is_as_sent
from genesys_purge.purge_rules.purge_rule import PurgeRule

ALL = "/api/v2/recording/mediaretentionpolicies"
CREATE = Operation(
    "POST",
    ALL,
    permissions=("recording:retentionPolicy:add",),
    dialect=LIVE,
    missing=Missing.REFUSED,
)
LIST = Operation(
    "GET",
    f"{ALL}?name={{name}}&pageSize=100&pageNumber={{page}}",
    permissions=("recording:retentionPolicy:view",),
    dialect=LIVE,
    missing=Missing.REFUSED,
)
# Genesys's error codes for these calls. Others exist, so an unknown code decides nothing.
DUPLICATE_NAME = "recording.policy.name.duplicate.name"
WRONG_CONTENT = frozenset(
    {
        "recording.policy.invalid",
        "recording.media.policy.invalid",
        "recording.policy.analytics.retention.violation",
    }
)
MOST_PAGES = 100
REMARKS = (
    "the rule is a media retention policy: it deletes recordings only, each on the day it is due",
    "it is not retroactive: for existing recordings use method recording_job",
    "timeOfDay, timezone and maxBatchSize have no effect",
    "there is no webhook, because Genesys does not report what a policy deletes",
)


class LivePolicyApi:
    """Implements `RulesApi`."""

    def __init__(self, genesys: Genesys) -> None:
        self._genesys = genesys

    def remarks(self, days: int) -> str | None:
        cap = cap_of(self._genesys)
        if cap.days is not None and days > cap.days:
            message = f"must be at most {cap.days}: {cap}, and accepts no longer policy"
            raise InvalidRequest([FieldError("retentionPeriod.days", message)])
        return "; ".join((*REMARKS, str(cap)))

    def create(self, rule: PurgeRule, deleting: Deleting[PurgeRule]) -> str:
        call = DeletingCall(CREATE, lambda _: rule.definition, result=created_id)
        return deleting.send(call, self._genesys)

    def find(self, rule: PurgeRule, refusal: RefusedByGenesys | None = None) -> str | None:
        """The id of the listed policy that says exactly what we sent."""
        for policy in self._listed(rule.name):
            if is_as_sent(policy, rule.definition):
                return created_id(policy)
        return None

    def is_duplicate(self, rule: PurgeRule, refusal: RefusedByGenesys) -> bool:
        if refusal.code == DUPLICATE_NAME:
            return True
        return not self.proves_absence(refusal) and self._has_name(rule.name)

    def proves_absence(self, refusal: RefusedByGenesys) -> bool:
        return refusal.code in WRONG_CONTENT

    def _has_name(self, name: str) -> bool:
        try:
            return any(policy.get("name") == name for policy in self._listed(name))
        except PurgeError:
            # The refusal itself is the error to report.
            return False

    def _listed(self, name: str) -> Iterator[Mapping[str, Any]]:
        """Every policy that the search for the name finds, page by page up to an empty page."""
        for page in count(1):
            entities = self._page(name, page)
            if not entities:
                return
            if page > MOST_PAGES:
                raise UnreadableAnswer(f"Genesys answered more than {MOST_PAGES} pages of policies")
            yield from (each for each in entities if isinstance(each, Mapping))

    def _page(self, name: str, page: int) -> list[Any]:
        try:
            entities = self._genesys.read(LIST, name=name, page=str(page)).get("entities")
        except RefusedByGenesys as error:
            # A refused search says nothing about whether the policy exists.
            raise error.converted(UnreadableAnswer) from error
        if not isinstance(entities, list):
            raise UnreadableAnswer("Genesys answered the list of policies without entities")
        return entities
