"""The list of GDPR requests: how an unanswered submit is found in it."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import OutcomeUnknown, RateLimited, UnreadableAnswer
from genesys_purge.methods.gdpr_request.lifecycle import LIST
from genesys_purge.model.batch import BatchRef

from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.gdpr_request.subject_scene import (
    METHOD,
    NONE,
    OURS,
    PART,
    request,
)

OTHERS = [OURS | {"name": "run-1 1"}, OURS | {"requestType": "GDPR_EXPORT"}]


def listing(*pages: Any) -> ScriptedGenesys:
    genesys = ScriptedGenesys()
    genesys.on(LIST, *pages)
    return genesys


def find(genesys: ScriptedGenesys) -> str | None:
    return METHOD.lifecycle.find(request(), BatchRef("run-1", 0), PART, genesys)


def test_request_is_found_by_its_name_on_any_page() -> None:
    genesys = listing({"entities": [None, OTHERS[0]]}, {"entities": [OURS]})
    assert find(genesys) == "gdpr-1"
    assert [call.path["page"] for call in genesys.calls] == ["1", "2"]


def test_request_of_another_name_or_type_is_not_found() -> None:
    assert find(listing({"entities": OTHERS}, NONE)) is None


def test_list_without_an_end_leaves_the_outcome_unknown() -> None:
    with pytest.raises(OutcomeUnknown, match="more than 100 pages"):
        find(listing({"entities": [{}]}))


@pytest.mark.parametrize("answer", [{}, {"entities": None}, RateLimited("GET x answered 429: no")])
def test_unreadable_list_says_nothing_about_an_earlier_submit(answer: Any) -> None:
    with pytest.raises((UnreadableAnswer, RateLimited)):
        find(listing(answer))
