"""PutSetting and ReadSettings over the real tables and parameters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.calling.guard import Guard
from genesys_purge.errors import LostRace, Misconfigured
from genesys_purge.model.retention import values
from genesys_purge.store.ledger import Ledger
from genesys_purge.wiring import adapters, stored_settings

from tests import template
from tests.application import http_event
from tests.fakes import MemorySeals
from tests.functions.conftest import Invoke
from tests.functions.planned_runs import errors
from tests.mocked_aws import client

pytestmark = pytest.mark.usefixtures("deployed")

MATRIX, ORGANISATIONS = "retention-matrix", "organisations"
OFFICER = {"userArn": "arn:aws:iam::123456789012:user/officer", "callerId": "AIDAOFFICER"}
REASON = "Policy 12 asks for more"
RULE = {"name": "any record", "minimumDays": 400, "basis": "Policy 12"}
LONG = {"rules": [RULE]}
SHORT = {"rules": [RULE | {"minimumDays": 100}]}
EMEA = {"organisations": {"emea": {"region": "eu-central-1"}}}


def put(
    invoke: Invoke, document: Any, name: str = MATRIX, version: int = 0, **more: Any
) -> tuple[int, Any]:
    given = {"document": document, "reason": REASON, "expectedVersion": version} | more
    body = {key: value for key, value in given.items() if value is not None}
    event = http_event("PUT /settings/{name}", path={"name": name}, body=json.dumps(body))
    event["requestContext"]["authorizer"] = {"iam": OFFICER}
    answer = invoke("PutSetting", event)
    return answer["statusCode"], json.loads(answer["body"])


def get(invoke: Invoke, name: str = MATRIX, part: str = "", **query: str) -> tuple[int, Any]:
    event = http_event(f"GET /settings/{{name}}{part}", path={"name": name}, query=query or None)
    answer = invoke("ReadSettings", event)
    return answer["statusCode"], json.loads(answer["body"])


def records(invoke: Invoke, name: str = MATRIX) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = get(invoke, name, "/audit")[1]["records"]
    return found


def parameter(variable: str, value: str) -> None:
    name = template.environment()[variable]
    client("ssm").put_parameter(Name=name, Value=value, Type="String")


def items() -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = client("dynamodb").scan(TableName="SettingsTable")["Items"]
    return found


def days() -> list[int]:
    """The days of the matrix that the guard reads."""
    return [rule.minimum_days for rule in adapters.policies().retention_matrix().rules]


def test_stored_matrix_is_in_force_at_the_next_read(invoke: Invoke) -> None:
    assert days() == [365, 2555, 0]
    assert put(invoke, LONG)[0] == 200
    assert days() == [400]


def test_change_is_audited_with_person_reason_and_difference(invoke: Invoke) -> None:
    put(invoke, LONG)
    put(invoke, SHORT, version=1)
    record = records(invoke)[-1]
    assert (record["runId"], record["action"]) == ("setting:retention-matrix", "setting_changed")
    assert (record["actor"], record["personId"]) == (OFFICER["userArn"], "user:AIDAOFFICER")
    facts = record["setting"]
    assert (facts["name"], facts["version"], facts["reason"]) == (MATRIX, 2, REASON)
    change = {"path": "rules.any record.minimumDays", "before": "400", "after": "100"}
    assert facts["changes"] == [change]


def test_record_of_a_large_change_is_bounded_and_counts_all(invoke: Invoke) -> None:
    rules = [RULE | {"name": f"rule {number}", "minimumDays": 900} for number in range(150)]
    put(invoke, {"rules": rules})
    _, answer = put(invoke, {"rules": [each | {"minimumDays": 30} for each in rules]}, version=1)
    facts = records(invoke)[-1]["setting"]
    assert (len(facts["changes"]), facts["changed"]) == (100, 150)
    assert (len(facts["weakens"]), facts["weakened"]) == (50, 150)
    assert {name: facts[name] for name in ("changes", "weakens")} == {
        name: answer[name] for name in ("changes", "weakens")
    }


def test_weakening_is_named_in_answer_and_audit(invoke: Invoke) -> None:
    put(invoke, LONG)
    _, answer = put(invoke, SHORT, version=1)
    assert answer["weakens"] == ["rule 'any record' keeps its records for 100 days, not for 400"]
    facts = records(invoke)[-1]["setting"]
    assert (facts["weakens"], facts["weakened"]) == (answer["weakens"], 1)


def test_first_matrix_is_compared_with_the_shipped_one(invoke: Invoke) -> None:
    _, answer = put(invoke, LONG)
    assert answer["version"] == 1
    words = "rule 'protected health information' is removed: no other rule keeps all of its records"
    assert answer["weakens"] == [f"{words} for 2555 days"]


def test_unchanged_document_makes_no_version(invoke: Invoke) -> None:
    put(invoke, LONG)
    assert put(invoke, LONG, version=1) == (
        200,
        {"name": MATRIX, "version": 1, "changes": [], "changed": 0, "weakens": [], "weakened": 0},
    )
    assert (len(items()), len(records(invoke))) == (1, 1)


def test_repeated_request_gets_the_same_version(invoke: Invoke) -> None:
    first = put(invoke, LONG)[1]["version"]
    status, again = put(invoke, LONG)
    assert (status, again["version"], len(items())) == (200, first, 1)


@pytest.mark.parametrize("version", [0, 1, 3])
def test_document_for_another_version_is_refused(invoke: Invoke, version: int) -> None:
    put(invoke, LONG)
    put(invoke, SHORT, version=1)
    status, answer = put(invoke, LONG, version=version)
    assert status == 409
    assert "version 2 of retention-matrix is stored" in answer["errors"][0]["message"]
    assert len(items()) == 2


def test_version_that_another_person_stored_meanwhile_is_refused(invoke: Invoke) -> None:
    put(invoke, LONG)
    slow = stored_settings.put_setting()._settings  # noqa: SLF001  the race needs a seam
    before = slow.latest(MATRIX)
    put(invoke, SHORT, version=1)
    with patch.object(slow, "latest", side_effect=[before, slow.latest(MATRIX)]):
        status, answer = put(invoke, {"rules": [RULE | {"minimumDays": 500}]}, version=1)
    assert (status, len(items()), len(records(invoke))) == (409, 2, 2)
    assert "version 2" in answer["errors"][0]["message"]


def test_every_wrong_field_is_named_and_nothing_is_stored(invoke: Invoke) -> None:
    wrong = {"rules": [RULE, RULE | {"minimumDays": 29}, {"name": "n"}]}
    status, answer = put(invoke, wrong, reason="short", more=1)
    assert status == 400
    assert set(errors((status, answer))) == {
        "reason",
        "more",
        "document.rules.1",
        "document.rules.2.minimumDays",
        "document.rules.2.basis",
    }
    assert items() == []


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"document": None}, "document"),
        ({"document": []}, "document"),
        ({"document": {"rules": []}}, "document.rules"),
        ({"fromParameter": True}, "fromParameter"),
        ({"version": -1}, "expectedVersion"),
    ],
)
def test_wrong_request_is_refused(invoke: Invoke, changes: dict[str, Any], path: str) -> None:
    status, answer = put(invoke, **({"document": LONG} | changes))
    assert (status, path in errors((status, answer)), items()) == (400, True, [])


def test_document_too_large_for_an_item_is_refused(invoke: Invoke) -> None:
    rules = [RULE | {"name": f"{n} {'x' * 70}", "basis": "é" * 400} for n in range(200)]
    rules = [rule | {"match": {"method": "y" * 1_000}} for rule in rules]
    status, answer = put(invoke, {"rules": rules})
    assert (status, items()) == (400, [])
    assert "300,000 bytes" in answer["errors"][0]["message"]


def test_machine_may_not_change_a_setting(invoke: Invoke) -> None:
    with pytest.raises(Exception, match="only a person may change a setting"):
        invoke("PutSetting", {"document": LONG, "reason": REASON})
    assert items() == []


def test_unknown_setting_is_404_and_lists_the_settings(invoke: Invoke) -> None:
    status, answer = put(invoke, LONG, name="matrix")
    assert status == 404
    assert "retention-matrix, organisations" in answer["errors"][0]["message"]


def test_first_request_imports_the_parameter_as_version_1(invoke: Invoke) -> None:
    parameter("RETENTION_PARAMETER", json.dumps(LONG))
    status, answer = put(invoke, SHORT)
    assert (status, answer["imported"], answer["version"]) == (200, 1, 2)
    assert answer["weakens"] == ["rule 'any record' keeps its records for 100 days, not for 400"]
    actions = [each["action"] for each in records(invoke)]
    assert actions == ["setting_imported", "setting_changed"]
    assert get(invoke, version="1")[1]["document"] == LONG
    assert days() == [100]


def test_parameter_is_imported_without_a_change(invoke: Invoke) -> None:
    parameter("ORGANISATIONS_PARAMETER", json.dumps(EMEA))
    status, answer = put(invoke, None, ORGANISATIONS, fromParameter=True)
    assert (status, answer["version"], answer["imported"]) == (200, 1, 1)
    assert get(invoke, ORGANISATIONS)[1]["document"] == EMEA
    again, _ = put(invoke, None, ORGANISATIONS, version=1, fromParameter=True)
    assert (again, len(items())) == (409, 1)


def test_two_first_requests_import_the_parameter_once(invoke: Invoke) -> None:
    parameter("RETENTION_PARAMETER", json.dumps(LONG))
    use_case = stored_settings.put_setting()
    nested: list[Any] = []
    store = use_case._settings  # noqa: SLF001  the race needs a seam
    commit = store.put

    def raced(setting: Any, record: Any) -> None:
        if not nested:
            nested.append(None)
            nested.append(put(invoke, {"rules": [RULE | {"minimumDays": 500}]}))
        commit(setting, record)

    with patch.object(store, "put", raced):
        status, _ = put(invoke, SHORT)
    assert (status, nested[1][0]) == (409, 200)
    assert [each["action"] for each in records(invoke)] == ["setting_imported", "setting_changed"]
    assert days() == [500]


def test_nothing_of_an_operator_is_no_import(invoke: Invoke) -> None:
    status, answer = put(invoke, None, fromParameter=True)
    assert (status, items()) == (400, [])
    assert "the shipped matrix, which no operator has set" in answer["errors"][0]["message"]


def test_malformed_parameter_is_replaced_and_the_audit_says_so(invoke: Invoke) -> None:
    parameter("RETENTION_PARAMETER", "oops")
    status, answer = put(invoke, LONG)
    assert (status, answer["version"], len(answer["weakens"])) == (200, 1, 1)
    (record,) = records(invoke)
    assert "retention-matrix) is not valid: the document: is not JSON" in record["detail"]
    assert days() == [400]


def test_dry_run_compares_and_stores_nothing(invoke: Invoke) -> None:
    parameter("RETENTION_PARAMETER", json.dumps(LONG))
    status, answer = put(invoke, SHORT, dryRun=True)
    assert (status, answer["version"], len(answer["weakens"])) == (200, 0, 1)
    assert items() == []


def test_default_classification_of_the_deployment_is_imported(invoke: Invoke) -> None:
    name = "default-classification"
    with patch.dict("os.environ", {"DEFAULT_CLASSIFICATION": "internal"}):
        status, answer = put(invoke, {}, name)
        assert (status, answer["imported"], answer["weakens"]) == (200, 1, [])
        assert adapters.organisation(None).default_classification == ""
        adapters.recent_settings.cache_clear()
        adapters.organisations.cache_clear()
        status, answer = put(invoke, {"classification": "pii"}, name, version=2)
    assert answer["weakens"] == [
        "unclassified records are taken for pii, not for what is kept longest"
    ]
    assert adapters.organisation(None).default_classification == "pii"


def test_stored_organisations_replace_the_parameter(invoke: Invoke) -> None:
    parameter("ORGANISATIONS_PARAMETER", json.dumps({"organisations": {}}))
    put(invoke, EMEA, ORGANISATIONS)
    assert adapters.organisation("emea").region == "eu-central-1"


def test_setting_is_shown_with_its_facts(invoke: Invoke) -> None:
    put(invoke, LONG)
    _, shown = get(invoke)
    facts = ("version", "origin", "source", "reason", "changedBy", "personId", "document")
    assert [shown[each] for each in facts] == [
        1,
        "stored",
        "api",
        REASON,
        OFFICER["userArn"],
        "user:AIDAOFFICER",
        LONG,
    ]


def test_list_has_every_setting_and_where_it_comes_from(invoke: Invoke) -> None:
    parameter("ORGANISATIONS_PARAMETER", json.dumps(EMEA))
    put(invoke, LONG)
    answer = invoke("ReadSettings", http_event("GET /settings"))
    found = {each["name"]: each for each in json.loads(answer["body"])["settings"]}
    assert {name: (each["version"], each["origin"]) for name, each in found.items()} == {
        MATRIX: (1, "stored"),
        ORGANISATIONS: (0, "the parameter /genesys-purge/organisations"),
        "default-classification": (0, "the default, no classification"),
        "approval-rules": (0, "the default, the shipped approval rules"),
    }


def test_parameter_beside_a_stored_setting_is_shown_as_ignored(invoke: Invoke) -> None:
    put(invoke, LONG)
    assert "ignored" not in get(invoke)[1]
    parameter("RETENTION_PARAMETER", json.dumps(SHORT))
    assert get(invoke)[1]["ignored"] == "the parameter /genesys-purge/retention-matrix"
    assert days() == [400]


@pytest.mark.parametrize(("query", "status"), [({"version": "2"}, 404), ({"version": "x"}, 400)])
def test_missing_version_is_404(invoke: Invoke, query: dict[str, str], status: int) -> None:
    put(invoke, LONG)
    assert get(invoke, **query)[0] == status


def changed_by_hand(**attributes: Any) -> None:
    (item,) = items()
    client("dynamodb").put_item(TableName="SettingsTable", Item={**item, **attributes})


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"text": {"S": json.dumps(SHORT)}}, "was changed outside of the API"),
        ({"hash": {"N": "1"}}, "version 1, of the table SettingsTable is not valid: hash"),
    ],
)
def test_unreadable_setting_blocks_and_names_its_item(
    invoke: Invoke, attributes: dict[str, Any], words: str
) -> None:
    put(invoke, LONG)
    changed_by_hand(**attributes)
    with pytest.raises(Misconfigured, match=words) as refused:
        adapters.policies().retention_matrix()
    assert "retention-matrix, version 1" in str(refused.value)
    assert get(invoke)[1]["wrong"]


def test_unreadable_matrix_stops_the_guard(invoke: Invoke) -> None:
    guard = Guard(
        adapters.policies(), adapters.holds(), adapters.stops(), MemorySeals(), adapters.now
    )
    kind = {"method": values("conversation_archive")}

    def permit() -> None:
        guard.permit_recurring("run-1", 1, kind, 500, default_classification="", organisation=None)

    put(invoke, LONG)
    permit()
    changed_by_hand(text={"S": "oops"})
    with pytest.raises(Misconfigured, match="retention-matrix, version 1"):
        permit()


@pytest.mark.parametrize(
    ("name", "document", "organisation"),
    [(ORGANISATIONS, EMEA, "emea"), ("default-classification", {}, None)],
)
def test_unreadable_organisation_is_not_used(
    invoke: Invoke, name: str, document: Any, organisation: str | None
) -> None:
    put(invoke, document, name)
    changed_by_hand(text={"S": "oops"})
    with pytest.raises(Misconfigured, match=f"{name}, version 1"):
        adapters.organisation(organisation)


def test_unreadable_setting_is_replaced_by_the_next_version(invoke: Invoke) -> None:
    put(invoke, LONG)
    changed_by_hand(text={"S": "oops"})
    status, answer = put(invoke, LONG, version=1)
    assert (status, answer["version"], len(answer["weakens"])) == (200, 2, 1)
    assert days() == [400]


def test_change_of_a_version_that_was_never_stored_is_409(invoke: Invoke) -> None:
    status, answer = put(invoke, EMEA, ORGANISATIONS, version=3)
    assert (status, "is not stored yet" in str(answer)) == (409, True)
    assert get(invoke, ORGANISATIONS)[1]["version"] == 0


def test_busy_table_is_no_newer_version(invoke: Invoke) -> None:
    with patch.object(Ledger, "commit", side_effect=LostRace("the tables were busy")):
        status, _ = put(invoke, EMEA, ORGANISATIONS)
    assert status >= 500
    assert get(invoke, ORGANISATIONS)[1]["version"] == 0
