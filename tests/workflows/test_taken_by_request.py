"""What jobs take for requests with offsets, two runs at once, and a hold of an unknown id."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from simulator import Conversation
from simulator.live.recordings.recording import FileState
from tests.builders import uuids
from tests.workflows.changing_runs import changing
from tests.workflows.generated_organisations import A_SECOND, Change, ChangeKind, Organisation
from tests.workflows.interruptions import once_after

AN_HOUR = timedelta(hours=1)
FIRST = datetime(2024, 10, 26, tzinfo=UTC)


def hourly(first: datetime) -> Organisation:
    """A call at the beginning of each hour of four days."""
    starts = [first + number * AN_HOUR for number in range(96)]
    calls = (
        Conversation(each, start, start + A_SECOND)
        for each, start in zip(uuids(96), starts, strict=True)
    )
    return Organisation(first, tuple(calls))


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2025-03-30T00:00:00+01:00", "2025-03-31T00:00:00+02:00", 23),
        ("2024-10-27T00:00:00+02:00", "2024-10-28T00:00:00+01:00", 25),
    ],
)
def test_day_of_a_clock_change_has_its_own_hours(start: str, end: str, hours: int) -> None:
    day = datetime.fromisoformat(start).astimezone(UTC)
    organisation = hourly(day.replace(hour=0))
    with changing(organisation) as scene:
        scene.run(dateRange={"start": start, "end": end})

        first = organisation.ids.index(
            next(e.conversation_id for e in organisation.conversations if e.start == day)
        )
        assert scene.ids_with(FileState.DELETED) == set(organisation.ids[first : first + hours])


def test_two_runs_of_a_range_take_only_their_plans() -> None:
    with changing(hourly(FIRST)) as scene:
        request = scene.organisation.request(requestId="second")
        with once_after("plan_purge", lambda: scene.app.submit(request)):
            runs = [scene.run(requestId="first")]
        scene.app.execution("second")
        runs.append(scene.app.read("second"))

        planned = set().union(*map(scene.manifest, runs))
        assert scene.ids_with(FileState.DELETED) == planned == set(scene.organisation.ids)


def test_hold_of_an_unknown_id_leaves_days_to_one_job() -> None:
    unknown = Conversation(uuids(1, 9)[0], FIRST, FIRST)
    hold = Change(ChangeKind.HOLD_IDS, 0, (unknown,))
    with changing(hourly(FIRST), [hold]) as scene:
        run = scene.run()

        queries = [job.query.conversation_query for job in scene.executed()]
        assert run["outcome"] == "completed"
        assert not any(query and query.conversation_filters for query in queries)
