"""The fields of a gdpr_request, and what keeps a person's name out of the audit."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.model.retention import RetentionMatrix

from tests.builders import gdpr_request
from tests.unit.workbench import Workbench

MAIL = "contact-1@example.test"


def by_subject(**identifiers: Any) -> dict[str, Any]:
    return gdpr_request(searchType=None, searchValue=None, subject=identifiers)


def test_a_search_or_a_subject_is_a_request(bench: Workbench) -> None:
    assert bench.errors(gdpr_request()) == {}
    assert bench.errors(gdpr_request(requestType="GDPR_EXPORT", classification="pii")) == {}
    assert bench.errors(by_subject(name="Jane Doe", userId="u-1")) == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("requestType", "GDPR_UPDATE"),
        ("requestType", "delete"),
        ("searchType", "AGE"),
        ("searchValue", ""),
        ("searchValue", "x" * 301),
        ("searchValue", 7),
        ("classification", "secret"),
        ("requestId", "jane.doe"),
        ("dateRange", {"olderThanDays": 400, "lookbackDays": 30}),
        ("replacementTerms", []),
    ],
)
def test_a_wrong_field_is_told_alone_and_by_its_path(
    bench: Workbench, field: str, value: object
) -> None:
    assert list(bench.errors(gdpr_request(**{field: value}))) == [field]


@pytest.mark.parametrize("field", ["requestId", "requestType"])
def test_a_missing_field_is_required(bench: Workbench, field: str) -> None:
    assert bench.errors(gdpr_request(**{field: None})) == {field: "is required"}


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (gdpr_request(searchType=None, searchValue=None), "subject"),
        (gdpr_request(searchType=None), "searchType"),
        (gdpr_request(subject={"name": "Jane Doe"}), "searchType"),
        (gdpr_request(searchValue=None), "searchValue"),
        (by_subject(), "subject"),
        (by_subject(userId="u-1"), "subject"),
        (by_subject(externalContactId="c", journeyCustomer={"type": "t", "id": "i"}), "subject"),
        (by_subject(socialHandle={"type": "WHATSAPP", "value": "+4930"}), "subject"),
        (by_subject(name="Jane", conversationId="c"), "subject.conversationId"),
        (
            by_subject(name="Jane", dialerContactId={"id": "1"}),
            "subject.dialerContactId.contactListId",
        ),
    ],
)
def test_somebody_must_be_named_in_one_way_that_can_be_searched_for(
    bench: Workbench, wrong: dict[str, Any], path: str
) -> None:
    assert list(bench.errors(wrong)) == [path]


@pytest.mark.parametrize(
    "request_",
    [
        gdpr_request(reason=f"Erasure for {MAIL.upper()}, case 0815"),
        by_subject(name="Jane Doe", phoneNumbers=["0815"]) | {"reason": "jane doe asked for it"},
    ],
)
def test_the_reason_must_not_name_the_person_for_the_audit_keeps_it(
    bench: Workbench, request_: dict[str, Any]
) -> None:
    errors = bench.errors(request_)
    assert "names the subject" in errors["reason"]
    assert not [each for each in ("jane", "contact-1") if each in str(errors).casefold()]


def test_nor_must_the_runs_id(bench: Workbench) -> None:
    named = by_subject(name="Doe", externalId="CASE-08")
    assert "names the subject" in bench.errors(named)["requestId"]


def matrix(*rules: dict[str, Any]) -> RetentionMatrix:
    every = {"name": "any", "minimumDays": 30, "basis": "b"}
    return RetentionMatrix.parse(
        {"rules": [every, *({"name": "n", "basis": "b"} | r for r in rules)]}
    )


def test_a_matrix_that_does_not_name_the_method_allows_none(bench: Workbench) -> None:
    bench.policies.matrix = matrix()
    assert "no rule" in bench.errors(gdpr_request())["method"]


def test_a_rule_that_keeps_such_records_allows_none_since_nobody_can_tell_their_age(
    bench: Workbench,
) -> None:
    subjects = {"match": {"method": "gdpr_request"}, "minimumDays": 0}
    health = {
        "match": {"method": "gdpr_request", "classification": "hipaa"},
        "minimumDays": 2_555,
    }
    bench.policies.matrix = matrix(subjects, health)
    assert "2555 days" in bench.errors(gdpr_request())["method"]
    assert "2555 days" in bench.errors(gdpr_request(classification="hipaa"))["method"]
    assert bench.errors(gdpr_request(classification="internal")) == {}
