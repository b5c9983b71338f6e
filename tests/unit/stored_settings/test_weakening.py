"""What a new document protects less than the one before."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from genesys_purge.model.classification import Classification
from genesys_purge.model.retention import Kind, RetentionMatrix, default_matrix, values
from genesys_purge.model.stored_setting import SettingName
from genesys_purge.stored_settings.documents import KINDS, UNKNOWN_BEFORE
from genesys_purge.stored_settings.weakening import of_matrices
from hypothesis import given
from hypothesis import strategies as st

METHODS = ("recording_job", "data_deletion", "gdpr_request")
CLASSES = (None, "public", "hipaa", "secret", " Secret ")
DIMENSIONS = {"method": METHODS, "classification": CLASSES[1:], "interactionType": ("voice",)}
RULE = {"name": "a", "minimumDays": 400, "basis": "b"}


def weakens(before: Any, after: Any, name: SettingName) -> list[str]:
    return KINDS[name].weakens(before, after)


def of_rules(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[str]:
    return weakens({"rules": before}, {"rules": after}, SettingName.RETENTION_MATRIX)


def rule(**changes: Any) -> dict[str, Any]:
    return RULE | changes


def matches() -> st.SearchStrategy[dict[str, str]]:
    chosen = {name: st.sampled_from(each) for name, each in DIMENSIONS.items()}
    return st.fixed_dictionaries({}, optional=chosen)


def matrices() -> st.SearchStrategy[RetentionMatrix]:
    days = st.sampled_from((30, 365, 2_555))
    rules = st.builds(lambda days, match: rule(minimumDays=days, match=match), days, matches())
    return st.lists(rules, min_size=1, max_size=4).map(
        lambda each: RetentionMatrix.parse({"rules": each})
    )


KIND_VALUES = product(METHODS, CLASSES, (None, ("voice",), ("chat",), ("voice", "chat")))
EVERY_KIND: list[Kind] = [
    {"method": values(method), "classification": values(classification)}
    | ({} if media is None else {"interactionType": values(*media)})
    for method, classification, media in KIND_VALUES
]


@given(matrices(), matrices(), st.sampled_from(("", *Classification)))
def test_matrix_without_a_named_weakening_keeps_every_record_as_long(
    before: RetentionMatrix, after: RetentionMatrix, assumed: str
) -> None:
    if list(of_matrices(before, after)):
        return
    old, new = before.assuming(assumed), after.assuming(assumed)
    for kind in EVERY_KIND:
        then, now = old.policy(kind), new.policy(kind)
        assert now is None or (then is not None and now.minimum_days >= then.minimum_days), kind


def test_same_matrix_weakens_nothing() -> None:
    assert list(of_matrices(default_matrix(), default_matrix())) == []


@pytest.mark.parametrize(
    "after",
    [
        [rule(minimumDays=500)],
        [rule(name="other")],
        [rule(), rule(name="more", match={"method": "recording_job"})],
        [rule(minimumDays=500), rule(name="more", minimumDays=30, match={"method": "x"})],
    ],
)
def test_matrix_that_keeps_more_weakens_nothing(after: list[dict[str, Any]]) -> None:
    assert of_rules([rule()], after) == []


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ([rule(minimumDays=399)], "rule 'a' keeps its records for 399 days, not for 400"),
        ([rule(match={"method": "x"})], "rule 'a' no longer covers all of its records"),
        ([rule(name="n", minimumDays=30)], "rule 'a' is removed: no other rule keeps all"),
        (
            [rule(), rule(name="s", minimumDays=0, match={"method": "gdpr_request"})],
            "rule 's' covers records that no rule covered; they were all kept",
        ),
        (
            [rule(), rule(name="n", match={"classification": "secret"})],
            "records with the unknown classification 'secret' had the longest retention",
        ),
    ],
)
def test_weaker_matrix_names_the_rule(after: list[dict[str, Any]], words: str) -> None:
    (found,) = of_rules([rule()], after)
    assert found.startswith(words)


def test_rule_without_another_for_its_records_may_be_removed() -> None:
    subjects = rule(name="s", minimumDays=0, match={"method": "gdpr_request"})
    assert of_rules([rule(), subjects], [rule()]) == []


def test_malformed_document_before_is_an_unknown_weakening() -> None:
    assert of_rules([], [rule()]) == [UNKNOWN_BEFORE]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ({"maxRecords": 5}, {"maxRecords": 5}, []),
        ({"maxRecords": 5}, {"maxRecords": 4}, []),
        ({"maxRecords": 5}, {"maxRecords": 6}, ["maxRecords is 6, not 5"]),
        ({"maxRecords": 5}, {}, ["maxRecords is that of the default organisation, not 5"]),
        ({"residencyZones": ["eu-west-1"]}, {}, ["residencyZones allows other jurisdictions"]),
        (
            {"defaultClassification": "pii"},
            {"defaultClassification": "public"},
            ["unclassified records are taken for public, not for pii"],
        ),
    ],
)
def test_wider_limit_of_an_organisation_is_named(
    before: dict[str, Any], after: dict[str, Any], words: list[str]
) -> None:
    then, now = (
        {"organisations": {"emea": {"region": "eu-west-1"} | each}} for each in (before, after)
    )
    expected = [f"organisation emea: {each}" for each in words]
    assert weakens(then, now, SettingName.ORGANISATIONS) == expected


def test_each_added_and_each_removed_organisation_is_named() -> None:
    names = (("a", "b", "c"), ("c", "d", "e"))
    then, now = ({"organisations": {each: {"region": "eu-west-1"} for each in on}} for on in names)
    found = [each.partition(":")[0] for each in weakens(then, now, SettingName.ORGANISATIONS)]
    assert found == [
        "organisation d is added",
        "organisation e is added",
        "organisation a is removed",
        "organisation b is removed",
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"region": "eu-central-1"},
        {"platform": "live"},
        {"apiUrl": "https://api.other.test"},
        {"loginUrl": "https://login.other.test"},
    ],
)
def test_name_with_another_address_may_be_another_organisation(other: dict[str, Any]) -> None:
    own = {"region": "eu-west-1"}
    then, now = ({"organisations": {"emea": each}} for each in (own, own | other))
    (words,) = weakens(then, now, SettingName.ORGANISATIONS)
    assert words.startswith("organisation emea: it may be another Genesys organisation")


@pytest.mark.parametrize(
    ("before", "after", "is_weaker"),
    [
        ({}, {}, False),
        ({"classification": "pii"}, {}, False),
        ({}, {"classification": "pii"}, True),
    ],
)
def test_new_default_classification_is_a_weakening(
    before: dict[str, Any], after: dict[str, Any], is_weaker: bool
) -> None:
    assert bool(weakens(before, after, SettingName.DEFAULT_CLASSIFICATION)) is is_weaker
