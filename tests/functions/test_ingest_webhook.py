"""IngestWebhook: `ANY /webhooks/genesys` as the HTTP API invokes it."""

from __future__ import annotations

import io
import json
from base64 import b64encode
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
    """A delivery signed under the current secret, unless `header` is another signature."""
    header = signature(body) if header is None else header
    return webhook_event(body, verb=verb, encoded=encoded, x_genesys_webhook_signature=header)


def refusal(message: str, path: str = "request") -> dict[str, Any]:
    return {"errors": [{"path": path, "message": message}], "requestId": "request-1"}


UNAUTHORIZED = (401, refusal("unauthorized"))
TOO_LARGE = (413, refusal("may have at most 65536 bytes"))
NO_JSON = (400, refusal("is not JSON"))
NO_RULE = (400, refusal("is required", "ruleId"))
SYNCED = (200, {"status": "synced"})


@pytest.mark.parametrize("encoded", [False, True])
def test_webhook_is_accepted_as_text_and_in_base64(
    bench: Workbench, invoke: Invoke, *, encoded: bool
) -> None:
    assert call(invoke, signed(body_of(), encoded=encoded)) == SYNCED
    [record] = bench.audit.every
    assert (record.rule_id, record.deleted) == ("rule-1", 1_250)


def test_samples_are_genuine_deliveries_of_one_execution(bench: Workbench, invoke: Invoke) -> None:
    assert len(SAMPLES) == 2
    for path in SAMPLES:
        assert call(invoke, json.loads(path.read_text())) == SYNCED
    assert len(bench.audit.every) == 1


def test_signature_header_is_read_in_any_case(bench: Workbench, invoke: Invoke) -> None:
    names = [SIGNATURE, SIGNATURE.upper(), "X-Genesys-Webhook-Signature"]
    for name in (*names, "x-GENESYS-webhook-signaturE"):
        event = webhook_event(body_of())
        event["headers"] = {"accept": "*/*", name: signature(body_of())}
        assert call(invoke, event) == SYNCED, name
    assert len(bench.audit.every) == 1


def test_content_type_does_not_matter(bench: Workbench, invoke: Invoke) -> None:
    for content_type in ("", "text/plain", "application/xml", "multipart/form-data", "\ud800"):
        event = signed(body_of())
        event["headers"]["content-type"] = content_type
        assert call(invoke, event) == SYNCED, content_type
    assert len(bench.audit.every) == 1


NO_PROOF: list[Any] = [
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
]


def test_missing_or_wrong_signature_is_401_without_detail(bench: Workbench, invoke: Invoke) -> None:
    for headers in NO_PROOF:
        event = webhook_event(body_of()) | {"headers": headers}
        assert call(invoke, event) == UNAUTHORIZED, headers
    event = webhook_event(body_of())
    del event["headers"]
    assert call(invoke, event) == UNAUTHORIZED
    assert bench.audit.every == ()


def test_body_that_is_no_valid_base64_is_401(bench: Workbench, invoke: Invoke) -> None:
    base64 = b64encode(body_of()).decode()
    texts = [base64[:-1], base64[:-4], base64[1:], base64 + "!", base64 + "\n", body_of().decode()]
    for text in (*texts, "ü", "\ud800", "="):
        header = signature(body_of())
        event = webhook_event(text, encoded=True, x_genesys_webhook_signature=header)
        assert call(invoke, event) == UNAUTHORIZED, text
    assert bench.audit.every == ()


@pytest.mark.parametrize("text", ["\ud800", body_of().decode() + "\ud800"])
def test_text_that_is_not_unicode_is_401(bench: Workbench, invoke: Invoke, text: str) -> None:
    event = webhook_event(text, x_genesys_webhook_signature=signature(body_of()))
    assert call(invoke, event) == UNAUTHORIZED
    assert bench.audit.every == ()


@pytest.mark.usefixtures("bench")
@pytest.mark.parametrize("body", [None, ""])
def test_missing_body_is_400_if_signed_and_401_if_not(invoke: Invoke, body: str | None) -> None:
    event = signed(b"") | {"body": body}
    assert call(invoke, event) == NO_JSON
    assert call(invoke, event | {"headers": {}}) == UNAUTHORIZED
    del event["body"]
    assert call(invoke, event) == NO_JSON


@pytest.mark.parametrize("encoded", [False, True])
def test_body_of_64_kib_is_accepted_and_a_longer_one_is_413(
    bench: Workbench, invoke: Invoke, *, encoded: bool
) -> None:
    largest = body_of().ljust(LARGEST_BODY)
    assert call(invoke, signed(largest, encoded=encoded)) == SYNCED
    assert call(invoke, signed(largest + b" ", encoded=encoded)) == TOO_LARGE
    assert len(bench.audit.every) == 1


