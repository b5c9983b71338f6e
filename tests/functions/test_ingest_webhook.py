"""IngestWebhook: `ANY /webhooks/genesys` as the HTTP API hands it over."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.errors import LostRace
from genesys_purge.model.audit import AuditRecord
from genesys_purge.wiring import webhooks
from hypothesis import given
from hypothesis import strategies as st

from tests import template
from tests.functions.conftest import Invoke
from tests.lambda_context import Context
from tests.unit.workbench import Workbench
from tests.webhook_builders import WRONG_BODIES, body_of, signature, webhook_event

SIGNATURE = "x-genesys-webhook-signature"
SAMPLES = sorted((template.ROOT / "events" / "genesys").glob("post_webhook*.json"))
LARGEST_BODY = 65_536
TEN_MEGABYTES = b"x" * 10_485_760


def call(invoke: Invoke, event: Any) -> tuple[int, Any]:
    answer = invoke("IngestWebhook", event)
    assert answer["headers"]["content-type"] == "application/json"
    return answer["statusCode"], json.loads(answer["body"])


def signed(
    body: bytes, header: str | None = None, *, encoded: bool = True, verb: str = "POST"
) -> dict[str, Any]:
    """A delivery that is signed under the current secret, unless the header says otherwise."""
    header = signature(body) if header is None else header
    return webhook_event(body, verb=verb, encoded=encoded, x_genesys_webhook_signature=header)


def refusal(message: str) -> dict[str, Any]:
    return {"errors": [{"path": "request", "message": message}], "requestId": "request-1"}


UNAUTHORIZED = (401, refusal("unauthorized"))
TOO_LARGE = (413, refusal("may have at most 65536 bytes"))
NO_WEBHOOK = (400, refusal("is not a webhook of purgerules:rule:execute"))
SYNCED = (200, {"status": "synced"})


@pytest.mark.parametrize("encoded", [False, True])
def test_a_webhook_is_taken_plain_and_in_base64(
    bench: Workbench, invoke: Invoke, *, encoded: bool
) -> None:
    assert call(invoke, signed(body_of(), encoded=encoded)) == SYNCED
    [record] = bench.audit.every
    assert (record.rule_id, record.deleted) == ("rule-1", 1_250)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_sample_is_genuine(bench: Workbench, invoke: Invoke, path: Path) -> None:
    assert call(invoke, json.loads(path.read_text())) == SYNCED
    assert len(bench.audit.every) == 1


def test_the_samples_are_of_one_execution(bench: Workbench, invoke: Invoke) -> None:
    assert len(SAMPLES) == 2
    for path in SAMPLES:
        call(invoke, json.loads(path.read_text()))
    assert len(bench.audit.every) == 1


@pytest.mark.parametrize(
    "name",
    [SIGNATURE, SIGNATURE.upper(), "X-Genesys-Webhook-Signature", "x-GENESYS-webhook-signaturE"],
)
def test_a_header_counts_in_any_case(bench: Workbench, invoke: Invoke, name: str) -> None:
    event = webhook_event(body_of())
    event["headers"] = {"accept": "*/*", name: signature(body_of())}
    assert call(invoke, event) == SYNCED
    assert len(bench.audit.every) == 1


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "application/xml", "multipart/form-data", "\ud800"]
)
def test_the_signature_is_the_proof_whatever_the_type_of_the_content(
    bench: Workbench, invoke: Invoke, content_type: str | None
) -> None:
    event = signed(body_of())
    if content_type is not None:
        event["headers"]["content-type"] = content_type
    assert call(invoke, event) == SYNCED
    assert len(bench.audit.every) == 1


@pytest.mark.parametrize(
    "headers",
    [
        None,
        {},
        {SIGNATURE: ""},
        {SIGNATURE: "sha256="},
        {SIGNATURE: None},
        {"x-genesys-signature": signature(body_of())},
        {"authorization": signature(body_of())},
        {SIGNATURE: signature(body_of(), "guessed")},
        {SIGNATURE: signature(body_of(deletedCount=1))},
        {SIGNATURE: f"{signature(body_of())},{signature(body_of())}"},
        {SIGNATURE: signature(body_of())[:-2]},
        {SIGNATURE: "x" * 10_000},
        {SIGNATURE: "\ud800"},
    ],
)
def test_without_a_proof_it_is_401_and_no_more_is_told(
    bench: Workbench, invoke: Invoke, headers: Any
) -> None:
    assert call(invoke, webhook_event(body_of()) | {"headers": headers}) == UNAUTHORIZED
    assert bench.audit.every == ()


def test_an_event_without_headers_is_401(bench: Workbench, invoke: Invoke) -> None:
    event = webhook_event(body_of())
    del event["headers"]
    assert call(invoke, event) == UNAUTHORIZED
    assert bench.audit.every == ()


@pytest.mark.parametrize(
    "text",
    [
        b64encode(body_of()).decode()[:-1],
        b64encode(body_of()).decode()[:-4],
        b64encode(body_of()).decode()[1:],
        b64encode(body_of()).decode() + "!",
        b64encode(body_of()).decode() + "\n",
        body_of().decode(),
        "ü",
        "\ud800",
        "=",
    ],
)
def test_a_body_that_is_not_the_base64_it_should_be_is_401(
    bench: Workbench, invoke: Invoke, text: str
) -> None:
    header = signature(body_of())
    event = webhook_event(text, encoded=True, x_genesys_webhook_signature=header)
    assert call(invoke, event) == UNAUTHORIZED
    assert bench.audit.every == ()


@pytest.mark.parametrize("text", ["\ud800", body_of().decode() + "\ud800"])
def test_a_plain_body_that_is_no_text_is_401(bench: Workbench, invoke: Invoke, text: str) -> None:
    event = webhook_event(text, x_genesys_webhook_signature=signature(body_of()))
    assert call(invoke, event) == UNAUTHORIZED
    assert bench.audit.every == ()


@pytest.mark.usefixtures("bench")
@pytest.mark.parametrize("body", [None, ""])
def test_a_call_without_a_body_is_401_and_signed_400(invoke: Invoke, body: str | None) -> None:
    event = signed(b"") | {"body": body}
    assert call(invoke, event) == NO_WEBHOOK
    assert call(invoke, event | {"headers": {}}) == UNAUTHORIZED
    del event["body"]
    assert call(invoke, event) == NO_WEBHOOK


@pytest.mark.parametrize("encoded", [False, True])
def test_a_body_of_64_kib_is_read_and_a_longer_one_is_not(
    bench: Workbench, invoke: Invoke, *, encoded: bool
) -> None:
    largest = body_of().ljust(LARGEST_BODY)
    assert call(invoke, signed(largest, encoded=encoded)) == SYNCED
    assert call(invoke, signed(largest + b" ", encoded=encoded)) == TOO_LARGE
    assert len(bench.audit.every) == 1


def test_a_body_is_measured_in_bytes(bench: Workbench, invoke: Invoke) -> None:
    body = body_of(ruleId="ü" * (LARGEST_BODY // 2)).replace(b"\\u00fc", "ü".encode())
    assert len(body.decode()) < LARGEST_BODY < len(body)
    assert call(invoke, signed(body, encoded=False)) == TOO_LARGE
    assert bench.audit.every == ()


@pytest.mark.parametrize("encoded", [False, True])
def test_a_body_of_ten_megabytes_is_413_signed_or_not(
    bench: Workbench, invoke: Invoke, *, encoded: bool
) -> None:
    for header in ("", signature(TEN_MEGABYTES)):
        assert call(invoke, signed(TEN_MEGABYTES, header, encoded=encoded)) == TOO_LARGE
    assert bench.audit.every == ()


@pytest.mark.usefixtures("bench")
def test_a_body_that_is_too_long_however_it_is_read_is_not_read(invoke: Invoke) -> None:
    assert call(invoke, webhook_event("!" * 2 * LARGEST_BODY, encoded=True)) == UNAUTHORIZED
    assert call(invoke, webhook_event("!" * 2 * LARGEST_BODY + "!", encoded=True)) == TOO_LARGE


@pytest.mark.parametrize("body", WRONG_BODIES.values(), ids=WRONG_BODIES)
def test_a_signed_body_that_is_no_webhook_is_400_and_unsigned_401(
    bench: Workbench, invoke: Invoke, body: bytes
) -> None:
    assert call(invoke, signed(body)) == NO_WEBHOOK
    assert call(invoke, signed(body, "")) == UNAUTHORIZED
    assert bench.audit.every == ()


@pytest.mark.parametrize("verb", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"])
def test_any_other_verb_is_405_and_names_the_one_that_there_is(
    bench: Workbench, invoke: Invoke, verb: str
) -> None:
    answer = invoke("IngestWebhook", signed(body_of(), verb=verb))
    assert answer["statusCode"] == 405
    assert answer["headers"] == {"content-type": "application/json", "allow": "POST"}
    assert json.loads(answer["body"]) == refusal("only POST is allowed")
    assert bench.audit.every == ()


def test_deliveries_that_repeat_are_answered_alike_and_recorded_once(
    bench: Workbench, invoke: Invoke
) -> None:
    answers = [call(invoke, signed(body_of(), encoded=number % 2 == 0)) for number in range(20)]
    assert answers == [SYNCED] * 20
    assert len(bench.audit.every) == 1


def test_deliveries_in_the_wrong_order_are_recorded_each_of_its_own_time(
    bench: Workbench, invoke: Invoke
) -> None:
    times = ["2026-11-21T03:00:00Z", "2026-11-20T03:00:00Z"]
    for timestamp in times:
        assert call(invoke, signed(body_of(timestamp=timestamp))) == SYNCED
    assert [record.to_json()["executedAt"] for record in bench.audit.every] == times


@pytest.mark.parametrize("error", [LostRace("busy"), KeyError("hush")])
def test_what_could_not_be_stored_is_500_so_that_genesys_sends_it_again(
    bench: Workbench, invoke: Invoke, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(_: AuditRecord) -> bool:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(bench.audit, "record_once", fail)
        status, body = call(invoke, signed(body_of()))
    assert status == 500
    assert "hush" not in json.dumps(body)
    assert call(invoke, signed(body_of())) == SYNCED


@pytest.mark.usefixtures("bench")
def test_nothing_of_what_is_sent_is_logged(invoke: Invoke, log: io.StringIO) -> None:
    body = body_of(ruleId="jane.doe@example.com", surprise="jane")
    for event in (signed(body), signed(body, verb="PUT"), signed(b"jane" * 20_000)):
        call(invoke, event)
    errors = [json.loads(line)["error"] for line in log.getvalue().splitlines()]
    assert errors == ["InvalidRequest", "MethodNotAllowed", "TooLarge"]
    assert "jane" not in log.getvalue()


@pytest.mark.usefixtures("bench")
def test_what_anybody_may_send_without_a_proof_leaves_no_line_in_the_log(
    invoke: Invoke, log: io.StringIO
) -> None:
    for event in (signed(body_of(), "guessed"), webhook_event("!", encoded=True)):
        assert call(invoke, event) == UNAUTHORIZED
    assert log.getvalue() == ""


texts = st.text(st.characters(exclude_categories=[]))
events = st.fixed_dictionaries(
    {"headers": st.none() | st.dictionaries(st.just(SIGNATURE) | texts, texts, max_size=3)},
    optional={"body": st.none() | texts, "isBase64Encoded": st.booleans()},
)


@given(events, st.sampled_from(["POST", "GET", ""]))
def test_whatever_comes_without_the_secret_is_refused_and_never_our_fault(
    event: dict[str, Any], verb: str
) -> None:
    bench = Workbench()
    event = {"requestContext": {"http": {"method": verb}}} | event
    with patch.object(webhooks, "ingest_webhook", lambda: bench.ingest_webhook):
        answer = template.handler("IngestWebhookFunction")(event, Context("request-1"))
    assert answer["statusCode"] == (401 if verb == "POST" else 405)
    assert bench.audit.every == ()
