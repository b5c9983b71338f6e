"""The calls to Genesys that there are, and the one that must never be."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from genesys_purge.ports import Operation

from tests.contract.source import layer_files, name_of, product_files


def operations() -> dict[str, Operation]:
    """Every operation of the layer, by module and name."""
    return {
        f"{name_of(path).removeprefix('genesys_purge.')}.{name}": value
        for path in layer_files()
        for name, value in vars(import_module(name_of(path))).items()
        if isinstance(value, Operation)
    }


OUTBOUND = "/api/v2/outbound/"
CAMPAIGNS = f"{OUTBOUND}campaigns"
CAMPAIGN_RULES = f"{OUTBOUND}campaignrules"
RULE_SETS = f"{OUTBOUND}rulesets"

# A rule of a campaign that a deployment has created itself; nothing else is ever deleted so.
REMOVE = 'REMOVE = Operation("DELETE", f"{RULES}/{{rule_id}}", WRITE, instead=INSTEAD)'

METADATA = "/api/v2/conversations/{conversation_id}/recordingmetadata"
PAGE = "includeTotal=true&pageSize=100&pageNumber={page}"
JOB = "/api/v2/recording/jobs/{job_id}"
POLICIES = "/api/v2/recording/mediaretentionpolicies"
DATA_RETENTION = "/api/v2/analytics/dataretention/settings"
each_operation = pytest.mark.parametrize("operation", operations().values(), ids=operations())


def test_they_are_these_and_no_others() -> None:
    called = {(each.verb, each.path) for each in operations().values()}
    assert called == {
        ("POST", "/oauth/token"),
        ("POST", "/api/v2/analytics/conversations/details/query"),
        ("POST", "/api/v2/data/deletion/requests"),
        ("GET", "/api/v2/data/deletion/requests/{job_id}"),
        ("POST", "/api/v2/interactions/purge"),
        ("GET", "/api/v2/interactions/purge/{job_id}"),
        ("POST", "/api/v2/analytics/conversations/purge"),
        ("GET", "/api/v2/analytics/conversations/purge/{job_id}"),
        ("POST", "/api/v2/purgerules"),
        ("POST", "/api/v2/platform/webhooks"),
        ("POST", "/api/v2/analytics/events/query"),
        ("GET", f"{CAMPAIGNS}/{{campaign_id}}/rules?pageSize=100&pageNumber={{page}}"),
        ("POST", f"{CAMPAIGNS}/{{campaign_id}}/rules"),
        ("GET", f"{CAMPAIGNS}/{{campaign_id}}/rules/{{rule_id}}"),
        ("PUT", f"{CAMPAIGNS}/{{campaign_id}}/rules/{{rule_id}}"),
        ("DELETE", f"{CAMPAIGNS}/{{campaign_id}}/rules/{{rule_id}}"),
        ("GET", f"{CAMPAIGNS}/{{campaign_id}}"),
        ("PUT", f"{CAMPAIGNS}/{{campaign_id}}"),
        ("GET", f"{CAMPAIGN_RULES}?pageSize=100&pageNumber={{page}}"),
        ("POST", CAMPAIGN_RULES),
        ("PUT", f"{CAMPAIGN_RULES}/{{rule_id}}"),
        ("DELETE", f"{CAMPAIGN_RULES}/{{rule_id}}"),
        ("GET", f"{RULE_SETS}?name={{name}}&pageSize=100&pageNumber={{page}}"),
        ("GET", f"{RULE_SETS}/{{rule_set_id}}"),
        ("POST", RULE_SETS),
        ("PUT", f"{RULE_SETS}/{{rule_set_id}}"),
        ("DELETE", f"{RULE_SETS}/{{rule_set_id}}"),
        ("GET", "/api/v2/analytics/conversations/details?id={ids}"),
        ("POST", "/api/v2/recordings/deletionprotection"),
        ("POST", "/api/v2/recording/jobs"),
        ("GET", "/api/v2/recording/jobs/{job_id}"),
        ("PUT", "/api/v2/recording/jobs/{job_id}"),
        ("DELETE", "/api/v2/recording/jobs/{job_id}"),
        ("GET", f"/api/v2/recording/jobs?state={{state}}&showOnlyMyJobs={{mine}}&{PAGE}"),
        ("GET", f"/api/v2/recording/jobs/{{job_id}}/failedrecordings?{PAGE}"),
        ("GET", METADATA),
        ("GET", "/api/v2/gdpr/subjects?searchType={search_type}&searchValue={search_value}"),
        ("POST", "/api/v2/gdpr/requests"),
        ("POST", "/api/v2/gdpr/requests?deleteConfirmed=true"),
        ("GET", "/api/v2/gdpr/requests/{job_id}"),
        ("GET", "/api/v2/gdpr/requests?pageSize=100&pageNumber={page}"),
        ("POST", POLICIES),
        ("GET", f"{POLICIES}?name={{name}}&pageSize=100&pageNumber={{page}}"),
        ("GET", DATA_RETENTION),
    }


@each_operation
def test_none_of_them_changes_how_long_the_organisation_keeps_its_data(
    operation: Operation,
) -> None:
    assert operation.verb == "GET" or not operation.path.startswith(DATA_RETENTION)


@each_operation
def test_none_of_them_can_disconnect_a_live_call(operation: Operation) -> None:
    changed = (
        JOB,
        f"{CAMPAIGNS}/{{campaign_id}}",
        f"{CAMPAIGNS}/{{campaign_id}}/rules/{{rule_id}}",
        f"{CAMPAIGN_RULES}/{{rule_id}}",
        f"{RULE_SETS}/{{rule_set_id}}",
    )
    assert operation.verb in ("GET", "POST") or operation.path in changed
    reads_metadata = (operation.verb, operation.path) == ("GET", METADATA)
    assert reads_metadata or not operation.path.startswith("/api/v2/conversations")
    assert operation.path.startswith(("/api/v2/", "/oauth/"))


@pytest.mark.parametrize("path", product_files(), ids=name_of)
def test_the_path_of_a_live_conversation_is_nowhere_in_the_source(path: Path) -> None:
    text = path.read_text().replace(f'"{METADATA}"', "")
    assert "/api/v2/conversations" not in text
    deleting = re.findall(r"""^.*["']DELETE["'].*$""", text, re.MULTILINE)
    is_catalogue = name_of(path) == "genesys_purge.campaign_rules.documented.catalogue"
    cancels = [each for each in deleting if 'DELETE", ONE, permissions=' in each]
    assert deleting == ([REMOVE] if is_catalogue else cancels)


@each_operation
def test_only_ids_words_and_numbers_are_put_into_a_path_and_one_to_change(
    operation: Operation,
) -> None:
    names = set(re.findall(r"\{(.*?)\}", operation.path))
    if operation.path.startswith(OUTBOUND):
        assert names <= {"campaign_id", "rule_id", "rule_set_id", "name", "page"}
        return
    search = {"search_type", "search_value", "name"}
    assert names <= {"job_id", "conversation_id", "ids", "state", "mine", "page"} | search
    assert names == ({"job_id"} if operation.path == JOB else set()) or operation.verb == "GET"


@each_operation
def test_what_has_a_wait_loop_of_its_own_or_can_be_done_without_is_not_repeated_by_the_client(
    operation: Operation,
) -> None:
    is_status = operation.verb == "GET" and operation.path.endswith("{job_id}")
    is_outbound = operation.verb == "GET" and operation.path.startswith(OUTBOUND)
    is_deployed_to = is_outbound and not operation.path.endswith("/rules/{rule_id}")
    can_be_done_without = operation.path == DATA_RETENTION
    assert operation.retried is not (is_status or is_deployed_to or can_be_done_without)


@each_operation
def test_what_deletes_and_what_reads_its_status_names_its_scope(operation: Operation) -> None:
    scoped = ("/purge", "/requests", "/purgerules", "/events/query", "/mediaretentionpolicies")
    needs_one = operation.verb == "GET" or operation.path.endswith(scoped)
    assert bool(operation.scopes or operation.permissions) or not needs_one


@each_operation
def test_the_live_platform_is_asked_for_no_scope(operation: Operation) -> None:
    assert not (operation.scopes and operation.permissions)
