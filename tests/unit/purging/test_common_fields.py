"""The fields that every method shares, each refused by its path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.methods import METHODS

from tests import builders
from tests.clock import NOON
from tests.unit.workbench import Workbench

Builder = Callable[..., dict[str, Any]]
BUILDERS: list[Builder] = [
    builders.data_deletion,
    builders.interaction_purge,
    builders.conversation_archive,
    builders.recording_job,
]
ONE_OF = f"must be one of {', '.join(METHODS)}"
each_method = pytest.mark.parametrize("request_of", BUILDERS, ids=lambda each: each.__name__)


@each_method
def test_valid_request_has_no_errors(bench: Workbench, request_of: Builder) -> None:
    assert bench.errors(request_of()) == {}
    full = request_of(requestedBy="dpo", requestId="Q3_2026-x", dryRun=True, maxRecords=100_000)
    assert bench.errors(full) == {}


@each_method
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reason", "9 letters"),
        ("reason", "          "),
        ("reason", "   9 letters   "),
        ("reason", "x" * 501),
        ("reason", None),
        ("reason", 1_234_567_890),
        ("reason", ["a long enough reason"]),
        ("requestedBy", ""),
        ("requestedBy", "   "),
        ("requestedBy", "x" * 101),
        ("requestedBy", 7),
        ("requestId", ""),
        ("requestId", "x" * 81),
        ("requestId", "a b"),
        ("requestId", "a/b"),
        ("requestId", "a\n"),
        ("requestId", "ä"),
        ("requestId", 1),
        ("dryRun", "true"),
        ("dryRun", 1),
        ("dryRun", None),
        ("maxRecords", 0),
        ("maxRecords", -1),
        ("maxRecords", "10"),
        ("maxRecords", 10.0),
        ("maxRecords", True),
        ("maxRecords", 2**63),
        ("maxRecords", 100_001),
        ("dry_run", True),
        ("max_records", 1),
        ("unknown", 1),
        ("DryRun", True),
        ("", 1),
        ("__proto__", {}),
    ],
)
def test_one_wrong_field_is_reported_alone_with_its_path(
    bench: Workbench, request_of: Builder, field: str, value: object
) -> None:
    errors = bench.errors(request_of(**{field: value}))
    assert list(errors) == [field]
    assert errors[field]


@each_method
def test_all_wrong_fields_are_reported_together(bench: Workbench, request_of: Builder) -> None:
    wrong = request_of(reason="short", requestId="!", maxRecords=0, dryRun="no", colour="red")
    assert set(bench.errors(wrong)) == {"reason", "requestId", "maxRecords", "dryRun", "colour"}


@each_method
def test_missing_reason_is_reported_as_required(bench: Workbench, request_of: Builder) -> None:
    payload = request_of()
    del payload["reason"]
    assert bench.errors(payload) == {"reason": "is required"}


@each_method
def test_fields_of_minimum_and_maximum_length_are_accepted(
    bench: Workbench, request_of: Builder
) -> None:
    assert bench.errors(request_of(requestId="x", requestedBy="x", maxRecords=1)) == {}
    payload = request_of(reason="ten letter", requestId="x" * 80, requestedBy="x" * 100)
    assert bench.errors(payload) == {}
    assert bench.errors(request_of(reason="x" * 500)) == {}


def test_max_records_can_lower_but_not_raise_the_configured_limit() -> None:
    bench = Workbench(max_records=50)
    assert bench.errors(builders.data_deletion(maxRecords=50)) == {}
    assert bench.errors(builders.data_deletion(maxRecords=51)) == {
        "maxRecords": "may not be more than the configured limit, 50"
    }


@pytest.mark.parametrize(
    ("method", "message"),
    [
        (None, "is required"),
        ("media_retention_policy", ONE_OF),
        ("DATA_DELETION", ONE_OF),
        (["data_deletion"], ONE_OF),
        ({}, ONE_OF),
        (1, ONE_OF),
    ],
)
def test_unknown_method_is_refused_with_the_known_ones(
    bench: Workbench, method: object, message: str
) -> None:
    assert bench.errors(builders.data_deletion(method=method)) == {"method": message}


@pytest.mark.parametrize("payload", [None, True, 1, 1.5, "data_deletion", [], [{}], b"{}"])
def test_request_that_is_no_json_object_is_refused(bench: Workbench, payload: object) -> None:
    assert bench.errors(payload) == {"request": "must be a JSON object"}


def test_empty_request_lacks_its_method(bench: Workbench) -> None:
    assert bench.errors({}) == {"method": "is required"}


@pytest.mark.parametrize(
    ("wrong", "last"),
    [
        (1_000, ("field999", "is not a field of this request")),
        (1_001, ("request", "has more than 1000 errors")),
        (5_000, ("request", "has more than 1000 errors")),
    ],
)
def test_errors_beyond_a_thousand_are_reported_as_one(
    bench: Workbench, wrong: int, last: tuple[str, str]
) -> None:
    unknown = {f"field{number}": 1 for number in range(wrong)}
    with pytest.raises(InvalidRequest) as refused:
        bench.requests.check(builders.data_deletion(**unknown), NOON)
    assert len(refused.value.errors()) == min(wrong, 1_001)
    assert refused.value.errors()[-1] == FieldError(*last)
