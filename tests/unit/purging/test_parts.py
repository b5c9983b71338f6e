"""The part of a batch: which ids a call names, in which order."""

from __future__ import annotations

from genesys_purge.model.batch import Entry
from genesys_purge.purging.parts import part_of

from tests import builders
from tests.clock import NOON

OLD = builders.days_ago(400)


def test_part_names_records_by_their_own_ids_in_manifest_order() -> None:
    entries = [Entry("c1", OLD, None, record_id=f"m{number}") for number in range(3)]
    assert part_of(builders.batch(planned=3), entries, {2, 0}, NOON).ids == ["m0", "m2"]


def test_part_names_conversations_by_their_ids() -> None:
    assert part_of(builders.batch(planned=1), [Entry("c1", OLD, None)], {0}, NOON).ids == ["c1"]
