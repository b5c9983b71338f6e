"""Media: the rules of all that a medium carries match what has the medium."""

from __future__ import annotations

import pytest
from genesys_purge.model.media import of_media


@pytest.mark.parametrize(
    ("named", "own", "media"),
    [
        ({"email"}, (), {"email"}),
        ({"voice"}, (), {"voice", "callback"}),
        ({"message"}, (), {"message", "sms", "social"}),
        ({"email"}, ("Message",), {"email", "Message", "sms", "social"}),
        ({"sms"}, ("chat",), {"sms", "chat"}),
    ],
)
def test_a_kind_has_the_media_it_names_its_own_and_what_they_carry(
    named: set[str], own: tuple[str, ...], media: set[str]
) -> None:
    kind = {"method": frozenset({"m"}), "interactionType": frozenset(named)}
    assert of_media(kind, own) == {"method": frozenset({"m"}), "interactionType": media}


@pytest.mark.parametrize(
    "kind", [{}, {"method": frozenset({"m"})}, {"interactionType": frozenset()}]
)
def test_a_kind_that_names_no_media_is_left_as_it_is(kind: dict[str, frozenset[str]]) -> None:
    assert of_media(kind, ["voice"]) == kind
