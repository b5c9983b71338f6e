"""An operator who places holds and turns the purging switch while workers delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from genesys_purge.model.holds import Hold

from tests.builders import window
from tests.clock import NOON
from tests.interleavings.application import Stores
from tests.interleavings.notebook import Placed
from tests.interleavings.stage import Stage

MOST_WIDENINGS = 4


class Operator:
    """Acts at moments that the seed chooses; `ends` are the records that a hold may name.

    With `everything`, each hold is on everything. With `most`, one hold is on so many ids at most,
    and is widened by so many several times.
    """

    def __init__(
        self,
        stage: Stage,
        stores: Stores,
        ends: Mapping[str, datetime],
        *,
        everything: bool = False,
        most: int | None = None,
    ) -> None:
        self._stage = stage
        self._stores = stores
        self._ends = ends
        self._everything = everything
        self._most = most
        self._widened: list[tuple[int, frozenset[str]]] = []

    def __call__(self) -> None:
        chances = self._stage.chances
        for number in range(MOST_WIDENINGS if self._most else chances.random.randint(1, 3)):
            long = chances.often(0.4)
            self._stage.scheduler.pause(chances.between(0.0, 150.0 if long else 3.0))
            if not self._most and chances.often(0.4):
                self._turn_off()
            else:
                self.place(number)

    def place(self, number: int) -> None:
        """Place a hold on some ids, on a range of dates, or on everything.

        A hold on ids may replace an earlier one, whose ids it has as well.
        """
        stage, chances = self._stage, self._stage.chances
        ids: Sequence[str] = sorted(self._ends)
        what = frozenset(ids)
        fields: dict[str, object] = {}
        drawn = 1.0 if self._everything else 0.0 if self._most else chances.random.random()
        if drawn < 0.7 and ids:
            most = min(self._most or len(ids), len(ids))
            what = frozenset(chances.random.sample(ids, chances.random.randint(1, most)))
            if self._widened and (self._most or chances.often(0.5)):
                number, before = self._widened[-1]
                what |= before
            self._widened.append((number, what))
            fields["conversation_ids"] = what
        elif drawn < 0.9:
            fields["date_range"] = window()
            what = frozenset(each for each, end in self._ends.items() if window().contains(end))
        hold = Hold(
            hold_id=f"hold-{number}",
            reason="case",
            placed_by="operator",
            placed_at=NOON,
            **fields,  # type: ignore[arg-type]  # each field is what the model expects
        )
        holds = self._stores.holds
        holds.placed = [each for each in holds.placed if each.hold_id != hold.hold_id] + [hold]
        stage.notebook.placed.append(Placed(hold, stage.now, what))
        stage.counts["holds placed"] += 1
        stage.tell(f"places {hold.hold_id} on {sorted(what)}")

    def _turn_off(self) -> None:
        """Turn purging off, and perhaps on again later."""
        stage, policies = self._stage, self._stores.policies
        policies.switch = "off"
        stage.notebook.switched_off.append((stage.now, None))
        stage.counts["switched off"] += 1
        stage.tell("turns purging off")
        if stage.chances.often(0.6):
            stage.scheduler.pause(stage.chances.between(0.5, 60.0))
            policies.switch = "on"
            stage.notebook.switched_on(stage.now)
            stage.tell("turns purging on")
