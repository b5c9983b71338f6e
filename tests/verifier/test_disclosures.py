"""Disclosures of erasable fields: each is checked, may be withheld, and says who approved."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import verify
from tests.verifier.bundles import (
    CERTIFICATE_KEY,
    VKEY,
    Files,
    bundle,
    by_cryptography,
    put,
    with_manifest,
)
from tests.verifier.conftest import Judge
from tests.verifier.disclosing import (
    DISCLOSURES,
    Disclosed,
    Sealed,
    digest_of,
    disclosure,
    encoded,
    erasure,
    followed,
    line_of,
    persons_of,
    plain,
    sealed,
    shown,
)
from tests.verifier.runs import records_of
from tests.verifier.shapes import Shape

SHAPE = Shape(persons=2)
MADE = plain(SHAPE)
FILES = bundle(SHAPE, records=MADE.records)
Say = Callable[[Files], str]
REASON, NESTED = MADE.disclosures[1][1:]


@pytest.fixture
def said(tmp_path: Path) -> Say:
    """Everything that the verifier says about a bundle, with its exit status."""

    def say(files: Files) -> str:
        lines: list[str] = []
        folder = put(tmp_path / "bundle", files)
        status = verify.judge(
            folder, VKEY, CERTIFICATE_KEY, signed=by_cryptography, say=lines.append
        )
        return "\n".join([*lines, f"status {status}"])

    return say


def with_first(*disclosures: str) -> Files:
    """The bundle with these disclosures of its first record."""
    return shown(FILES, {1: list(disclosures)})


def test_every_disclosure_is_proven(said: Say) -> None:
    found = said(shown(FILES, MADE.disclosures))
    assert "proven: 5 erasable fields are disclosed" in found
    assert "0 were erased, 0 are withheld" in found
    assert found.endswith("status 0")


def test_bundle_without_disclosures_proves_the_same_deletion(said: Say) -> None:
    found = said(FILES)
    assert (
        "0 erasable fields are disclosed and are those that were sealed; 0 were erased, 5" in found
    )
    assert "who gave the approval" not in found
    assert found.endswith("status 0")


def test_disclosures_may_be_withheld_one_by_one(said: Say) -> None:
    found = said(with_first(NESTED))
    assert "proven: 1 erasable fields are disclosed" in found
    assert ("4 are withheld" in found, found.endswith("status 0")) == (True, True)


def erased_in_the_audit() -> Files:
    """The bundle of a run whose first record was erased before it was certified."""
    records = [*records_of(SHAPE), erasure(len(records_of(SHAPE)) + 1, [1])]
    made = sealed(records, {1: {"detail": "Jane asked"}, 2: {"detail": "Jo asked"}})
    return bundle(SHAPE, records=made.records)


def test_erased_field_verifies_and_the_sealed_record_says_so(said: Say) -> None:
    found = said(erased_in_the_audit())
    assert "0 are disclosed" not in found
    assert "1 were erased, 1 are withheld" in found
    words = "says that personal data of the records 1 was erased at 2026-12-02T09:00:00Z by person-"
    assert (f"\nproven: record {len(records_of(SHAPE)) + 1} {words}" in found) is True
    assert found.endswith("status 0")


def test_erasure_after_the_certificate_is_reported_and_not_proven(said: Say) -> None:
    last = len(MADE.records)
    later = [erasure(last + 1, [1]), {**erasure(last + 2, []), "action": "notification_delivered"}]
    found = said(followed(FILES, later))
    assert f"\nnot proven: record {last + 1} says that personal data of the records 1 was" in found
    assert "0 were erased, 5 are withheld" in found
    assert "\nnot proven: 3 of those withheld are said to be erased, in later.jsonl" in found
    assert found.endswith("status 0")


@pytest.mark.parametrize("action", ["certificate_withdrawn", "run_corrected"])
def test_later_record_about_the_certificate_is_left_to_the_log(judged: Judge, action: str) -> None:
    later = {**erasure(len(MADE.records) + 1, []), "action": action}
    status, line = judged(followed(FILES, [later]))
    assert (status, f"is {action}: only the log shows" in line) == (2, True), line


@pytest.mark.parametrize("changes", [{"sequence": 99}, {"runId": "run-2"}, {"sequence": True}])
def test_later_record_of_another_place_is_disproven(judged: Judge, changes: dict[str, Any]) -> None:
    later = erasure(len(MADE.records) + 1, [1]) | changes
    assert judged(followed(FILES, [later]))[0] == 1


@pytest.mark.parametrize("numbers", [["1"], [1.0], [True], "1"])
def test_erasure_of_something_else_than_numbers_is_disproven(judged: Judge, numbers: Any) -> None:
    later = erasure(len(MADE.records) + 1, []) | {"erasure": {"sequences": numbers}}
    assert judged(followed(FILES, [later]))[0] == 1


WRONG = {
    "another value": [disclosure("detail", "Jo asked", "1detail")],
    "another salt": [disclosure("detail", "Jane asked", "other")],
    "another name": [disclosure("reason", "Jane asked", "1detail")],
    "of another record": [MADE.disclosures[3][0]],
    "twice": [REASON, REASON],
    "not base64": ["!"],
    "padded": [f"{REASON}="],
    "empty": [""],
    "not JSON": [encoded(b"detail")],
    "two elements": [encoded(b'["salt","detail"]')],
    "four elements": [encoded(b'["salt","detail","x","y"]')],
    "no text as its name": [encoded(b'["salt",7,"x"]')],
    "JSON that is not strict": [encoded(b'["salt","detail",NaN]')],
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_wrong_disclosure_is_disproven(judged: Judge, wrong: list[str]) -> None:
    assert judged(with_first(*wrong))[0] == 1


def sealed_as(name: str, value: Any) -> Files:
    """A bundle with a sealed digest of any disclosure in its first record, and that disclosure."""
    made = disclosure(name, value)
    records = records_of(SHAPE)
    records[0]["_sd"] = [digest_of(made)]
    return shown(bundle(SHAPE, records=records), {1: [made]})


@pytest.mark.parametrize(("name", "status"), [("detail", 0), ("action", 1), ("_sd", 1)])
def test_disclosure_may_not_replace_a_sealed_field(judged: Judge, name: str, status: int) -> None:
    assert judged(sealed_as(name, "run_completed"))[0] == status


@pytest.mark.parametrize("digests", [["x"], "x", [7], [digest_of("a")] * 2])
def test_malformed_digests_are_disproven(judged: Judge, digests: Any) -> None:
    records = records_of(SHAPE)
    records[0]["_sd"] = digests
    assert judged(bundle(SHAPE, records=records))[0] == 1


LINES = {
    "of no record": line_of(99, [REASON]),
    "of the record 0": line_of(0, [REASON]),
    "without disclosures": line_of(1, []),
    "twice": line_of(1, [REASON]) + line_of(1, [NESTED]),
    "in another order": line_of(3, MADE.disclosures[3]) + line_of(1, [REASON]),
    "without an end": line_of(1, [REASON])[:-1],
    "with a space": line_of(1, [REASON]).replace(b":", b": "),
    "with another field": line_of(1, [REASON]).replace(b"{", b'{"a":1,'),
    "with a text": line_of(1, [REASON]).replace(b"[", b"").replace(b"]", b""),
    "with a number": json.dumps({"sequence": 1, "disclosures": [7]}).replace(" ", "").encode()
    + b"\n",
}


@pytest.mark.parametrize("lines", LINES.values(), ids=LINES)
def test_wrong_line_is_disproven(judged: Judge, lines: bytes) -> None:
    assert judged(with_manifest({**FILES, DISCLOSURES: lines}))[0] == 1


def test_file_that_the_manifest_does_not_list_is_disproven(judged: Judge) -> None:
    given = shown(FILES, MADE.disclosures)
    assert judged({**FILES, DISCLOSURES: given[DISCLOSURES]})[0] == 1


def test_file_that_the_manifest_lists_and_that_is_missing_is_disproven(judged: Judge) -> None:
    given = shown(FILES, MADE.disclosures)
    del given[DISCLOSURES]
    assert judged(given)[0] == 1


def identified(*persons: str, disclosed: int = 3) -> Files:
    """A bundle with these ids of the requester and of both approvers; the first are disclosed."""
    records = records_of(SHAPE)
    numbers = sorted(persons_of(records))
    fields = {number: {"personId": person} for number, person in zip(numbers, persons, strict=True)}
    made: Sealed = sealed(records, fields)
    given: Disclosed = {number: made.disclosures[number] for number in numbers[:disclosed]}
    return shown(bundle(SHAPE, records=made.records), given)


def test_disclosed_approvers_are_proven_to_be_different_persons(said: Say) -> None:
    found = said(identified("user:A", "user:B", "role:R1:carl"))
    assert "proven: by their ids, 2 person(s) gave the approval run-1-approval" in found
    assert found.endswith("status 0")


@pytest.mark.parametrize("disclosed", [0, 1, 2])
def test_approvers_are_not_proven_if_one_is_not_disclosed(said: Say, disclosed: int) -> None:
    found = said(identified("user:A", "user:B", "user:C", disclosed=disclosed))
    assert "not proven: who gave the approval run-1-approval: not all are disclosed" in found
    assert found.endswith("status 0")


@pytest.mark.parametrize(
    ("persons", "words"),
    [
        (("user:A", "user:A", "user:C"), "the requester approved the own request"),
        (("role:R1:jane", "role:R2:JANE", "user:C"), "the requester approved the own request"),
        (("user:A", "user:B", "user:B"), "one person approved under two pseudonyms"),
        (("user:A", "role:R1:jo", "role:R2:Jo"), "one person approved under two pseudonyms"),
    ],
)
def test_one_person_in_two_parts_is_disproven(
    judged: Judge, persons: tuple[str, ...], words: str
) -> None:
    status, line = judged(identified(*persons))
    assert (status, words in line) == (1, True)


@pytest.mark.parametrize(("other", "status"), [("role:R2:Jane", 0), ("user:B", 1)])
def test_one_pseudonym_has_one_person(judged: Judge, other: str, status: int) -> None:
    records = records_of(SHAPE)
    records[-1]["person"] = records[0]["person"]
    last = len(records)
    made = sealed(records, {1: {"personId": "role:R1:jane"}, last: {"personId": other}})
    assert judged(shown(bundle(SHAPE, records=made.records), made.disclosures))[0] == status


def test_digests_in_other_letters_are_found(said: Say) -> None:
    line = FILES["audit.jsonl"].replace(b'"_sd"', b'"\\u005fsd"')
    assert "5 are withheld" in said(bundle(SHAPE, audit=line))
