"""CheckSeals: the age of what is unsealed, the repair of what the stream lost, and heartbeats."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NoReturn

import orjson
import pytest
from genesys_purge.model.dates import zulu
from genesys_purge.model.merkle import Frontier, leaf_hash
from genesys_purge.model.messages import RunRef
from genesys_purge.model.seal_health import SealHealth
from genesys_purge.proof.check_seals import LATE, CheckSeals
from genesys_purge.proof.entries import HEARTBEAT
from genesys_purge.proof.errors import Contradicted
from genesys_purge.proof.heartbeat import DAY, Heartbeat
from genesys_purge.proof.note import Checkpoint
from genesys_purge.proof.publish_seals import PublishSeals
from genesys_purge.proof.seal_audit import SealAudit
from genesys_purge.proof.unsealed import RECENT, FindUnsealed

from tests.clock import NOON, Clock
from tests.unit.proof.sealing import Died, Scene, SceneKey

RUN, OTHER = "run-1", "run-2"
MINUTE = timedelta(minutes=1)


@dataclass
class Checked:
    """A check over the audit, log and bucket of a scene; `stored` has each stored result."""

    scene: Scene = field(default_factory=Scene)
    clock: Clock = field(default_factory=Clock)
    stored: list[SealHealth] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    asked: list[datetime] = field(default_factory=list)

    def record(self, run_id: str = RUN, action: str = "batch_completed", **facts: Any) -> None:
        """A new record, now."""
        self.scene.record(run_id, action, **{"at": zulu(self.clock())} | facts)

    def wait(self, time: timedelta) -> None:
        self.clock.wait(time.total_seconds())

    def check(self) -> SealHealth:
        """One check; its last result."""
        scene = self.scene
        publish = PublishSeals(scene, scene, scene, scene.keys)
        CheckSeals(
            FindUnsealed(self._runs, scene, scene, scene),
            self,
            self._fill_gaps,
            SealAudit(scene, scene, publish, scene.certificates, scene.meter),
            Heartbeat(scene, scene, publish, self.clock),
            scene.meter,
            self.clock,
        )(self._isolate)
        return self.stored[-1]

    def put(self, health: SealHealth) -> None:
        self.stored.append(health)

    def _runs(self, since: datetime) -> list[str]:
        self.asked.append(since)
        # The index of open runs, and that of recent ones.
        return [*self.scene.audit, *self.scene.audit, *self.scene.runs]

    def _fill_gaps(self, run_id: str) -> None:
        stored = self.scene.audit[run_id]
        for number in set(range(1, max(stored))) - set(stored):
            fields = {"runId": run_id, "sequence": number, "action": "number_unused"}
            stored[number] = orjson.dumps(fields | {"at": zulu(self.clock())})

    def _isolate(self, run_id: str, work: Callable[[], None], *, batch: int | None = None) -> bool:
        assert batch is None
        try:
            work()
        except Died:
            raise
        except Exception as error:  # noqa: BLE001  as the wrapper of the handler
            self.failed.append(run_id)
            self.errors.append(error)
            return False
        return True

    @property
    def age(self) -> float:
        return self.scene.meter.durations["SealAge"]

    @property
    def published(self) -> int:
        return Checkpoint.in_note(self.scene.file("seals/checkpoint").decode()).size


@pytest.fixture
def checked() -> Checked:
    return Checked()


def sealed(checked: Checked) -> Checked:
    """With three records of a run, sealed now."""
    for _ in range(3):
        checked.record()
    checked.scene.seal()
    return checked


def break_key(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> NoReturn:
        raise ConnectionError("KMS is down")

    monkeypatch.setattr(SceneKey, "sign", fail)


def test_sealed_audit_has_no_age(checked: Checked) -> None:
    found = sealed(checked).check()
    assert found == SealHealth(checked_at=NOON)
    assert (checked.age, checked.failed, len(checked.stored)) == (0, [], 1)


def test_empty_deployment_has_no_age_and_no_entry(checked: Checked) -> None:
    assert checked.check() == SealHealth(checked_at=NOON)
    assert (checked.age, checked.scene.files) == (0, {})


def test_check_asks_for_the_runs_of_two_days(checked: Checked) -> None:
    checked.check()
    assert checked.asked == [NOON - RECENT]


def test_age_is_that_of_the_oldest_unsealed_record(checked: Checked) -> None:
    sealed(checked)
    checked.wait(MINUTE)
    checked.record(OTHER)
    checked.wait(MINUTE)
    checked.record()
    checked.wait(MINUTE)
    assert checked.check().oldest_unsealed_at == NOON + MINUTE
    assert checked.age == 120


def test_record_that_the_stream_may_still_bring_is_left_to_it(checked: Checked) -> None:
    checked.record()
    checked.wait(LATE)
    assert checked.check().oldest_unsealed_at == NOON
    assert checked.scene.committed == []


def test_record_that_the_stream_lost_is_sealed_by_the_next_check(checked: Checked) -> None:
    sealed(checked).record()
    checked.wait(LATE + MINUTE)
    checked.check()
    assert [each.oldest_unsealed_at for each in checked.stored] == [NOON, None]
    assert (checked.scene.runs[RUN].tree.size, checked.published) == (4, 2)
    assert checked.age == 0


def test_lost_end_of_a_run_brings_its_certificate(checked: Checked) -> None:
    sealed(checked).record(action="run_completed")
    checked.wait(LATE + MINUTE)
    checked.check()
    assert checked.scene.certificates.sent == [RunRef(run_id=RUN)]


def test_only_runs_that_wait_for_too_long_are_sealed(checked: Checked) -> None:
    checked.record()
    checked.wait(LATE + MINUTE)
    checked.record(OTHER)
    assert checked.check().oldest_unsealed_at == checked.clock()
    assert list(checked.scene.runs) == [RUN]


def test_free_number_that_keeps_records_waiting_is_recorded_as_unused(checked: Checked) -> None:
    sealed(checked).record()
    checked.scene.audit[RUN][6] = checked.scene.audit[RUN].pop(4)
    checked.wait(LATE + MINUTE)
    assert checked.check().oldest_unsealed_at is None
    assert checked.scene.runs[RUN].tree.size == 6


def test_late_run_without_a_free_number_gets_no_unused_ones(checked: Checked) -> None:
    sealed(checked).record()
    del checked.scene.audit[RUN][2]
    checked.wait(LATE + MINUTE)
    checked.check()
    assert 2 not in checked.scene.audit[RUN]


def test_committed_entry_is_unsealed_until_it_is_published(
    checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked.record()
    checked.wait(MINUTE)
    with monkeypatch.context() as broken:
        break_key(broken)
        with pytest.raises(ConnectionError):
            checked.scene.seal()
        assert checked.check().oldest_unsealed_at == NOON
        assert checked.scene.runs[RUN].tree.size == 1
    checked.wait(LATE)
    assert checked.check().oldest_unsealed_at is None
    assert checked.published == 1


def test_age_grows_while_the_key_fails(checked: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed(checked).record()
    break_key(monkeypatch)
    for hour in (1, 2, 3):
        checked.wait(timedelta(hours=1))
        found = checked.check()
        assert found == SealHealth(checked_at=checked.clock(), oldest_unsealed_at=NOON)
        assert checked.age == hour * 3_600
    assert checked.failed == ["seals"] * 3


def test_bucket_that_cannot_be_read_leaves_the_last_check_in_place(
    checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed(checked).check()

    def fail(_: str) -> NoReturn:
        raise ConnectionError("S3 is down")

    monkeypatch.setattr(checked.scene, "get", fail)
    checked.wait(MINUTE)
    with pytest.raises(ConnectionError):
        checked.check()
    assert checked.stored == [SealHealth(checked_at=NOON)]


def test_bucket_that_cannot_be_written_does_not_hide_the_age(
    checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise ConnectionError("S3 is down")

    sealed(checked).record()
    monkeypatch.setattr(checked.scene, "put_once", fail)
    checked.wait(timedelta(hours=1))
    assert checked.check().oldest_unsealed_at == NOON


def test_restored_table_of_the_audit_counts_since_the_first_record(checked: Checked) -> None:
    sealed(checked)
    del checked.scene.audit[RUN][3]
    checked.wait(LATE + MINUTE)
    assert checked.check().oldest_unsealed_at == NOON
    assert checked.scene.meter.counts == {"AuditShorterThanItsSeal": 1}
    assert list(checked.scene.audit[RUN]) == [1, 2]


def test_sealed_run_without_any_record_counts_as_unsealed_for_long(checked: Checked) -> None:
    sealed(checked).scene.audit.clear()
    assert checked.check().oldest_unsealed_at == NOON - RECENT


def test_restored_table_of_seals_ends_the_check(checked: Checked) -> None:
    sealed(checked)
    checked.scene.log, checked.scene.committed, checked.scene.runs = Frontier(), [], {}
    with pytest.raises(Contradicted, match="1 entries are published, and 0 are committed"):
        checked.check()
    assert checked.stored == []


@pytest.mark.parametrize(
    "predicate",
    [
        {"firstAt": "2026-11-21T12:00:00Z", "lastAt": "2026-11-21T12:01:00Z"},
        {"issuedAt": "2026-11-21T12:00:00Z", "audit": {"lastAt": "2026-11-21T12:01:00Z"}},
        {"at": "2026-11-21T12:00:00Z", "certificateId": "run-1-1"},
    ],
)
def test_every_entry_counts_since_its_first_fact(
    checked: Checked, predicate: dict[str, Any]
) -> None:
    entry = orjson.dumps({"predicate": predicate})
    checked.scene.commit((Frontier(), Frontier().extended([leaf_hash(entry)])), [entry], [])
    checked.wait(MINUTE)
    assert checked.check().oldest_unsealed_at == NOON


def idle(checked: Checked, time: timedelta) -> list[Any]:
    """The entries of the log after a check, so long after its only record."""
    sealed(checked)
    checked.wait(time)
    checked.check()
    return list(map(orjson.loads, checked.scene.committed))


def test_log_that_is_idle_for_a_day_gets_no_heartbeat(checked: Checked) -> None:
    assert len(idle(checked, DAY)) == 1


def test_log_that_is_idle_for_longer_than_a_day_gets_a_heartbeat(checked: Checked) -> None:
    _, entry = idle(checked, DAY + MINUTE)
    before = "seals/checkpoints/000000000001"
    digest = hashlib.sha256(checked.scene.file(before)).hexdigest()
    assert entry["subject"] == [{"name": before, "digest": {"sha256": digest}}]
    at = {"at": "2026-11-22T12:01:00Z"}
    assert (entry["predicateType"], entry["predicate"]) == (HEARTBEAT, at)
    assert (checked.published, checked.failed) == (2, [])
    assert is_sound(checked)


def test_idle_log_gets_one_heartbeat_a_day(checked: Checked) -> None:
    sealed(checked)
    for _ in range(4 * 24):
        checked.wait(timedelta(hours=1))
        checked.check()
    assert len(checked.scene.committed) == 1 + 3
    assert checked.age == 0


def test_heartbeat_that_cannot_be_signed_counts_as_unsealed(
    checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed(checked)
    checked.wait(DAY + MINUTE)
    break_key(monkeypatch)
    checked.check()
    began = checked.clock()
    checked.wait(MINUTE)
    assert checked.check().oldest_unsealed_at == began
    assert checked.failed == ["seals"]


def test_idle_log_that_cannot_be_published_gets_no_heartbeat(
    checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked.record()
    break_key(monkeypatch)
    checked.wait(DAY + MINUTE)
    checked.check()
    assert len(checked.scene.committed) == 1
    assert [type(each) for each in checked.errors] == [ConnectionError] * 2


def test_heartbeat_needs_the_checkpoint_before_it(checked: Checked) -> None:
    sealed(checked)
    del checked.scene.files["seals/checkpoints/000000000001"]
    checked.wait(DAY + MINUTE)
    checked.check()
    assert (checked.failed, len(checked.scene.committed)) == (["seals"], 1)


def lost_and_idle() -> Checked:
    """With a record that the stream lost, and a log that is idle for a day."""
    checked = sealed(Checked())
    checked.record()
    checked.wait(DAY + MINUTE)
    return checked


def steps_of_a_check() -> range:
    checked = lost_and_idle()
    before = checked.scene.steps
    checked.check()
    return range(before + 1, checked.scene.steps + 1)


def at_step(step: int, do: Callable[[], Any]) -> Callable[[int], None]:
    return lambda now: do() if now == step else None


def is_sound(checked: Checked) -> bool:
    """Whether another implementation reads a sound log with all records."""
    reader = checked.scene.reader()
    checkpoint = reader.get_checkpoint()
    is_right = reader.calculate_root_hash() == checkpoint.root_hash
    return is_right and checked.scene.runs[RUN].tree.size == len(checked.scene.audit[RUN])


def test_check_that_dies_at_any_step_is_completed_by_the_next() -> None:
    for step in steps_of_a_check():
        checked = lost_and_idle()

        def die() -> NoReturn:
            raise Died

        checked.scene.between = at_step(step, die)
        with pytest.raises(Died):
            checked.check()
        checked.wait(LATE + MINUTE)
        assert checked.check().oldest_unsealed_at is None
        assert is_sound(checked)


def test_two_checks_at_once_make_one_log_and_one_heartbeat() -> None:
    for step in steps_of_a_check():
        checked = lost_and_idle()
        checked.scene.between = at_step(step, checked.check)
        checked.check()
        assert checked.check().oldest_unsealed_at is None
        assert is_sound(checked)
        kinds = [orjson.loads(each)["predicateType"] for each in checked.scene.committed]
        assert (kinds.count(HEARTBEAT), checked.failed) == (1, [])
