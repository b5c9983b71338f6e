"""Entries of a manifest as JSON rows, and back."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest
from genesys_purge.model.batch import Entry
from genesys_purge.model.entry_rows import entry_of, microseconds, moment, row_of
from hypothesis import given
from hypothesis import strategies as st

TIMES = st.datetimes(timezones=st.just(UTC))
ENTRIES = st.builds(
    Entry,
    conversation_id=st.text(min_size=1),
    end=TIMES,
    classification=st.none() | st.text(),
    start=st.none() | TIMES,
    media=st.frozensets(st.sampled_from(["voice", "email", "chat"])),
    record_id=st.none() | st.text(min_size=1),
)


@given(ENTRIES)
def test_row_holds_the_whole_entry(entry: Entry) -> None:
    assert entry_of(*orjson.loads(orjson.dumps(row_of(entry)))) == entry


@given(TIMES)
def test_microseconds_are_exact_for_every_time(at: datetime) -> None:
    assert moment(microseconds(at)) == at


def test_short_row_has_no_start_media_or_record() -> None:
    assert entry_of("c1", 0, None) == Entry("c1", datetime(1970, 1, 1, tzinfo=UTC), None)


@pytest.mark.parametrize("count", [0.0, 1.7e9, "0", None])
def test_time_that_is_no_whole_number_is_refused(count: object) -> None:
    with pytest.raises(TypeError):
        moment(count)  # type: ignore[arg-type]  # what a wrong row would have
