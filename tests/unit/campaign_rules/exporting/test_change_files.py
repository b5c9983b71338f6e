"""The records of an export as JSON Lines, and as CSV without formulas."""

from __future__ import annotations

import csv
import io
import json
from hashlib import sha256

from genesys_purge.campaign_rules.exporting.change_files import FIELDS, Change, change_files, row
from hypothesis import given
from hypothesis import strategies as st

WHOLE = Change(
    timestamp="2026-11-21T11:00:00.123Z",
    event_type="outbound.rule.created",
    entity_id="r1",
    campaign_id="campaign-1",
    rule_name="valued customers",
    version=3,
    priority=10,
)
BARE = WHOLE.model_copy(update={"rule_name": None, "version": None, "priority": None})


def cells(line: bytes) -> list[str]:
    (found,) = csv.reader(io.StringIO(line.decode(), newline=""))
    return found


def test_change_has_the_documented_fields() -> None:
    assert json.loads(WHOLE.as_json()) == {
        "timestamp": "2026-11-21T11:00:00.123Z",
        "eventType": "outbound.rule.created",
        "entityId": "r1",
        "campaignId": "campaign-1",
        "source": "genesys_cloud_outbound",
        "ruleName": "valued customers",
        "version": 3,
        "priority": 10,
    }
    assert tuple(json.loads(WHOLE.as_json())) == FIELDS


def test_missing_field_is_absent_in_json_and_empty_in_csv() -> None:
    assert set(FIELDS) - set(json.loads(BARE.as_json())) == {"ruleName", "version", "priority"}
    assert BARE.as_csv() == (
        b"2026-11-21T11:00:00.123Z,outbound.rule.created,r1,campaign-1,genesys_cloud_outbound,,,\r\n"
    )


def test_change_is_one_line_of_json() -> None:
    line = WHOLE.model_copy(update={"rule_name": "a\nb\r\u2028"}).as_json()
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1


def test_row_is_written_as_in_rfc_4180() -> None:
    rows = {
        "plain": b"plain",
        "a,b": b'"a,b"',
        'say "hi"': b'"say ""hi"""',
        "a\nb": b'"a\nb"',
        "a\r\nb": b'"a\r\nb"',
        "ü": "ü".encode(),
        "1=2": b"1=2",
        "it's": b"it's",
    }
    for name, written in rows.items():
        assert row([name, 7]) == written + b",7\r\n"


def test_text_that_begins_like_a_formula_gets_an_apostrophe() -> None:
    for first in ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"):  # noqa: RUF001  full-width signs
        formula = f'{first}cmd|"/C calc"!A0'
        assert cells(row([formula])) == [f"'{formula}"]
        change = WHOLE.model_copy(update={"rule_name": formula})
        assert cells(change.as_csv())[5] == f"'{formula}"
        assert json.loads(change.as_json())["ruleName"] == formula


def test_number_is_no_formula() -> None:
    assert row([-1, 0]) == b"-1,0\r\n"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_any_rule_name_is_read_back_and_begins_no_formula(name: str) -> None:
    change = WHOLE.model_copy(update={"rule_name": name})
    found = cells(change.as_csv())
    assert len(found) == len(FIELDS)
    assert found[5].removeprefix("'") == name.removeprefix("'")
    assert not found[5].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert json.loads(change.as_json())["ruleName"] == name


def test_files_hold_every_change_with_counts_and_digests() -> None:
    with change_files() as files:
        files.add(WHOLE)
        files.add(BARE)
        contents = []
        for file in (files.json_lines, files.csv):
            file.seek(0)
            contents.append(file.read())
        assert (files.changes, files.without_rule) == (2, 1)
        assert files.digests == [sha256(content).hexdigest() for content in contents]
    header = ",".join(FIELDS).encode() + b"\r\n"
    assert contents == [
        WHOLE.as_json() + BARE.as_json(),
        header + WHOLE.as_csv() + BARE.as_csv(),
    ]
    assert files.json_lines.closed
    assert files.csv.closed
