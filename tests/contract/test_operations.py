"""Every call that the layer makes to Genesys, and the calls that it must never make."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from functools import cache
from importlib import import_module

from genesys_purge.operation import Missing, Operation

from tests.contract.source import layer_files, line_of, name_of, nodes_of, product_files


@cache
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

# Deletes a campaign rule that the same deployment has created; no other call deletes this way.
REMOVE = (
    'REMOVE = Operation("DELETE", f"{RULES}/{{rule_id}}", WRITE, instead=INSTEAD, '
    "missing=Missing.ENTITY)"
)

DETAILS_JOBS = "/api/v2/analytics/conversations/details/jobs"
METADATA = "/api/v2/conversations/{conversation_id}/recordingmetadata"
PAGE = "includeTotal=true&pageSize=100&pageNumber={page}"
JOB_ID = "{job_id}"
JOB = f"/api/v2/recording/jobs/{JOB_ID}"
POLICIES = "/api/v2/recording/mediaretentionpolicies"
DATA_RETENTION = "/api/v2/analytics/dataretention/settings"
AUDITS = "/api/v2/audits/query"
PROTECTION = "/api/v2/recordings/deletionprotection"
# Everything that is changed in place.
CHANGED = (
    JOB,
    f"{PROTECTION}?protect=true",
    f"{PROTECTION}?protect=false",
    f"{CAMPAIGNS}/{{campaign_id}}",
    f"{CAMPAIGNS}/{{campaign_id}}/rules/{{rule_id}}",
    f"{CAMPAIGN_RULES}/{{rule_id}}",
    f"{RULE_SETS}/{{rule_set_id}}",
)


def those_where(holds: Callable[[Operation], bool]) -> list[str]:
    """The operations for which a rule holds, each with its verb and path."""
    return [
        f"{name}: {each.verb} {each.path}" for name, each in operations().items() if holds(each)
    ]


def test_layer_calls_these_operations_and_no_others() -> None:
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
        ("GET", f"{CAMPAIGNS}/{{campaign_id}}/rules?pageSize=1&pageNumber=1"),
        ("POST", f"{CAMPAIGNS}/{{campaign_id}}/rules"),
        ("GET", f"{CAMPAIGNS}/{{campaign_id}}/rules/{{rule_id}}"),
        ("PUT", f"{CAMPAIGNS}/{{campaign_id}}/rules/{{rule_id}}"),
        ("DELETE", f"{CAMPAIGNS}/{{campaign_id}}/rules/{{rule_id}}"),
        ("GET", f"{CAMPAIGNS}/{{campaign_id}}"),
        ("PUT", f"{CAMPAIGNS}/{{campaign_id}}"),
        ("GET", f"{CAMPAIGN_RULES}?pageSize=100&pageNumber={{page}}"),
        ("POST", CAMPAIGN_RULES),
        ("GET", f"{CAMPAIGN_RULES}/{{rule_id}}"),
        ("PUT", f"{CAMPAIGN_RULES}/{{rule_id}}"),
        ("DELETE", f"{CAMPAIGN_RULES}/{{rule_id}}"),
        ("GET", f"{RULE_SETS}?name={{name}}&pageSize=100&pageNumber={{page}}"),
        ("GET", f"{RULE_SETS}/{{rule_set_id}}"),
        ("POST", RULE_SETS),
        ("PUT", f"{RULE_SETS}/{{rule_set_id}}"),
        ("DELETE", f"{RULE_SETS}/{{rule_set_id}}"),
        ("GET", "/api/v2/analytics/conversations/details?id={ids}"),
        ("POST", DETAILS_JOBS),
        ("GET", f"{DETAILS_JOBS}/{{job_id}}"),
        ("GET", f"{DETAILS_JOBS}/{{job_id}}/results?pageSize={{size}}"),
        ("GET", f"{DETAILS_JOBS}/{{job_id}}/results?pageSize={{size}}&cursor={{cursor}}"),
        ("GET", f"{DETAILS_JOBS}/availability"),
        ("POST", "/api/v2/recordings/deletionprotection"),
        ("PUT", f"{PROTECTION}?protect=true"),
        ("PUT", f"{PROTECTION}?protect=false"),
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
        ("POST", AUDITS),
        ("GET", f"{AUDITS}/{{query_id}}"),
        ("GET", f"{AUDITS}/{{query_id}}/results?pageSize={{size}}"),
        ("GET", f"{AUDITS}/{{query_id}}/results?pageSize={{size}}&cursor={{cursor}}"),
    }


def test_no_operation_changes_the_data_retention_of_the_organisation() -> None:
    assert (
        those_where(lambda each: each.verb != "GET" and each.path.startswith(DATA_RETENTION)) == []
    )


def test_only_jobs_campaigns_and_rules_are_changed_in_place() -> None:
    assert (
        those_where(lambda each: each.verb not in ("GET", "POST") and each.path not in CHANGED)
        == []
    )


def test_no_operation_can_disconnect_a_live_call() -> None:
    def reaches_conversations(each: Operation) -> bool:
        reads_metadata = (each.verb, each.path) == ("GET", METADATA)
        return each.path.startswith("/api/v2/conversations") and not reads_metadata

    assert those_where(reaches_conversations) == []
    assert those_where(lambda each: not each.path.startswith(("/api/v2/", "/oauth/"))) == []


def test_source_does_not_name_the_path_of_a_live_conversation() -> None:
    offenders = [
        line_of(path, number)
        for path in product_files()
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if "/api/v2/conversations" in line.replace(f'"{METADATA}"', "")
    ]
    assert offenders == []


def test_source_deletes_only_own_campaign_rules_and_jobs() -> None:
    deleting = {
        line_of(path, number): (name_of(path).removeprefix("genesys_purge."), line)
        for path in product_files()
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if re.search(r"""["']DELETE["']""", line) and 'DELETE", ONE, permissions=' not in line
    }
    assert list(deleting.values()) == [("campaign_rules.documented.catalogue", REMOVE)]


