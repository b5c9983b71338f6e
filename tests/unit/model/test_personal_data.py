"""What looks like personal data is masked; ids, dates and words stay."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.model.personal_data import masked

ID = "5b0f0b5e-1234-4567-8901-123456789012"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("jane@example.com", "[e-mail address]"),
        ('contact eq "jane.doe+x@example.co.uk"', 'contact eq "[e-mail address]"'),
        ("+13175550123", "[number]"),
        ("tel:+1 (317) 555-0123", "tel:[number]"),
        ("0049 30/1234 567", "[number]"),
        ("\u0663\u0661\u0667\u0665\u0665\u0665\u0660\u0661", "[number]"),
        ("317\u2011555\u20110123", "[number]"),
        ("ani:13175550123 AND legal_hold:false", "ani:[number] AND legal_hold:false"),
        ("317\u2212555\u22120123", "[number]"),
        ("s3://b/k?to=jane%40example.com", "s3://b/k?to=[e-mail address]"),
        ("jane\uff20example.com", "[e-mail address]"),
        ("customer A1234567", "customer A[number]"),
        (13_175_550_123, "[number]"),
        (-1_234_567, "-[number]"),
    ],
)
def test_addresses_and_long_numbers_are_masked(value: Any, expected: str) -> None:
    assert masked(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "queue-12",
        f"queueId:{ID}",
        "from 2024-01-31T10:00:00Z to 2024-02-01",
        "archived",
        "eu-west",
        123_456,
        True,
        None,
    ],
)
def test_other_values_stay(value: Any) -> None:
    assert masked(value) == value


def test_values_are_masked_at_any_depth_and_in_names() -> None:
    value = {"a": [{"jane@example.com": {"b": "+13175550123"}}, "x"], "c": 1}
    assert masked(value) == {"a": [{"[e-mail address]": {"b": "[number]"}}, "x"], "c": 1}


def test_fraction_becomes_text() -> None:
    assert masked([0.5, 1e300, 1234567.5]) == ["0.5", "1e+300", "[number]"]
