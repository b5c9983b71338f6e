"""The signatures of notifications, compared with HMAC by hand and with the standard's example."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

from genesys_purge.webhooks.outbound.signatures import signed_entry, standard_headers
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.webhooks.digests import by_hand


def test_headers_equal_the_example_of_standard_webhooks() -> None:
    headers = standard_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        b'{"test": 2432232314}',
        [b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(st.text("abcdefmsg_019", min_size=1), st.integers(0, 2**40), st.binary(), st.binary())
def test_header_signs_id_timestamp_and_body(
    notification_id: str, timestamp: int, body: bytes, key: bytes
) -> None:
    headers = standard_headers(notification_id, timestamp, body, [key])
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    version, _, text = headers["webhook-signature"].partition(",")
    assert (version, b64decode(text)) == ("v1", by_hand(signed, key))


keys = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(keys, values, max_size=5), st.binary())
def test_entry_is_signed_over_its_canonical_json(entry: dict[str, Any], key: bytes) -> None:
    signed = signed_entry(entry, [key])
    rest = {name: value for name, value in signed.items() if name != "auditSignature"}
    assert rest == {name: value for name, value in entry.items() if name != "auditSignature"}
    canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert signed["auditSignature"] == f"sha256={by_hand(canonical.encode(), key).hex()}"


def test_names_of_an_entry_are_sorted_by_their_utf16_code_units() -> None:
    entry = {"\uff00": 1, "\U0001f600": [{"b": 1, "a": 2}]}
    canonical = '{"\U0001f600":[{"a":2,"b":1}],"\uff00":1}'
    signature = signed_entry(entry, [b"key"])["auditSignature"]
    assert signature == f"sha256={by_hand(canonical.encode(), b'key').hex()}"


def test_order_of_an_entrys_fields_does_not_change_its_signature() -> None:
    one = signed_entry({"a": 1, "b": {"c": 2, "d": 3}}, [b"key"])
    other = signed_entry({"b": {"d": 3, "c": 2}, "a": 1}, [b"key"])
    assert one == other
    assert one["auditSignature"] != signed_entry({"a": 1}, [b"key"])["auditSignature"]


def test_several_keys_give_several_signatures_in_their_order() -> None:
    keys = [b"new key", b"old key"]
    single = [standard_headers("msg_1", 5, b"{}", [key])["webhook-signature"] for key in keys]
    assert standard_headers("msg_1", 5, b"{}", keys)["webhook-signature"] == " ".join(single)
    entries = [signed_entry({"a": 1}, [key])["auditSignature"] for key in keys]
    assert signed_entry({"a": 1}, keys)["auditSignature"] == " ".join(entries)
