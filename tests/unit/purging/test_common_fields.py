"""The fields that the requests of every method have."""

from __future__ import annotations

import pytest
from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.methods import METHODS
from genesys_purge.model.request import PurgeRequest

from tests import builders
from tests.clock import NOON
from tests.unit.purging.fields import not_refused, without
from tests.unit.workbench import Workbench

ONE_OF = f"must be one of {', '.join(METHODS)}"
WRONG: dict[str, list[object]] = {
    "reason": [
        "9 letters",
        "          ",
        "   9 letters   ",
        "x" * 501,
        None,
        1_234_567_890,
        ["a long enough reason"],
    ],
    "requestedBy": ["", "   ", "x" * 101, 7],
    "requestId": ["", "x" * 81, "a b", "a/b", "a\n", "ä", 1, "policy-nightly-x"],
    "dryRun": ["true", 1, None],
    "maxRecords": [0, -1, "10", 10.0, True, 2**63, 100_001],
    "dry_run": [True],
    "max_records": [1],
    "unknown": [1],
    "DryRun": [True],
    "": [1],
    "__proto__": [{}],
}


@pytest.mark.parametrize("field", WRONG)
def test_wrong_common_field_is_the_only_error(field: str) -> None:
    cases = [(field, value, field) for value in WRONG[field]]
    assert not_refused(builders.data_deletion, cases) == {}


def test_methods_redefine_a_common_field_only_to_require_it() -> None:
    redefined = {
        (method, name)
        for method, each in METHODS.items()
        for name, field in PurgeRequest.model_fields.items()
        if each.request_model.model_fields[name].annotation != field.annotation
    }
    # The id of a GDPR request must not be made from its content.
    assert redefined == {(method, "method") for method in METHODS} | {
        ("gdpr_request", "request_id")
    }


@pytest.mark.parametrize("method", METHODS)
def test_full_request_of_a_method_is_valid(bench: Workbench, method: str) -> None:
    full = {"requestedBy": "dpo", "requestId": "Q3_2026-x", "dryRun": True, "maxRecords": 100_000}
    assert bench.errors(builders.request_of(method, **full)) == {}


@pytest.mark.parametrize("method", METHODS)
def test_all_wrong_common_fields_of_a_method_are_reported(bench: Workbench, method: str) -> None:
    wrong = {"reason": "short", "requestId": "!", "maxRecords": 0, "dryRun": "no", "colour": "red"}
    assert set(bench.errors(builders.request_of(method, **wrong))) == set(wrong)


def test_reason_is_required(bench: Workbench) -> None:
    request = without(builders.data_deletion(), "reason")
    assert bench.errors(request) == {"reason": "is required"}


def test_shortest_and_longest_values_are_valid(bench: Workbench) -> None:
    shortest = builders.data_deletion(
        reason="ten letter", requestId="x", requestedBy="x", maxRecords=1
    )
    longest = builders.data_deletion(reason="x" * 500, requestId="x" * 80, requestedBy="x" * 100)
    assert (bench.errors(shortest), bench.errors(longest)) == ({}, {})


def test_max_records_may_not_exceed_the_configured_limit() -> None:
    bench = Workbench(max_records=50)
    assert bench.errors(builders.data_deletion(maxRecords=50)) == {}
    assert bench.errors(builders.data_deletion(maxRecords=51)) == {
        "maxRecords": "must be at most 50, the configured limit"
    }


def test_method_must_be_a_registered_one(bench: Workbench) -> None:
    required = f"is required: {ONE_OF.removeprefix('must be ')}"
    assert bench.errors(builders.data_deletion(method=None)) == {"method": required}
    unknown: list[object] = ["media_retention_policy", "DATA_DELETION", ["data_deletion"], {}, 1]
    for method in unknown:
        assert bench.errors(builders.data_deletion(method=method)) == {"method": ONE_OF}


@pytest.mark.parametrize("method", [{}, {"method": "typo"}])
def test_wrong_method_is_reported_with_all_errors_that_need_no_method(
    bench: Workbench, method: dict[str, str]
) -> None:
    wrong = {"reason": "short", "requestId": "!", "maxRecords": 0, "dryRun": "no", "colour": "red"}
    request = without(builders.data_deletion(recordTypes=[], **wrong), "method") | method
    assert set(bench.errors(request)) == {"method", *wrong}


def test_limit_of_an_organisation_is_checked_without_a_method() -> None:
    bench = Workbench(max_records=50)
    found = bench.errors(builders.data_deletion(method="typo", maxRecords=51, organisation="none"))
    assert set(found) == {"method", "maxRecords", "organisation"}


def test_request_must_be_a_json_object(bench: Workbench) -> None:
    payloads: list[object] = [None, True, 1, 1.5, "data_deletion", [], [{}], b"{}"]
    for payload in payloads:
        assert bench.errors(payload) == {"request": "must be a JSON object"}
    assert set(bench.errors({})) == {"method", "reason"}


@pytest.mark.parametrize(
    ("wrong", "last"),
    [
        (1_000, ("field999", "is not a field of this request")),
        (1_001, ("request", "has more than 1000 errors")),
    ],
)
def test_at_most_a_thousand_errors_are_reported(
    bench: Workbench, wrong: int, last: tuple[str, str]
) -> None:
    unknown = {f"field{number}": 1 for number in range(wrong)}
    with pytest.raises(InvalidRequest) as refused:
        bench.requests.check(builders.data_deletion(**unknown), NOON)
    assert len(refused.value.errors()) == wrong
    assert refused.value.errors()[-1] == FieldError(*last)