def test_size_of_a_body_is_counted_in_bytes(bench: Workbench, invoke: Invoke) -> None:
    body = body_of(ruleId="ü" * (LARGEST_BODY // 2)).replace(b"\\u00fc", "ü".encode())
    assert len(body.decode()) < LARGEST_BODY < len(body)
    assert call(invoke, signed(body, encoded=False)) == TOO_LARGE
    assert bench.audit.every == ()


@pytest.mark.parametrize("encoded", [False, True])
def test_body_of_ten_megabytes_is_413_signed_or_not(
    bench: Workbench, invoke: Invoke, *, encoded: bool
) -> None:
    for header in ("", signature(TEN_MEGABYTES)):
        assert call(invoke, signed(TEN_MEGABYTES, header, encoded=encoded)) == TOO_LARGE
    assert bench.audit.every == ()


@pytest.mark.usefixtures("bench")
def test_base64_that_must_decode_to_more_than_64_kib_is_413(invoke: Invoke) -> None:
    assert call(invoke, webhook_event("!" * 2 * LARGEST_BODY, encoded=True)) == UNAUTHORIZED
    assert call(invoke, webhook_event("!" * 2 * LARGEST_BODY + "!", encoded=True)) == TOO_LARGE


def test_wrong_body_is_400_if_signed_and_401_if_not(bench: Workbench, invoke: Invoke) -> None:
    for name, answer in (("nothing", NO_JSON), ("no UTF-8", NO_JSON), ("no rule", NO_RULE)):
        body, _ = WRONG_BODIES[name]
        assert call(invoke, signed(body)) == answer, name
        assert call(invoke, signed(body, "")) == UNAUTHORIZED, name
    assert bench.audit.every == ()


def test_webhook_with_a_new_field_and_a_new_event_is_recorded(
    bench: Workbench, invoke: Invoke
) -> None:
    assert call(invoke, signed(body_of(region="eu", event="purgerules:rule:expired"))) == SYNCED
    [record] = bench.audit.every
    assert (record.event, record.deleted) == ("purgerules:rule:expired", 1_250)
    assert record.to_json()["droppedFields"] == {"count": 1, "names": ["region"]}


def test_every_method_but_post_is_405(bench: Workbench, invoke: Invoke) -> None:
    for verb in ("GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"):
        answer = invoke("IngestWebhook", signed(body_of(), verb=verb))
        assert answer["statusCode"] == 405
        assert answer["headers"] == {"content-type": "application/json", "allow": "POST"}
        assert json.loads(answer["body"]) == refusal("only POST is allowed")
    assert bench.audit.every == ()


def test_repeated_deliveries_get_the_same_answer(bench: Workbench, invoke: Invoke) -> None:
    answers = [call(invoke, signed(body_of(), encoded=number % 2 == 0)) for number in range(20)]
    assert answers == [SYNCED] * 20
    assert len(bench.audit.every) == 1


@pytest.mark.parametrize("error", [LostRace("busy"), KeyError("hush")])
def test_failed_write_is_500_so_that_genesys_retries(
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
def test_content_of_a_webhook_is_not_logged(invoke: Invoke, log: io.StringIO) -> None:
    body = body_of(ruleId="jane.doe@example.com", surprise="jane")
    for event in (signed(body), signed(body, verb="PUT"), signed(b"jane" * 20_000)):
        call(invoke, event)
    errors = [json.loads(line)["error"] for line in log.getvalue().splitlines()]
    assert errors == ["InvalidRequest", "MethodNotAllowed", "TooLarge"]
    assert "jane" not in log.getvalue()


@pytest.mark.usefixtures("bench")
def test_unauthorized_call_is_not_logged(invoke: Invoke, log: io.StringIO) -> None:
    for event in (signed(body_of(), "guessed"), webhook_event("!", encoded=True)):
        assert call(invoke, event) == UNAUTHORIZED
    assert log.getvalue() == ""


texts = st.text(st.characters(exclude_categories=[]))
events = st.fixed_dictionaries(
    {"headers": st.none() | st.dictionaries(st.just(SIGNATURE) | texts, texts, max_size=3)},
    optional={"body": st.none() | texts, "isBase64Encoded": st.booleans()},
)


@given(events, st.sampled_from(["POST", "GET", ""]))
def test_random_call_without_the_secret_is_401_or_405(event: dict[str, Any], verb: str) -> None:
    bench = Workbench()
    event = {"requestContext": {"http": {"method": verb}}} | event
    with patch.object(webhooks, "ingest_webhook", lambda: bench.ingest_webhook):
        answer = template.handler("IngestWebhookFunction")(event, Context("request-1"))
    assert answer["statusCode"] == (401 if verb == "POST" else 405)
    assert bench.audit.every == ()
