"""Media: a kind also has the media that its media include."""

from __future__ import annotations

import pytest
from genesys_purge.model.media import with_media


@pytest.mark.parametrize(
    ("named", "recorded", "media"),
    [
        ({"email"}, (), {"email"}),
        ({"voice"}, (), {"voice", "callback"}),
        ({"message"}, (), {"message", "sms", "social"}),
        ({"email"}, ("Message",), {"email", "Message", "sms", "social"}),
        ({"sms"}, ("chat",), {"sms", "chat"}),
    ],
)
def test_kind_gets_the_media_of_the_record_and_included_media(
    named: set[str], recorded: tuple[str, ...], media: set[str]
) -> None:
    kind = {"method": frozenset({"m"}), "interactionType": frozenset(named)}
    assert with_media(kind, recorded) == {"method": frozenset({"m"}), "interactionType": media}


@pytest.mark.parametrize(
    "kind", [{}, {"method": frozenset({"m"})}, {"interactionType": frozenset()}]
)
def test_kind_without_media_is_unchanged(kind: dict[str, frozenset[str]]) -> None:
    assert with_media(kind, ["voice"]) == kind
