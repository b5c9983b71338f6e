"""Erasable fields of audit records: digests in the sealed text, and disclosures beside it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Any, get_args

import orjson
import pytest
from genesys_purge.model.approval import ApprovalFacts, ApprovalKind, ApprovalState
from genesys_purge.model.audit import Action, AuditRecord, DroppedFields
from genesys_purge.model.erasable import (
    ERASED,
    Erasable,
    digest_of,
    divided,
    joined,
)
from genesys_purge.model.hold_facts import HoldFacts
from genesys_purge.model.matter import Matter, MatterKind
from genesys_purge.model.purge_policy import Difference, PolicyFacts
from genesys_purge.model.request_facts import Limits, RequestFacts
from genesys_purge.model.setting_facts import Change, SettingFacts
from genesys_purge.model.stops import StopFacts, StopScope
from genesys_purge.model.wire import Wire
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import NOON

JANE = "jane.doe@example.com +49 30 1234567"
ARN = "arn:aws:sts::123456789012:assumed-role/Approver/jane.doe"
# Texts that are chosen by the application, by an operator's configuration or by Genesys as an id,
# or that have a bounded form. None has a free text of a person.
HARMLESS = frozenset(
    {
        *("runId", "person", "method", "organisation", "jobId", "ruleId", "event", "webhookId"),
        *("outcome", "unit", "deletedUnit", "complianceTags", "jurisdiction", "complianceNote"),
        *("correlationId", "skipped", "hold.holdId", "hold.organisations", "refusal.runId"),
        *("hold.change.approvalId", "hold.change.organisations", "mirror.organisation"),
        *("mirror.failed", "approval.approvalId", "approval.subjectHash", "approval.rule"),
        *("purgePolicy.name", "purgePolicy.hash", "purgePolicy.drift", "stop.name"),
        *("setting.name", "setting.hash", "request.options", "request.withheld"),
        *("request.classification", "request.jurisdiction", "plan.hash"),
        *("plan.lines.sha256", "deployment.campaignId"),
        *("deployment.changes", "change.ruleId", "change.changed", "export.campaignId"),
        *("export.jsonLinesSha256", "export.csvSha256", "delivery.event", "delivery.subscriber"),
        *("delivery.notificationId", "check.seed", "policy.basis", "policy.rule"),
        *("policy.assumed", "platformEvent.eventId", "platformEvent.service"),
        *("platformEvent.entityType", "platformEvent.entityId", "platformEvent.action"),
        *("platformEvent.clientId", "platformEvent.properties", "alteration.runId"),
        *("certificate.certificateId", "certificate.outcome"),
        *("certificate.sha256", "certificate.supersededBy", "erasure.person"),
    }
)


def whole() -> AuditRecord:
    """A record with personal data in every erasable field."""
    limits = Limits(in_force=1, deployment=1)
    return AuditRecord(
        run_id="run-1",
        sequence=1,
        at=NOON,
        actor=ARN,
        action=Action.RUN_SUBMITTED,
        person_id=f"role:AROA:{JANE}",
        person="person:1",
        hold=HoldFacts(
            hold_id="h1",
            reason=JANE,
            matter=Matter(id=JANE, title=JANE, kind=MatterKind.OTHER),
            owner=JANE,
        ),
        approval=ApprovalFacts(
            approval_id="a1",
            kind=ApprovalKind.RUN,
            state=ApprovalState.APPROVED,
            subject_hash="0",
            needed=1,
            given=1,
            comment=JANE,
        ),
        purge_policy=PolicyFacts(
            name="p", owner=JANE, reason=JANE, difference={"owner": Difference(after=JANE)}
        ),
        stop=StopFacts(scope=StopScope.ALL, reason=JANE),
        setting=SettingFacts(
            name="s",
            version=1,
            hash="0",
            reason=JANE,
            changes=(Change(path="a", after=JANE),),
            weakens=(JANE,),
        ),
        rule_name=JANE,
        rule={"name": JANE, "description": JANE, "enabled": True, "retentionPeriod": {"days": 1}},
        request=RequestFacts(
            submitted_by=ARN,
            requested_by=JANE,
            reason=JANE,
            conversation_ids_from=JANE,
            selection={"query": JANE, "userIds": [JANE], "recordTypes": ["recordings"]},
            limits=limits,
        ),
        dropped_fields=DroppedFields(count=1, names=(JANE,)),
        error_reason=JANE,
        detail=JANE,
    )


def text_of(record: AuditRecord) -> str:
    return orjson.dumps(divided(record).sealed).decode()


def test_sealed_text_has_no_personal_data() -> None:
    sealed = text_of(whole())
    assert [part for part in ("jane", "1234567", ARN, "AROA") if part in sealed] == []


def test_record_is_the_same_again_with_its_disclosures() -> None:
    parts = divided(whole())
    sealed = orjson.dumps(parts.sealed).decode()
    assert joined(AuditRecord, sealed, parts.disclosures[::-1]) == whole()


def test_what_no_person_wrote_stays_in_the_sealed_text() -> None:
    sealed = divided(whole()).sealed
    kept = {
        **{name: value for name, value in sealed["rule"].items() if name != "_sd"},
        **{name: value for name, value in sealed["request"]["selection"].items() if name != "_sd"},
    }
    assert kept == {
        "enabled": True,
        "retentionPeriod": {"days": 1},
        "recordTypes": ["recordings"],
    }
    assert (sealed["person"], sealed["approval"]["given"]) == ("person:1", 1)


@pytest.mark.parametrize(
    "actor", ["plan_purge", "invoke", "schedule:group/nightly", "policy:gdpr", "event:crm.app"]
)
def test_actor_that_is_no_person_stays(actor: str) -> None:
    record = AuditRecord(run_id="r", at=NOON, actor=actor, action=Action.RUN_FAILED)
    assert divided(record) == (record.to_json(), ())


@pytest.mark.parametrize("actor", [ARN, "event:jane@example.com", "jane doe", "event:jane doe"])
def test_other_actor_is_erasable(actor: str) -> None:
    record = AuditRecord(run_id="r", at=NOON, actor=actor, action=Action.RUN_FAILED)
    assert actor not in text_of(record)
    assert joined(AuditRecord, text_of(record)).actor == ERASED


def test_erased_fields_are_absent_or_named_erased() -> None:
    found = joined(AuditRecord, text_of(whole()))
    assert found.request is not None
    assert found.stop is not None
    assert (found.actor, found.request.reason, found.stop.reason) == (ERASED,) * 3
    assert (found.person_id, found.detail, found.request.selection) == (
        None,
        None,
        {"recordTypes": ["recordings"]},
    )


def test_one_disclosure_discloses_one_field() -> None:
    parts = divided(
        AuditRecord(run_id="r", at=NOON, actor=ARN, action=Action.RUN_FAILED, detail=JANE)
    )
    sealed = orjson.dumps(parts.sealed).decode()
    found = [joined(AuditRecord, sealed, [each]) for each in parts.disclosures]
    assert [(each.actor, each.detail) for each in found] == [(ARN, None), (ERASED, JANE)]


def test_disclosure_of_another_record_discloses_nothing() -> None:
    other = divided(whole()).disclosures
    assert joined(AuditRecord, text_of(whole()), other) == joined(AuditRecord, text_of(whole()))


def test_same_value_has_another_digest_each_time() -> None:
    first, second = divided(whole()), divided(whole())
    digests = {*map(digest_of, first.disclosures)} & {*map(digest_of, second.disclosures)}
    assert digests == set()


def test_digest_is_that_of_the_example_in_rfc_9901() -> None:
    disclosure = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert digest_of(disclosure) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"


def test_salt_has_128_bits() -> None:
    (disclosure, *_) = divided(whole()).disclosures
    salt, _, _ = json.loads(urlsafe_b64decode(disclosure + "=="))
    assert len(urlsafe_b64decode(salt + "==")) == 16


@given(st.text(), st.text(min_size=1), st.dictionaries(st.text(), st.text()))
def test_any_texts_are_the_same_again(reason: str, detail: str, rule: dict[str, str]) -> None:
    record = AuditRecord(
        run_id="r",
        at=NOON,
        actor=reason,
        action=Action.RULE_CREATED,
        detail=detail,
        rule=rule,
    )
    parts = divided(record)
    assert joined(AuditRecord, orjson.dumps(parts.sealed).decode(), parts.disclosures) == record


def test_every_text_of_a_record_is_erasable_or_known_to_be_harmless() -> None:
    assert set(texts_in(AuditRecord)) == HARMLESS


def texts_in(model: type[Wire], above: str = "") -> Iterator[str]:
    """The paths of the fields that may hold any text and are not erasable."""
    for name, field in model.model_fields.items():
        path = f"{above}{field.alias or name}"
        if not any(isinstance(each, Erasable) for each in field.metadata):
            yield from of_kind(field.annotation, path)


def of_kind(kind: Any, path: str) -> Iterator[str]:
    if isinstance(kind, type) and issubclass(kind, Wire):
        yield from texts_in(kind, f"{path}.")
    elif kind is str or kind is Any:
        yield path
    else:
        yield from dict.fromkeys(
            found
            for each in get_args(kind)
            if each is not type(None)
            for found in of_kind(each, path)
        )
