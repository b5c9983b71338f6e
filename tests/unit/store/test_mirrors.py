"""The mirrors of legal holds in DynamoDB: versions, and records stored with them."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import LostRace, Misconfigured
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.hold_facts import audit_id
from genesys_purge.model.hold_mirror import Mirror, MirrorFacts
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.mirrors import DynamoMirrors

from tests.clock import NOON
from tests.mocked_aws import client, pause

pytestmark = pytest.mark.usefixtures("aws")
FACTS = MirrorFacts(organisation="emea", conversations=2, protected=1, failed={"full": 1})
MIRROR = Mirror(organisation="emea", own=frozenset({"a-1", "b-2"}), reported={"h1": FACTS})


def mirrors() -> DynamoMirrors:
    dynamodb: Any = client("dynamodb")
    return DynamoMirrors(
        dynamodb, "MirrorsTable", Ledger(dynamodb, "AuditTable", "PersonalTable", sleep=pause)
    )


def test_organisation_without_a_mirror_has_an_empty_one() -> None:
    assert mirrors().get("emea") == Mirror(organisation="emea")


def test_mirror_is_read_as_it_was_stored() -> None:
    stored = mirrors().put(MIRROR)
    assert (stored.version, mirrors().get("emea")) == (1, stored)
    assert mirrors().get("default").own == frozenset()


def test_mirror_that_another_sweep_changed_is_not_overwritten() -> None:
    first = mirrors().put(MIRROR)
    second = mirrors().put(first.model_copy(update={"own": frozenset()}))
    for outdated in (MIRROR, first):
        with pytest.raises(LostRace):
            mirrors().put(outdated)
    assert mirrors().get("emea") == second


def test_record_is_stored_with_the_mirror_or_not_at_all() -> None:
    record = AuditRecord(
        run_id=audit_id("h1"), at=NOON, actor="tests", action=Action.HOLD_MIRRORED, mirror=FACTS
    )
    mirrors().put(MIRROR, record)
    with pytest.raises(LostRace):
        mirrors().put(MIRROR, record)
    (found,) = (
        Ledger(client("dynamodb"), "AuditTable", "PersonalTable")
        .page(audit_id("h1"), 1, 10)
        .records
    )
    assert found.mirror == FACTS


def test_mirror_that_cannot_be_read_is_an_error() -> None:
    item = {"organisation": {"S": "emea"}, "version": {"N": "1"}, "body": {"S": "{}"}}
    client("dynamodb").put_item(TableName="MirrorsTable", Item=item)
    with pytest.raises(Misconfigured, match="the mirror of emea cannot be read: organisation"):
        mirrors().get("emea")
