"""The live platform's media retention policies: created once, looked for by name, told truly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from genesys_purge.errors import FieldError, InvalidRequest, RefusedByGenesys, UnreadableAnswer
from genesys_purge.methods.data_retention import cap_of
from genesys_purge.model.platform import LIVE
from genesys_purge.ports import Genesys, Operation, Permit
from genesys_purge.purge_rules.answers import id_in
from genesys_purge.purge_rules.purge_rule import PurgeRule

ALL = "/api/v2/recording/mediaretentionpolicies"
CREATE = Operation("POST", ALL, permissions=("recording:retentionPolicy:add",), dialect=LIVE)
LIST = Operation(
    "GET",
    f"{ALL}?name={{name}}&pageSize=100&pageNumber={{page}}",
    permissions=("recording:retentionPolicy:view",),
    dialect=LIVE,
)
DUPLICATE = "recording.policy.name.duplicate.name"
MOST_PAGES = 100
# What Genesys keeps of a policy beside what it was sent.
BOOKKEEPING = frozenset({"id", "order", "createdDate", "modifiedDate", "policyErrors", "selfUri"})
REMARKS = (
    "a media retention policy, which deletes recordings alone, each on the day that it is due",
    "not retroactive: for what is recorded already use method recording_job",
    "timeOfDay, timezone and maxBatchSize have no effect",
    "no webhook, for Genesys does not report what a policy deletes",
)


class RetentionPolicies:
    """Implements `Target`."""

    def __init__(self, genesys: Genesys) -> None:
        self._genesys = genesys

    def remarks(self, days: int) -> str | None:
        cap = cap_of(self._genesys)
        if cap.days is not None and days > cap.days:
            raise InvalidRequest(
                [
                    FieldError(
                        "retentionPeriod.days",
                        f"may not be more than {cap.days}: {cap}, and takes no longer policy",
                    )
                ]
            )
        return "; ".join((*REMARKS, str(cap)))

    def create(self, rule: PurgeRule, permit: Permit) -> str:
        return id_in(self._genesys.delete(CREATE, rule.definition, permit))

    def is_in_the_way(self, refusal: RefusedByGenesys) -> bool:
        return DUPLICATE in refusal.message

    def find(self, rule: PurgeRule, refusal: RefusedByGenesys | None = None) -> str | None:
        """The policy of that name that says what we sent, and nothing more."""
        for policy in self._found(rule.name):
            if isinstance(policy, Mapping) and _is_as_sent(policy, rule.definition):
                return id_in(policy)
        return None

    def _found(self, name: str) -> Iterator[Any]:
        """Whatever the search for the name finds, page by page up to an empty one."""
        for page in count(1):
            entities = self._page(name, page)
            if not entities:
                return
            if page > MOST_PAGES:
                raise UnreadableAnswer("Genesys answers one page after the other without an end")
            yield from entities

    def _page(self, name: str, page: int) -> list[Any]:
        try:
            entities = self._genesys.read(LIST, name=name, page=str(page)).get("entities")
        except RefusedByGenesys as error:
            # What is refused is the question; whether the policy exists stays open.
            raise UnreadableAnswer(error.message, correlation_id=error.correlation_id) from error
        if not isinstance(entities, list):
            raise UnreadableAnswer("Genesys answered the list of policies without its entities")
        return entities


def _is_as_sent(policy: Mapping[str, Any], definition: Mapping[str, Any]) -> bool:
    return _is_same({k: v for k, v in policy.items() if k not in BOOKKEEPING}, definition)


def _is_same(theirs: Any, ours: Any) -> bool:
    """Whether it says the same; what Genesys adds must be empty, but for what an id stands for."""
    if isinstance(ours, Mapping):
        if not isinstance(theirs, Mapping):
            return False
        if "id" in ours:
            return bool(theirs.get("id") == ours["id"])
        return all(_is_same(theirs.get(name), ours[name]) for name in ours) and not any(
            _says_something(theirs[name]) for name in theirs.keys() - ours.keys()
        )
    if isinstance(ours, list):
        return _is_list_of(theirs, ours)
    return bool(theirs == ours)


def _is_list_of(theirs: Any, ours: Sequence[Any]) -> bool:
    return (
        isinstance(theirs, list)
        and len(theirs) == len(ours)
        and all(_is_same(*each) for each in zip(theirs, ours, strict=True))
    )


def _says_something(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_says_something(each) for each in value.values())
    return bool(value)
