"""The setting `organisations` keeps the names that holds, stops and approval rules apply to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from genesys_purge.model.stored_setting import hash_of, text_of

from tests.functions.conftest import Invoke
from tests.functions.hold_calls import place, post, set_by_hand
from tests.functions.planned_runs import errors
from tests.functions.test_settings import ORGANISATIONS, changed_by_hand, items, put
from tests.mocked_aws import client

pytestmark = pytest.mark.usefixtures("deployed")

EMEA, EUROPE = "document.organisations.emea", "document.organisations"
Protect = Callable[[Invoke], object]


def organisations(*names: str, **fields: Any) -> dict[str, Any]:
    return {"organisations": {name: {"region": "eu-central-1"} | fields for name in names}}


@pytest.fixture(autouse=True)
def stored(deployed: None) -> None:  # noqa: ARG001  the account comes first
    """The stored organisations are `emea` and `apac`."""
    put_version(1, organisations("emea", "apac"))


def put_version(version: int, document: Any, name: str = ORGANISATIONS) -> None:
    """Store a version as the API does, without a request."""
    text = text_of(document)
    facts = {"text": text, "hash": hash_of(text), "source": "api", "reason": "as it was"}
    facts |= {"name": name, "changedAt": "2026-01-01T00:00:00Z", "changedBy": "ann"}
    item: Any = {key: {"S": value} for key, value in facts.items()}
    item |= {"version": {"N": str(version)}}
    client("dynamodb").put_item(TableName="SettingsTable", Item=item)


def hold(invoke: Invoke) -> None:
    assert place(invoke, organisations=["emea", "default"])[0] == 201


def unreadable_hold(invoke: Invoke) -> None:
    hold(invoke)
    set_by_hand(conversationIds="no list", releasedAt="soon")


def hold_of_unreadable_names(invoke: Invoke) -> None:
    hold(invoke)
    set_by_hand(organisations="emea")


def released_hold(invoke: Invoke) -> None:
    hold(invoke)
    set_by_hand(releasedAt="2020-01-01T00:00:00Z")


def ending_hold(invoke: Invoke) -> None:
    hold(invoke)
    set_by_hand(releasedAt="2999-01-01T00:00:00Z")


def hold_everywhere(invoke: Invoke) -> None:
    assert place(invoke)[0] == 201


def stop(invoke: Invoke, name: str = "emea") -> None:
    body = {"scope": "organisation", "name": name, "reason": "wrong queue"}
    assert post(invoke, "StopDeletion", "POST /stop", body)[0] == 201


def stop_by_hand(stop_id: str, **fields: str) -> None:
    facts = {"stopId": stop_id, "scope": "organisation", "name": "emea", "reason": "wrong queue"}
    facts |= {"stoppedAt": "2026-01-01T00:00:00Z", "stoppedBy": "ann"} | fields
    item: Any = {key: {"S": value} for key, value in facts.items()}
    client("dynamodb").put_item(TableName="StopsTable", Item=item)


def unreadable_stop(_: Invoke) -> None:
    stop_by_hand("organisation:emea", more="unknown", resumedAt="2026-01-02T00:00:00Z")


def resumed_stop(_: Invoke) -> None:
    stop_by_hand("organisation:emea", resumedAt="2026-01-02T00:00:00Z")


def rule(_: Invoke) -> None:
    rules = [{"name": "every run", "organisations": ["emea"], "approvals": 1}]
    put_version(1, {"rules": rules}, "approval-rules")


def unreadable_rules(_: Invoke) -> None:
    put_version(1, {"rules": "none"}, "approval-rules")


def nothing(_: Invoke) -> None:
    pass


def replaced(invoke: Invoke, *names: str, version: int = 1, **more: Any) -> tuple[int, Any]:
    return put(invoke, organisations(*names), ORGANISATIONS, version=version, **more)


def versions() -> list[int]:
    return [int(each["version"]["N"]) for each in items() if each["name"]["S"] == ORGANISATIONS]


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(
    ("protect", "path", "words"),
    [
        (hold, EMEA, "is missing, but is named by legal hold case-17"),
        (ending_hold, EMEA, "is missing, but is named by legal hold case-17"),
        (unreadable_hold, EMEA, "is missing, but is named by legal hold case-17"),
        (hold_of_unreadable_names, EUROPE, "legal hold case-17 cannot be read"),
        (stop, EMEA, "is missing, but is named by the stop organisation:emea"),
        (unreadable_stop, EMEA, "is missing, but is named by the stop organisation:emea"),
        (rule, EMEA, "is missing, but is named by approval rule 'every run'"),
        (unreadable_rules, EUROPE, "the setting approval-rules cannot be read"),
    ],
)
def test_organisation_that_something_names_is_not_replaced(
    invoke: Invoke, protect: Protect, path: str, words: str, dry_run: bool
) -> None:
    protect(invoke)
    status, answer = replaced(invoke, "europe", "apac", dryRun=dry_run)
    assert (status, list(errors((status, answer))), versions()) == (400, [path], [1])
    assert words in answer["errors"][0]["message"]


@pytest.mark.parametrize("protect", [nothing, released_hold, hold_everywhere, resumed_stop])
def test_unprotected_organisation_is_replaced_and_both_names_are_reported(
    invoke: Invoke, protect: Protect
) -> None:
    protect(invoke)
    status, answer = replaced(invoke, "europe", "apac")
    assert (status, versions()) == (200, [1, 2])
    first, second = answer["weakens"]
    assert first.startswith("organisation europe is added: it may be the Genesys organisation")
    assert second.startswith("organisation emea is removed: holds, stops and approval rules")


@pytest.mark.parametrize("protect", [hold, unreadable_hold, stop, rule])
def test_organisation_that_nothing_names_is_removed(invoke: Invoke, protect: Protect) -> None:
    protect(invoke)
    assert (replaced(invoke, "emea")[0], versions()) == (200, [1, 2])


def test_stop_of_the_default_organisation_keeps_no_other(invoke: Invoke) -> None:
    stop(invoke, "default")
    assert replaced(invoke, "apac")[0] == 200


def test_every_missing_name_is_reported_with_what_names_it(invoke: Invoke) -> None:
    for number in range(7):
        place(invoke, holdId=f"case-{number}", organisations=["apac", "emea"])
    stop(invoke)
    status, answer = replaced(invoke, "europe")
    assert list(errors((status, answer))) == ["document.organisations.apac", EMEA]
    assert [each["message"].count("case-") for each in answer["errors"]] == [5, 5]
    assert "and 3 more" in answer["errors"][1]["message"]


@pytest.mark.parametrize("protect", [hold, stop, rule])
def test_unreadable_organisations_are_replaced_with_the_names_in_use(
    invoke: Invoke, protect: Protect
) -> None:
    protect(invoke)
    put_version(2, {"organisations": "none"})
    assert list(errors(replaced(invoke, "europe", version=2))) == [EMEA]
    assert replaced(invoke, "emea", "europe", version=2)[0] == 200


def test_unreadable_organisations_are_replaced_beside_an_unreadable_hold(invoke: Invoke) -> None:
    hold_of_unreadable_names(invoke)
    changed_by_hand(text={"S": "oops"})
    assert replaced(invoke, "apac")[0] == 200


def test_returning_organisation_is_reported(invoke: Invoke) -> None:
    replaced(invoke, "apac")
    large = organisations("emea", "apac", maxRecords=100_000_000)
    answer = put(invoke, large, ORGANISATIONS, version=2)[1]
    assert [each.partition(":")[0] for each in answer["weakens"]] == [
        "organisation emea is added",
        "organisation apac",
    ]
