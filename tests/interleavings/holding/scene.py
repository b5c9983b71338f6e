"""One interleaving: submitters of one or two runs, and people who place holds through PlaceHold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from genesys_purge.calling.in_flight import InFlight
from genesys_purge.holds.in_flight import HeldInFlight
from genesys_purge.holds.matched import Matched
from genesys_purge.holds.place_hold import PlaceHold
from genesys_purge.methods import POOLS
from genesys_purge.model.holds import HoldDocument
from genesys_purge.model.submission import Submission

from tests import builders
from tests.clock import NOON
from tests.interleavings.holding.stores import HoldingStores
from tests.interleavings.simulated.scene import CountedStage, Scene
from tests.interleavings.stage import Died, Watched

# Those of a hold. Every run is of the default organisation.
ORGANISATIONS = ((), (), ("default",), ("default", "emea"), ("emea",))
REVIEW = "2027-06-30T12:00:00Z"


class HoldingScene(Scene):
    """The workers of one seed."""

    critical = ("slots.write", "runs.intend", "holds.active", "connection", "runs.advance")

    def __init__(self, stage: CountedStage) -> None:
        super().__init__(stage, HoldingStores(stage))

    def people(self) -> None:
        """One or two persons who place a hold each."""
        for number in range(self.stage.chances.random.choice((1, 1, 2))):
            self.acts(f"person-{number}", self._placing(number))

    def _placing(self, number: int) -> Callable[[], None]:
        """A person who places a hold, and repeats the request until there is an answer."""
        payload = self._hold(number)

        def place() -> None:
            stage = self.stage
            while True:
                stage.notebook.new_invocation(stage.worker)
                try:
                    placed = self._place_hold()(Submission(payload, "legal", person_id="user:1"))
                except Died:
                    stage.scheduler.pause(stage.chances.between(0.1, 5.0))
                    continue
                listed = frozenset((each.run_id, each.batch) for each in placed.in_flight or ())
                stage.notebook.answered(placed.hold_id, stage.now, listed)
                stage.counts["jobs in flight"] += len(listed)
                stage.tell(f"{placed.hold_id} is placed; in flight: {sorted(listed)}")
                return

        return place

    def _place_hold(self) -> PlaceHold:
        stage, stores = self.stage, self.stores
        slots, runs = Watched(stage, "slots", stores.slots), Watched(stage, "runs", stores.runs)
        in_flight = HeldInFlight(InFlight(slots, runs, lambda: [None], POOLS), runs)
        holds = Watched(stage, "holds", stores.holds)
        return PlaceHold(holds, in_flight, _uncounted, lambda: ["emea"], stage.clock)

    def _hold(self, number: int) -> dict[str, Any]:
        """A hold on some ids, on days, or on everything, in some seeds of some organisations."""
        random, ends = self.stage.chances.random, self.stage.notebook.ends
        scope: dict[str, Any] = {"everything": True}
        drawn = random.random()
        if drawn < 0.75:
            ids = sorted(ends)
            scope = {"conversationIds": random.sample(ids, random.randint(1, len(ids)))}
        elif drawn < 0.9:
            scope = {"dateRange": builders.date_range(*random.choice(((396, 388), (394, 366))))}
        if names := random.choice(ORGANISATIONS):
            scope["organisations"] = names
        return HOLD | {"holdId": f"hold-{number}"} | scope


def _uncounted(_: HoldDocument) -> Matched:
    return Matched(as_of=NOON, reason="not counted")


HOLD = {
    "matter": {"id": "17/2026", "title": "Smith v. Example", "kind": "litigation"},
    "owner": "legal@example.com",
    "reason": "calls with the claimant are evidence",
    "reviewBy": REVIEW,
}
