"""LookUpHeldConversations: what its schedule invokes, in every organisation and both dialects."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from genesys_purge.errors import GenesysUnavailable, Misconfigured
from genesys_purge.methods.documented.conversation_archive import LOOK_UP
from genesys_purge.methods.recording_job.conversations import READ
from genesys_purge.model.dates import zulu
from genesys_purge.model.days import in_words
from genesys_purge.model.held_times import HeldTimes
from genesys_purge.model.platform import LIVE

from tests import builders
from tests.clock import NOON
from tests.functions.conftest import Invoke
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.scene import hold
from tests.unit.workbench import Workbench

EVENT = {"scheduledTime": "2026-11-21T12:00:00Z"}
LIVE_ID = "5b0f0b5e-1c1e-4c7a-9a57-0a3cf7a2d9b1"
MIDNIGHT = NOON.replace(hour=0, month=5, day=3)
HOUR = timedelta(hours=1)


def row(conversation_id: str, start: datetime, end: datetime | None) -> dict[str, str]:
    times = {"conversationStart": zulu(start)}
    times |= {"conversationEnd": zulu(end)} if end else {}
    return {"conversationId": conversation_id, **times}


def place(bench: Workbench, *ids: str, **fields: Any) -> None:
    bench.holds.placed.append(hold(conversation_ids=frozenset(ids), **fields))


def looked_up(bench: Workbench, invoke: Invoke) -> HeldTimes:
    """The times of the hold after a sweep."""
    assert invoke("LookUpHeldConversations", EVENT) is None
    return bench.holds.times["h1"]


def add_live(bench: Workbench, *rows: Mapping[str, Any]) -> ScriptedGenesys:
    emea = ScriptedGenesys()
    emea.on(READ, {"conversations": list(rows)})
    bench.organisations.add("emea", emea, platform=LIVE)
    return emea


def test_conversation_over_midnight_holds_both_of_its_days(
    bench: Workbench, invoke: Invoke
) -> None:
    place(bench, "a1", "b2")
    late = row("B2", MIDNIGHT - HOUR, MIDNIGHT + HOUR)
    bench.genesys.on(
        LOOK_UP, {"data": [row("a1", MIDNIGHT + 48 * HOUR, MIDNIGHT + 49 * HOUR), late]}
    )
    times = looked_up(bench, invoke)
    assert in_words(times.days) == "2026-05-02 to 2026-05-03, 2026-05-05"
    assert (times.gap, times.organisations, times.unknown) == (None, ("default",), {})
    assert bench.meter.counts["UnknownHeldTimes"] == 0
    assert bench.genesys.deletions == []


def test_ids_are_looked_up_in_every_organisation_and_dialect(
    bench: Workbench, invoke: Invoke
) -> None:
    place(bench, "a1", LIVE_ID)
    bench.genesys.on(LOOK_UP, {"data": [row("a1", MIDNIGHT, MIDNIGHT + HOUR)]})
    emea = add_live(bench, row(LIVE_ID, MIDNIGHT + 48 * HOUR, MIDNIGHT + 49 * HOUR))
    times = looked_up(bench, invoke)
    assert in_words(times.days) == "2026-05-03, 2026-05-05"
    assert (times.gap, times.organisations) == (None, ("default", "emea"))
    assert [call.path for call in emea.calls] == [{"ids": LIVE_ID}]


def test_ids_of_a_hold_are_looked_up_in_its_organisations_only(
    bench: Workbench, invoke: Invoke
) -> None:
    place(bench, LIVE_ID, organisations=("emea",))
    add_live(bench, row(LIVE_ID, MIDNIGHT, MIDNIGHT))
    assert looked_up(bench, invoke).organisations == ("emea",)
    (held,) = bench.holds.active("emea")
    assert (held.gap, in_words(held.days), bench.genesys.calls) == (None, "2026-05-03", [])


def test_times_of_a_removed_organisation_are_kept(bench: Workbench, invoke: Invoke) -> None:
    place(bench, LIVE_ID, organisations=("emea",))
    emea = add_live(bench, row(LIVE_ID, NOON - HOUR, NOON - HOUR))
    times = looked_up(bench, invoke)
    bench.organisations.remove("emea")
    bench.clock.wait(86_400)
    assert looked_up(bench, invoke) == times
    assert len(emea.calls) == 1


NO_TIME = [
    row("a1", MIDNIGHT, None),
    row("a1", MIDNIGHT, MIDNIGHT - HOUR),
    {"conversationId": "a1", "conversationEnd": zulu(MIDNIGHT)},
    row("a1", MIDNIGHT, MIDNIGHT) | {"conversationEnd": "yesterday"},
]


@pytest.mark.parametrize(
    ("rows", "reason"), [([], "not_found"), *(([each], "no_time") for each in NO_TIME)]
)
def test_conversation_without_a_known_time_is_unknown_and_asked_for_hourly(
    bench: Workbench, invoke: Invoke, rows: list[Any], reason: str
) -> None:
    place(bench, "a1")
    bench.genesys.on(LOOK_UP, {"data": rows}, {"data": [row("a1", MIDNIGHT, MIDNIGHT)]})
    times = looked_up(bench, invoke)
    assert (times.unknown, times.examples, times.days) == ({reason: 1}, ("a1",), ())
    assert bench.meter.counts["UnknownHeldTimes"] == 1
    assert bench.holds.active(None)[0].covering(builders.window())
    bench.clock.wait(3_599)
    assert looked_up(bench, invoke) == times
    bench.clock.wait(1)
    assert looked_up(bench, invoke).gap is None
    assert not bench.holds.active(None)[0].covering(builders.window())


def test_conversation_that_still_runs_in_one_organisation_is_unknown(
    bench: Workbench, invoke: Invoke
) -> None:
    place(bench, LIVE_ID)
    bench.genesys.on(LOOK_UP, {"data": [row(LIVE_ID, MIDNIGHT, MIDNIGHT)]})
    add_live(bench, row(LIVE_ID, MIDNIGHT, None))
    assert looked_up(bench, invoke).unknown == {"no_time": 1}


def test_organisation_that_fails_leaves_the_hold_unknown_until_it_answers(
    bench: Workbench, invoke: Invoke, log: io.StringIO
) -> None:
    place(bench, LIVE_ID)
    emea = add_live(bench)
    emea.on(READ, GenesysUnavailable("503"), {"conversations": []})
    bench.genesys.on(LOOK_UP, {"data": [row(LIVE_ID, MIDNIGHT, MIDNIGHT)]})

    times = looked_up(bench, invoke)

    assert (times.organisations, times.unanswered) == (("default",), ("emea",))
    assert times.gap == "1 organisation could not be asked"
    [line] = [json.loads(each) for each in log.getvalue().splitlines()]
    assert (line["correlation_id"], line["error"]) == ("hold:h1", "GenesysUnavailable")
    assert looked_up(bench, invoke).gap is None


def test_known_times_are_not_asked_for_again(bench: Workbench, invoke: Invoke) -> None:
    place(bench, "a1")
    bench.genesys.on(LOOK_UP, {"data": [row("a1", MIDNIGHT, MIDNIGHT)]})
    times = looked_up(bench, invoke)
    bench.clock.wait(86_400)
    assert looked_up(bench, invoke) == times
    assert len(bench.genesys.calls) == 1


def test_end_that_may_still_change_is_asked_for_daily(bench: Workbench, invoke: Invoke) -> None:
    place(bench, "a1")
    start = NOON - 24 * HOUR
    ends = [NOON - 20 * HOUR, NOON + 96 * HOUR]
    bench.genesys.on(LOOK_UP, *({"data": [row("a1", start, end)]} for end in ends))
    assert in_words(looked_up(bench, invoke).days) == "2026-11-20"
    bench.clock.wait(86_399)
    assert in_words(looked_up(bench, invoke).days) == "2026-11-20"
    bench.clock.wait(1)
    assert in_words(looked_up(bench, invoke).days) == "2026-11-20 to 2026-11-25"
    bench.clock.wait(34 * 86_400)
    looked_up(bench, invoke)
    asked = len(bench.genesys.calls)
    bench.clock.wait(86_400)
    looked_up(bench, invoke)
    assert (asked, len(bench.genesys.calls)) == (3, 3)


def test_known_times_stay_if_an_organisation_does_not_answer_again(
    bench: Workbench, invoke: Invoke
) -> None:
    place(bench, "a1")
    answer = {"data": [row("a1", NOON - HOUR, NOON - HOUR)]}
    bench.genesys.on(LOOK_UP, answer, GenesysUnavailable("503"), GenesysUnavailable("503"))
    times = looked_up(bench, invoke)
    bench.clock.wait(86_400)
    assert looked_up(bench, invoke) == times
    assert bench.meter.counts["UnknownHeldTimes"] == 0
    add_live(bench)
    assert looked_up(bench, invoke).unanswered == ("default",)


def test_other_ids_or_a_new_organisation_are_looked_up_at_once(
    bench: Workbench, invoke: Invoke
) -> None:
    place(bench, "a1")
    bench.genesys.on(LOOK_UP, {"data": [row(each, MIDNIGHT, MIDNIGHT) for each in ("a1", "b2")]})
    first = looked_up(bench, invoke)
    bench.holds.placed[0] = hold(conversation_ids=frozenset({"a1", "b2"}))
    second = looked_up(bench, invoke)
    assert first.fingerprint != second.fingerprint
    assert in_words(second.days) == "2026-05-03"
    add_live(bench)
    assert looked_up(bench, invoke).organisations == ("default", "emea")


def test_a_thousand_documented_ids_are_asked_for_at_once(bench: Workbench, invoke: Invoke) -> None:
    ids = builders.conversation_ids(1_001)
    place(bench, *ids)
    bench.genesys.on(LOOK_UP, {"data": [row(each, MIDNIGHT, MIDNIGHT) for each in ids]})
    assert looked_up(bench, invoke).gap is None
    assert [call.body["query"].count('"') // 2 for call in bench.genesys.calls] == [1_000, 1]


def test_hold_that_fails_keeps_no_other_hold_waiting(
    bench: Workbench, invoke: Invoke, log: io.StringIO
) -> None:
    bench.holds.unreadable = [Misconfigured("legal hold h2 is not valid: conversationIds: wrong")]
    place(bench, "a1", "b2", hold_id="h3")
    place(bench, "a1")
    bench.holds.placed += [hold(hold_id="h4", wrong="reason: is required"), hold(hold_id="h5")]
    bench.genesys.on(
        LOOK_UP, {"data": [row("a1", MIDNIGHT, MIDNIGHT)]}, KeyError("hush"), {"data": []}
    )
    assert looked_up(bench, invoke).gap is None
    lines = [json.loads(each) for each in log.getvalue().splitlines()]
    assert [each["correlation_id"] for each in lines] == ["unreadable-hold-0", "hold:h3"]
    assert "legal hold h2 is not valid: conversationIds" in lines[0]["reason"]
    assert bench.meter.counts["MalformedHolds"] == 2
    assert bench.meter.counts["UnknownHeldTimes"] == 1


def test_sweep_without_time_looks_nothing_up(bench: Workbench, invoke: Invoke) -> None:
    place(bench, "a1")
    bench.seconds_left = 29.9
    invoke("LookUpHeldConversations", EVENT)
    assert (bench.genesys.calls, bench.holds.times) == ([], {})
    assert bench.meter.counts["UnknownHeldTimes"] == 1


def large(bench: Workbench) -> dict[str, Any]:
    """A hold on 5,000 ids; the answer that knows all their conversations."""
    ids = [f"c-{number:04}" for number in range(5_000)]
    place(bench, *ids)
    return {"data": [row(each, MIDNIGHT, MIDNIGHT + HOUR) for each in ids]}


def test_look_up_of_a_large_hold_goes_on_where_it_failed(bench: Workbench, invoke: Invoke) -> None:
    answer = large(bench)
    bench.genesys.on(LOOK_UP, answer, answer, GenesysUnavailable("503"), answer)
    invoke("LookUpHeldConversations", EVENT)
    assert (bench.holds.times, bench.holds.looked_up["h1"].asked) == ({}, 2_000)
    times = looked_up(bench, invoke)
    assert (times.gap, times.asked, in_words(times.days)) == (None, None, "2026-05-03")
    assert len(bench.genesys.calls) == 3 + 3


def test_look_up_of_a_large_hold_starts_again_for_other_ids(
    bench: Workbench, invoke: Invoke
) -> None:
    answer = large(bench)
    bench.genesys.on(LOOK_UP, answer, answer, GenesysUnavailable("503"), answer)
    invoke("LookUpHeldConversations", EVENT)
    (placed,) = bench.holds.placed
    wider = (placed.conversation_ids or frozenset()) | {"d-1"}
    bench.holds.placed = [placed.model_copy(update={"conversation_ids": wider})]
    assert looked_up(bench, invoke).unknown == {"not_found": 1}
    assert len(bench.genesys.calls) == 3 + 6


def test_large_hold_without_time_for_a_slice_is_left_for_the_next_sweep(
    bench: Workbench, invoke: Invoke
) -> None:
    large(bench)
    bench.seconds_left = 29.0
    invoke("LookUpHeldConversations", EVENT)
    assert (bench.genesys.calls, bench.holds.times) == ([], {})
