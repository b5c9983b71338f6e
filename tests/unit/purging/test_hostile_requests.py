"""Any JSON is answered with a checked request or a list of wrong fields."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from genesys_purge.errors import InvalidRequest
from genesys_purge.methods import METHODS
from genesys_purge.model.messages import RunRef
from genesys_purge.model.submission import Submission
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.unit.workbench import Workbench

times = st.sampled_from(
    ["2024-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "20240101"]
) | st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=[]), max_size=20)
    | times
    | st.sampled_from(["hipaa", "pii", "soft", "voice", "us-east-1", "s3://abc/k", "a1", "message"])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=8) | st.sampled_from(["start", "end"]), inner, max_size=4
        )
    ),
    max_leaves=10,
)
NAMES = sorted(
    {
        field.alias or name
        for m in METHODS.values()
        for name, field in m.request_model.model_fields.items()
    }
    | {name for m in METHODS.values() for name in m.request_model.model_fields}
)
ranges = st.fixed_dictionaries(
    {},
    optional={
        "start": times | scalars,
        "end": times | scalars,
        "olderThanDays": st.integers(-1, 40_000) | scalars,
        "lookbackDays": st.integers(-1, 40_000) | scalars,
    },
)
changes = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=10), values, max_size=5)
BUILDERS: list[Callable[..., dict[str, Any]]] = [
    builders.data_deletion,
    builders.interaction_purge,
    builders.conversation_archive,
]
requests = st.builds(
    lambda build, fields, window: build(**fields) | window,
    st.sampled_from(BUILDERS),
    changes,
    st.just({}) | ranges.map(lambda each: {"dateRange": each}),
)
references = st.none() | st.datetimes(timezones=st.just(UTC))


@given(values | requests, references)
def test_hostile_request_is_read_or_refused_field_by_field(
    payload: object, reference: datetime | None
) -> None:
    read = refused = None
    try:
        read = Workbench().requests.check(payload, reference)
    except InvalidRequest as error:
        refused = error.errors()
    assert (read is None) is bool(refused)
    assert all(each.message and len(each.path) <= 200 for each in refused or ())


@given(values | requests)
def test_accepted_request_is_stored_as_it_was_checked(payload: Any) -> None:
    bench = Workbench()
    try:
        submitted = bench.submit_purge(Submission(payload, "tests"))
    except InvalidRequest:
        assert bench.executions.started == []
        return
    message = RunRef(run_id=submitted.run_id)
    assert bench.validate_purge(message.to_json()) == message.to_json()
    stored = bench.runs.get(submitted.run_id).request
    assert bench.requests.check(stored) == bench.requests.check(payload)
    assert bench.requests.check(stored).content() == stored


def nested(depth: int) -> object:
    return {"a": nested(depth - 1)} if depth else 1


@pytest.mark.parametrize("depth", [10, 190, 199, 200, 250, 300])
def test_deeply_nested_request_is_refused(depth: int) -> None:
    errors = Workbench().errors(builders.interaction_purge(filters={"a": nested(depth)}))
    assert list(errors) in (["filters"], ["request"])