def fields_of(operation: Operation) -> set[str]:
    """The placeholders in the path of an operation."""
    return set(re.findall(r"\{(.*?)\}", operation.path))


def test_paths_take_only_ids_page_numbers_and_search_words() -> None:
    outbound = {"campaign_id", "rule_id", "rule_set_id", "name", "page"}
    others = {"job_id", "conversation_id", "ids", "state", "mine", "page", "name"}
    others |= {"search_type", "search_value", "query_id", "size", "cursor"}
    assert (
        those_where(
            lambda each: (
                not fields_of(each) <= (outbound if each.path.startswith(OUTBOUND) else others)
            )
        )
        == []
    )


def test_changes_outside_of_campaigns_take_only_a_job_id() -> None:
    def takes_more(each: Operation) -> bool:
        expected = {"job_id"} if each.path == JOB else set()
        is_change = each.verb != "GET" and not each.path.startswith(OUTBOUND)
        return is_change and fields_of(each) != expected

    assert those_where(takes_more) == []


def test_client_does_not_retry_polls_and_optional_reads() -> None:
    """An export has no wait loop, so the client retries its reads of rules and campaigns."""

    def is_polled_or_optional(name: str, each: Operation) -> bool:
        is_status = each.path.endswith("{job_id}")
        is_deploying = each.path.startswith(OUTBOUND) and ".rule_changes." not in name
        return each.verb == "GET" and (is_status or is_deploying or each.path == DATA_RETENTION)

    wrong = [
        n for n, each in operations().items() if each.retried is is_polled_or_optional(n, each)
    ]
    assert wrong == []


def test_reads_and_deleting_calls_name_a_scope_or_permission() -> None:
    scoped = ("/purge", "/requests", "/purgerules", "/events/query", "/mediaretentionpolicies")

    def needs_one(each: Operation) -> bool:
        return each.verb == "GET" or each.path.endswith(scoped)

    assert those_where(lambda each: needs_one(each) and not (each.scopes or each.permissions)) == []


def test_no_operation_names_both_scopes_and_permissions() -> None:
    assert those_where(lambda each: bool(each.scopes and each.permissions)) == []


def test_each_operation_declares_what_404_means() -> None:
    undeclared = [
        line_of(path, node)
        for path in layer_files()
        for node in nodes_of(path)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Operation"
        and "missing" not in {each.arg for each in node.keywords}
    ]
    assert undeclared == []


def test_404_means_a_lost_job_only_where_a_job_is_read() -> None:
    assert (
        those_where(
            lambda each: (
                (each.missing is Missing.JOB) != (each.verb == "GET" and JOB_ID in each.path)
            )
        )
        == []
    )


def test_404_of_changing_calls_is_a_refusal_unless_they_remove_a_rule() -> None:
    def changes(each: Operation) -> bool:
        reads = ("/query", "/deletionprotection")
        return each.verb != "GET" and not each.path.endswith(reads)

    def is_removal(each: Operation) -> bool:
        return each.verb == "DELETE" and each.path.startswith(OUTBOUND)

    expected = {True: Missing.ENTITY, False: Missing.REFUSED}
    assert (
        those_where(lambda each: changes(each) and each.missing is not expected[is_removal(each)])
        == []
    )
