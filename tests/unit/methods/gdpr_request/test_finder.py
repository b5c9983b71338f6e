"""The search for a data subject: which found person a request means."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import InvalidRequest, LimitExceeded, PurgeError, UnreadableAnswer
from genesys_purge.methods.gdpr_request.finder import FIND
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.methods.gdpr_request.subject_scene import (
    JANE,
    JOHN,
    MAIL,
    METHOD,
    PART,
    PAYLOAD,
    by_subject,
    finding,
    request,
    submit,
)
from tests.unit.methods.scene import plan, sources, submitted


def test_search_that_finds_several_subjects_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="matches 2 subjects"):
        plan(METHOD, PAYLOAD, sources(finding(JANE, JOHN)))


def test_search_that_finds_more_than_a_page_is_refused() -> None:
    genesys = finding()
    genesys.on(FIND, {"entities": [JANE], "total": 260})
    with pytest.raises(LimitExceeded, match="260 subjects"):
        plan(METHOD, PAYLOAD, sources(genesys))


@pytest.mark.parametrize(
    ("identifiers", "searched"),
    [
        ({"externalId": "J-1 "}, ("EXTERNAL_ID", "J-1")),
        ({"emailAddresses": [MAIL], "name": "jane doe"}, ("EMAIL", MAIL)),
        ({"name": "Jane Doe"}, ("NAME", "Jane Doe")),
    ],
)
def test_subject_is_searched_by_one_identifier_and_selected_by_all(
    identifiers: dict[str, Any], searched: tuple[str, str]
) -> None:
    genesys = finding(JOHN, JANE)
    submitted(METHOD, by_subject(**identifiers), PART, genesys)
    assert genesys.calls[0].path == {"search_type": searched[0], "search_value": searched[1]}
    assert genesys.deletions[0]["subject"]["externalId"] == "j-1"


def test_every_searchable_identifier_has_its_search_type() -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"phoneNumbers": ["+49301"]}, "PHONE"),
        ({"socialHandle": {"type": "twitter", "value": "@jane"}}, "TWITTER"),
        ({"socialHandle": {"type": "WHATSAPP", "value": "49301"}}, "NAME"),
        ({"addresses": ["Main Street 1"]}, "ADDRESS"),
    ]
    searches = [by_subject(name="x", **identifiers).search for identifiers, _ in cases]
    assert [each and each.search_type for each in searches] == [wanted for _, wanted in cases]


@pytest.mark.parametrize(
    ("identifiers", "theirs"),
    [
        ({"phoneNumbers": ["+1 (317) 555-0123"]}, {"phoneNumbers": ["+13175550123"]}),
        ({"phoneNumbers": ["001-317-555-0123"]}, {"phoneNumbers": ["tel:+1.317.555.0123"]}),
        ({"name": "Ju\u0308rgen"}, {"name": "J\u00dcRGEN"}),
        ({"addresses": ["Stra\u00dfe\u00a01"]}, {"addresses": ["STRASSE  1"]}),
    ],
)
def test_found_subject_with_an_identifier_in_another_form_matches(
    identifiers: dict[str, Any], theirs: dict[str, Any]
) -> None:
    genesys = finding(JANE | theirs)
    submitted(METHOD, by_subject(externalId="j-1", **identifiers), PART, genesys)
    assert len(genesys.deletions) == 1


@pytest.mark.parametrize(
    "identifiers",
    [
        {"externalId": "j-1", "phoneNumbers": ["317 555 0123"]},
        {"externalId": "j-1", "phoneNumbers": ["+44 317 555 0123"]},
        {"emailAddresses": [MAIL], "userId": "u-1"},
        {"emailAddresses": [MAIL, "other@example.com"]},
        {"emailAddresses": [MAIL], "dialerContactId": {"id": "1", "contactListId": "2"}},
    ],
)
def test_found_subject_without_one_of_the_identifiers_is_refused(
    identifiers: dict[str, Any],
) -> None:
    genesys = finding(JANE | {"phoneNumbers": ["+13175550123"]}, JOHN)
    with pytest.raises(InvalidRequest, match="none of the 2 subjects found has all"):
        submitted(METHOD, by_subject(**identifiers), PART, genesys)
    assert genesys.deletions == []


@pytest.mark.parametrize(
    ("search_type", "value", "found"),
    [
        ("EMAIL", " Jane.DOE@example.com", {}),
        ("PHONE", "+49 (30) 1-2", {"phoneNumbers": ["tel:0815", "+493012"]}),
        ("PHONE", "Reception", {"phoneNumbers": ["reception"]}),
        ("PHONE", "0049 (30) 12", {"phoneNumbers": ["+49 (0)3012"]}),
        ("NAME", "Ju\u0308rgen", {"name": "J\u00dcRGEN"}),
        ("NAME", "jane  doe", {}),
        ("ADDRESS", "main street 1", {"addresses": ["Main Street 1"]}),
        ("EXTERNAL_ID", "J-1", {}),
        ("TWITTER", "@jane", {"socialHandle": {"type": "twitter", "value": "@Jane"}}),
        # Without any value of the searched type:
        ("TWITTER", "@jane", {"socialHandle": {"type": "FACEBOOK", "value": "other"}}),
        ("PHONE", "+493012", {}),
        ("ADDRESS", "Main Street 1", {"addresses": None}),
    ],
)
def test_subject_with_the_searched_value_or_without_any_is_accepted(
    search_type: str, value: str, found: dict[str, Any]
) -> None:
    genesys = finding(JANE | found)
    submit(genesys, searchType=search_type, searchValue=value)
    assert len(genesys.deletions) == 1


@pytest.mark.parametrize(
    ("search_type", "value", "found"),
    [
        ("EMAIL", MAIL, {"emailAddresses": ["other@example.com"]}),
        ("EMAIL", MAIL, {"emailAddresses": [None]}),
        ("PHONE", "+49301", {"phoneNumbers": ["+493012"]}),
        ("PHONE", "Reception", {"phoneNumbers": ["Sales"]}),
        ("NAME", "Jane", {"name": "Jane Doe"}),
        ("ADDRESS", "Main Street 1", {"addresses": ["Main Street 11"]}),
        ("EXTERNAL_ID", "j-1", {"externalId": "j-2"}),
        ("EXTERNAL_ID", "None", {"externalId": ["j-2"]}),
        ("TWITTER", "@jane", {"socialHandle": {"type": "TWITTER", "value": "@john"}}),
    ],
)
def test_subject_with_another_value_of_the_searched_type_is_refused(
    search_type: str, value: str, found: dict[str, Any]
) -> None:
    genesys = finding(JANE | found)
    fields: Any = {"searchType": search_type, "searchValue": value}
    with pytest.raises(InvalidRequest, match=f"found by {search_type}") as refused:
        plan(METHOD, PAYLOAD | fields, sources(genesys))
    assert [error.path for error in refused.value.fields] == ["searchValue"]
    assert not [text for text in (value, "other", "j-2", "john") if text in str(refused.value)]
    with pytest.raises(InvalidRequest):
        submit(genesys, **fields)
    assert genesys.deletions == []


@pytest.mark.parametrize("identifiers", [{"name": "None"}, {"phoneNumbers": ["None"]}])
def test_missing_identifier_does_not_match_the_text_none(identifiers: dict[str, Any]) -> None:
    genesys = finding({"externalId": "j-1", "phoneNumbers": [None]})
    with pytest.raises(InvalidRequest, match="none of the 1 subjects"):
        submitted(METHOD, by_subject(externalId="j-1", **identifiers), PART, genesys)
    assert genesys.deletions == []


def test_subject_without_identifiers_is_unreadable() -> None:
    with pytest.raises(UnreadableAnswer, match="without identifiers"):
        submit(finding({"selfUri": "/somewhere"}))


def test_nested_identifier_is_compared_in_full() -> None:
    contact = {"id": "1", "contactListId": "2"}
    genesys = finding(JANE, JANE | {"dialerContactId": contact, "externalId": "j-3"})
    meant = by_subject(emailAddresses=[MAIL], dialerContactId=contact)
    submitted(METHOD, meant, PART, genesys)
    assert genesys.deletions[0]["subject"]["externalId"] == "j-3"


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["entities", "total", "name", "id", "status", "emailAddresses"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=6,
)


@given(found=st.dictionaries(st.sampled_from(["entities", "total"]), json, max_size=2))
def test_any_answer_to_the_search_is_one_subject_or_our_error(found: dict[str, Any]) -> None:
    genesys = finding()
    genesys.on(FIND, found)
    for meant in (request(), by_subject(name="Jane", emailAddresses=[MAIL])):
        try:
            job_id = submitted(METHOD, meant, PART, genesys)
        except PurgeError:
            continue
        assert job_id == "gdpr-1"
