"""IngestPlatformEvent as EventBridge invokes it, over the real audit table."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge import telemetry
from genesys_purge.errors import InvalidRequest, Unexpected
from genesys_purge.wiring import adapters, webhooks
from hypothesis import given
from hypothesis import strategies as st

from tests import template, wiring_caches
from tests.functions.conftest import Invoke
from tests.lambda_context import Context
from tests.mocked_aws import client, mocked_aws
from tests.platform_events import (
    JANE,
    RECORDING_ID,
    USER_ID,
    WRONG_EVENTS,
    platform_event,
)
from tests.unit.workbench import Workbench

SAMPLES = sorted((template.ROOT / "events" / "genesys").glob("partner_audit*.json"))


@pytest.fixture
def table() -> Iterator[None]:
    """The audit table of the template, with no adapter built yet."""
    with mocked_aws("AuditTable"), patch.dict("os.environ", template.environment()):
        wiring_caches.forget()
        yield
        wiring_caches.forget()


def stored() -> list[dict[str, Any]]:
    """The items of the table with all their attributes."""
    return [dict(item) for item in client("dynamodb").scan(TableName="AuditTable")["Items"]]


@pytest.mark.usefixtures("table")
def test_repeated_event_is_recorded_once_in_the_table(
    invoke: Invoke, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(5):
        assert invoke("IngestPlatformEvent", platform_event()) == {"status": "recorded"}
    [item] = stored()
    [record] = adapters.ledger().page(item["runId"]["S"], 1, 10).records
    assert record.platform_event is not None
    assert record.platform_event.entity_id == RECORDING_ID
    assert "ruleId" not in item
    [measured] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert measured["PlatformEventsRecorded"] == [1.0]


@pytest.mark.usefixtures("table")
def test_samples_are_recorded_without_personal_data(invoke: Invoke) -> None:
    for path in SAMPLES:
        assert invoke("IngestPlatformEvent", json.loads(path.read_text())) == {"status": "recorded"}
    assert len(stored()) == len(SAMPLES) == 4
    assert "jane" in "".join(path.read_text() for path in SAMPLES).lower()
    assert "jane" not in json.dumps(stored()).lower()


@pytest.mark.usefixtures("table")
def test_unrelated_event_is_dropped_and_measured(
    invoke: Invoke, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke("IngestPlatformEvent", platform_event(entityType="User")) == {"status": "dropped"}
    assert stored() == []
    [measured] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert measured["PlatformEventsDropped"] == [1.0]


def test_unreadable_event_is_an_error_so_that_it_becomes_a_dead_letter(
    bench: Workbench, invoke: Invoke, log: io.StringIO
) -> None:
    event, _ = WRONG_EVENTS["a type that is an address"]
    with pytest.raises(InvalidRequest):
        invoke("IngestPlatformEvent", event)
    assert bench.audit.every == ()
    [line] = [json.loads(each) for each in log.getvalue().splitlines()]
    assert (line["message"], line["error"]) == ("refused", "InvalidRequest")
    assert "jane" not in log.getvalue().lower()


def test_failed_write_is_an_error_so_that_the_event_is_retried(
    bench: Workbench, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> bool:
        raise KeyError(JANE)

    with monkeypatch.context() as broken:
        broken.setattr(bench.audit, "record_once", fail)
        with pytest.raises(Unexpected) as failed:
            invoke("IngestPlatformEvent", platform_event())
    assert JANE not in str(failed.value)
    assert invoke("IngestPlatformEvent", platform_event()) == {"status": "recorded"}
    assert len(bench.audit.every) == 1


# Names, numbers and addresses; each contains a character that no id and no word contains.
people = st.text("abcxyzÄ0139", min_size=3, max_size=12).map(lambda name: f"{name}@+ ")
personal = st.fixed_dictionaries(
    {
        "id": people,
        "userId": people,
        "username": st.fixed_dictionaries({"id": people, "name": people}),
        "userDisplay": people,
        "remoteIp": st.lists(people),
        "message": st.dictionaries(people, people),
        "context": st.dictionaries(people, people),
        "clientId": st.fixed_dictionaries({"id": people, "selfUri": people}),
        "entity": st.fixed_dictionaries({"id": people, "name": people, "selfUri": people}),
        "propertyChanges": st.lists(
            st.fixed_dictionaries(
                {"property": people, "oldValues": st.lists(people), "newValues": st.lists(people)}
            )
        ),
    }
)
# These fields make the event unreadable.
broken = st.dictionaries(
    st.sampled_from(["action", "entityType", "serviceName", "eventTime", "entity"]), people
)


def texts_in(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value.strip()
        case list():
            for each in value:
                yield from texts_in(each)
        case dict():
            for name, each in value.items():
                yield from texts_in([name, each] if "@" in name else each)


@given(personal, st.just({}) | broken)
def test_personal_data_is_not_stored_logged_or_in_an_error(
    fields: dict[str, Any], breaking: dict[str, Any]
) -> None:
    bench, log, fields = Workbench(), io.StringIO(), fields | breaking
    message = ""
    with (
        patch.object(webhooks, "ingest_platform_event", lambda: bench.ingest_platform_event),
        patch("sys.stdout", log),
        patch.object(telemetry.logger().registered_handler, "stream", log),
    ):
        try:
            template.handler("IngestPlatformEventFunction")(platform_event(**fields), Context("r"))
        except InvalidRequest as error:
            message = str(error)
    stored = "".join(record.model_dump_json() for record in bench.audit.every)
    assert (bool(stored), bool(message)) == (not breaking, bool(breaking))
    left = stored + message + log.getvalue()
    assert [each for each in [*texts_in(fields), JANE, USER_ID] if each in left] == []


COLD_START = """
import sys
from tests import template
from genesys_purge import telemetry
from genesys_purge.wiring import webhooks
template.handler("IngestPlatformEventFunction")
webhooks.ingest_platform_event()
telemetry.logger()
print(*(name for name in sys.modules if name.startswith(("httpx", "genesys_purge.genesys."))))
"""


def test_cold_start_loads_no_http_client() -> None:
    started = subprocess.run(
        [sys.executable, "-c", COLD_START],
        cwd=template.ROOT,
        env=os.environ | template.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert started.stdout.split() == []
