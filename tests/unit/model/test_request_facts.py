"""What the audit keeps of a request: everything that was asked, and no person and no id."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from genesys_purge.methods import METHODS
from genesys_purge.model.audited import Audited
from genesys_purge.model.request import PurgeRequest
from genesys_purge.model.request_facts import Limits, RequestFacts

from tests import builders
from tests.clock import NOON

LIMITS = {"inForce": 100_000, "deployment": 100_000}
WINDOW = {"start": "2025-10-21T12:00:00Z", "end": "2025-11-20T12:00:00Z"}
COMMON = {
    "submittedBy": "tests",
    "reason": "retention of one year is over",
    "dryRun": False,
    "limits": LIMITS,
}


def facts(request: dict[str, Any]) -> dict[str, Any]:
    return builders.facts(request).to_json()


def test_facts_of_a_data_deletion() -> None:
    asked = builders.data_deletion(
        query="legal_hold:false",
        retentionPolicyOverride=True,
        classification="pii",
        requestedBy="dpo",
        maxRecords=50,
    )
    assert facts(asked) == COMMON | {
        "requestedBy": "dpo",
        "dateRange": WINDOW,
        "selection": {
            "recordTypes": ["conversation", "interaction", "message"],
            "query": "legal_hold:false",
        },
        "options": {"legalHoldValidation": True},
        "classification": "pii",
        "jurisdiction": "us-east-1",
        "retentionPolicyOverride": True,
        "limits": {"inForce": 50, "request": 50, "deployment": 100_000},
    }


def test_facts_of_an_interaction_purge_are_the_whole_policy() -> None:
    filters = {"attributes": {"compliance_class": "archived", "region": "eu-west"}}
    policy = {
        "interactionType": "voice",
        "filters": filters,
        "purgeType": "permanent",
        "dateRange": WINDOW,
        "classification": "internal",
        "retentionDays": 365,
        "reason": "retention of one year is over",
    }
    assert builders.facts(builders.interaction_purge(filters=filters)).policy == policy


def test_ids_are_counted_and_never_shown() -> None:
    found = facts(builders.conversation_archive())
    given = {"idsGiven": 10, "options": {"permanentDelete": True}, "classification": "internal"}
    assert found == COMMON | given
    assert "conversation-0" not in str(found)


def test_source_of_ids_is_shown() -> None:
    found = facts(builders.conversation_archive(conversationIdsFrom="s3://lists/june.txt"))
    assert found["conversationIdsFrom"] == "s3://lists/june.txt"
    assert "idsGiven" not in found


def test_recording_job_shows_its_filters_and_options() -> None:
    asked = builders.recording_job(queueIds=["queue-1"], action="archive", verifyAfterHours=2)
    found = facts(asked)
    assert found["selection"] == {
        "queueIds": ["queue-1"],
        "includeRecordingsWithSensitiveData": True,
        "includeScreenRecordings": True,
        "includeSnippetRecordings": True,
        "includePolicyBasedRecordings": True,
    }
    assert found["options"] == {"action": "archive", "verifyAfterHours": 2}


@pytest.mark.parametrize(
    ("asked", "withheld", "shown"),
    [
        (
            builders.gdpr_request(),
            ["searchValue"],
            {"requestType": "GDPR_DELETE", "searchType": "EMAIL"},
        ),
        (
            builders.gdpr_request(searchType=None, searchValue=None, subject={"name": "contact-1"}),
            ["subject"],
            {"requestType": "GDPR_DELETE"},
        ),
    ],
)
def test_person_of_a_gdpr_request_is_withheld(
    asked: dict[str, Any], withheld: list[str], shown: dict[str, Any]
) -> None:
    found = facts(asked)
    assert (found["withheld"], found["options"]) == (withheld, shown)
    assert "contact-1" not in str(found)


def test_personal_data_in_filters_and_queries_is_masked() -> None:
    filters = {"attributes": {"ani": "+13175550123"}}
    purge = facts(builders.interaction_purge(filters=filters))
    assert purge["selection"]["filters"] == {"attributes": {"ani": "[number]"}}
    deletion = facts(builders.data_deletion(query="contact:jane@example.com"))
    assert deletion["selection"]["query"] == "contact:[e-mail address]"


def test_relative_date_range_is_resolved() -> None:
    relative = {"olderThanDays": 400, "lookbackDays": 30}
    found = facts(builders.data_deletion(dateRange=relative))
    assert found["dateRange"] == {"start": "2025-09-17T12:00:00Z", "end": "2025-10-17T12:00:00Z"}


class Forgetful(PurgeRequest):
    """A request whose author named only one of two fields."""

    audited: ClassVar[Audited] = Audited(options=("named",))

    named: int = 1
    forgotten: str = "jane"


def test_field_that_nobody_named_is_withheld() -> None:
    request = Forgetful.parse({"method": "x", "reason": "retention is over"})
    found = RequestFacts.of(request, "tests", NOON, Limits(in_force=1, deployment=1)).to_json()
    assert (found["options"], found["withheld"]) == ({"named": 1}, ["forgotten"])


@pytest.mark.parametrize("name", sorted(set(METHODS) - {"data_deletion"}))
def test_only_data_deletion_has_compliance_facts(name: str) -> None:
    assert builders.facts(builders.request_of(name)).compliance is None


@pytest.mark.parametrize(("override", "word"), [(True, "overridden"), (False, "not overridden")])
def test_compliance_note_says_whether_retention_is_overridden(override: bool, word: str) -> None:
    compliance = builders.facts(builders.data_deletion(retentionPolicyOverride=override)).compliance
    assert compliance is not None
    assert compliance.facts == {
        "jurisdiction": "us-east-1",
        "retention_policy_override": override,
    }
    assert compliance.note == (
        f"the retention policy of Genesys was {word}; "
        "the retention matrix and the legal holds were validated"
    )
