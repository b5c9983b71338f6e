"""The fields of a gdpr_request, which must not name the person outside of the search."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.model.retention import RetentionMatrix

from tests.builders import gdpr_request
from tests.unit.purging.fields import not_refused
from tests.unit.workbench import Workbench

MAIL = "contact-1@example.test"
WRONG: dict[str, list[object]] = {
    "requestType": ["GDPR_UPDATE", "delete"],
    "searchType": ["AGE"],
    "searchValue": ["", "x" * 301, 7],
    "classification": ["secret"],
    "requestId": ["jane.doe"],
    "dateRange": [{"olderThanDays": 400, "lookbackDays": 30}],
    "replacementTerms": [[]],
}


def by_subject(**identifiers: Any) -> dict[str, Any]:
    return gdpr_request(searchType=None, searchValue=None, subject=identifiers)


def matrix(*rules: dict[str, Any]) -> RetentionMatrix:
    every = {"name": "any", "minimumDays": 30, "basis": "b"}
    return RetentionMatrix.parse(
        {"rules": [every, *({"name": "n", "basis": "b"} | r for r in rules)]}
    )


def test_person_is_identified_by_a_search_or_a_subject(bench: Workbench) -> None:
    assert bench.errors(gdpr_request()) == {}
    assert bench.errors(gdpr_request(requestType="GDPR_EXPORT", classification="pii")) == {}
    assert bench.errors(by_subject(name="Jane Doe", userId="u-1")) == {}


def test_wrong_field_is_the_only_error() -> None:
    cases = [(field, value, field) for field, values in WRONG.items() for value in values]
    assert not_refused(gdpr_request, cases) == {}


@pytest.mark.parametrize("field", ["requestId", "requestType"])
def test_field_is_required(bench: Workbench, field: str) -> None:
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
def test_person_must_be_identified_once_and_searchable(
    bench: Workbench, wrong: dict[str, Any], path: str
) -> None:
    assert list(bench.errors(wrong)) == [path]


@pytest.mark.parametrize(
    ("field", "request_"),
    [
        ("reason", gdpr_request(reason=f"Erasure for {MAIL.upper()}, case 0815")),
        (
            "reason",
            by_subject(name="Jane Doe", phoneNumbers=["0815"])
            | {"reason": "jane doe asked for it"},
        ),
        ("requestId", by_subject(name="Doe", externalId="CASE-08")),
        ("requestedBy", gdpr_request(requestedBy=MAIL)),
        (
            "requestId",
            by_subject(phoneNumbers=["+1 (317) 555-0123"]) | {"requestId": "dsr-3175550123"},
        ),
        (
            "reason",
            by_subject(phoneNumbers=["+13175550123"]) | {"reason": "erase 001 317.555.0123"},
        ),
        (
            "reason",
            gdpr_request(
                searchType="NAME",
                searchValue="J\u00fcrgen  M\u00fcller",
                reason="erase Ju\u0308rgen MU\u0308LLER",
            ),
        ),
    ],
)
def test_audited_fields_must_not_contain_an_identifier(
    bench: Workbench, field: str, request_: dict[str, Any]
) -> None:
    errors = bench.errors(request_)
    assert "contains an identifier of the subject; remove it" in errors[field]
    assert not [each for each in ("jane", "contact-1") if each in str(errors).casefold()]


def test_matrix_without_a_rule_for_gdpr_requests_refuses_them(bench: Workbench) -> None:
    bench.policies.matrix = matrix()
    assert bench.errors(gdpr_request()) == {
        "method": "no rule of the retention matrix names gdpr_request; add one to allow it"
    }


def test_any_retention_refuses_gdpr_requests(bench: Workbench) -> None:
    subjects = {"match": {"method": "gdpr_request"}, "minimumDays": 0}
    hipaa = {"method": "gdpr_request", "classification": "hipaa"}
    bench.policies.matrix = matrix(subjects, {"match": hipaa, "minimumDays": 2_555})
    assert "2555 days" in bench.errors(gdpr_request())["method"]
    assert "2555 days" in bench.errors(gdpr_request(classification="hipaa"))["method"]
    assert bench.errors(gdpr_request(classification="internal")) == {}


def test_python_name_of_a_nested_field_is_unknown(bench: Workbench) -> None:
    payload = by_subject(emailAddresses=["jane@example.com"], user_id="u-1")
    assert bench.errors(payload) == {"subject.user_id": "is not a field of this request"}
