"""ErasePersonalData: erase what records say of persons, or who is behind a pseudonym."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from genesys_purge.auditing.errors import StillNeeded
from genesys_purge.auditing.ports import Erasures
from genesys_purge.auditing.requests import MOST_RECORDS, requested
from genesys_purge.errors import LostRace, NotEntitled, NotFound
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.erasable import StoredDisclosures, opened
from genesys_purge.model.person import Principal, is_federated, is_same_human
from genesys_purge.model.record_facts import ErasureFacts
from genesys_purge.model.submission import NothingCreated, Submission
from genesys_purge.ports import Clock, Runs

# A transaction has at most 100 writes and 4 MB.
MOST_AT_ONCE = 90
MOST_BYTES = 3_000_000
MOST_RACES = 5
# The fields that name the person who acted, as an ARN.
ACTORS = frozenset({"actor", "submittedBy"})


class ErasedRecords(NothingCreated):
    """The records whose fields this call erased; with `more`, the same call erases further ones."""

    run_id: str
    sequences: tuple[int, ...]
    more: bool


class ErasedPerson(NothingCreated):
    """The pseudonym whose person this call erased; None if there was none."""

    person: str | None = None


class ErasePersonalData:
    """Nothing is erased without a record of it, by another person than the one concerned."""

    def __init__(self, erasures: Erasures, runs: Runs, now: Clock) -> None:
        self._erasures = erasures
        self._runs = runs
        self._now = now

    def __call__(self, submitted: Submission) -> ErasedRecords | ErasedPerson:
        """Erase what is asked for. The following errors erase nothing.

        NotEntitled for a caller who is no person, or is the person concerned. NotFound for unknown
        records, StillNeeded for a run that has not ended.
        """
        request = requested(submitted.payload)
        _require_person(submitted)
        if request.person_id is not None:
            return self._person(request.person_id, submitted)
        return self._records(str(request.run_id), request.sequences, submitted)

    def _person(self, person_id: str, submitted: Submission) -> ErasedPerson:
        if is_same_human(person_id, submitted.person_id):
            raise NotEntitled("another person must erase who you are")
        pseudonym = self._erasures.pseudonym(person_id)
        if pseudonym is None:
            return ErasedPerson()
        facts = ErasureFacts(person=pseudonym)
        self._erasures.forget(person_id, pseudonym, self._record(pseudonym, facts, submitted))
        return ErasedPerson(person=pseudonym)

    def _records(
        self, run_id: str, sequences: Sequence[int] | None, submitted: Submission
    ) -> ErasedRecords:
        self._require_known(run_id, sequences or ())
        self._require_ended(run_id)
        found = self._found(run_id, sequences)
        chosen = _first_allowed(found, submitted)
        erased = [
            number
            for chunk in _chunks(chosen[:MOST_RECORDS])
            for number in self._erased(run_id, chunk, submitted)
        ]
        more = len(chosen) > MOST_RECORDS
        return ErasedRecords(run_id=run_id, sequences=tuple(erased), more=more)

    def _require_known(self, run_id: str, sequences: Sequence[int]) -> None:
        last = self._erasures.last(run_id)
        if not last:
            raise NotFound(f"there is no audit record of {run_id}")
        if unknown := [each for each in sequences if each > last]:
            raise NotFound(f"{run_id} has no audit record {unknown[0]}; its last one is {last}")

    def _require_ended(self, run_id: str) -> None:
        """Sequences of the audit that are no runs have no end."""
        try:
            run = self._runs.get(run_id)
        except NotFound:
            return
        if not run.has_ended:
            raise StillNeeded(f"the run {run_id} has not ended; erase its records after its end")

    def _found(self, run_id: str, sequences: Sequence[int] | None) -> Iterable[StoredDisclosures]:
        """What is not erased. Who erased stays, unless that record is asked for by its number."""
        if sequences is not None:
            return self._erasures.at(run_id, sorted(set(sequences)))
        found = self._erasures.of_run(run_id)
        return (each for each in found if each.action != Action.PERSONAL_DATA_ERASED)

    def _erased(self, run_id: str, chunk: Sequence[int], submitted: Submission) -> Sequence[int]:
        """The numbers that this call erased, and not another one at the same time."""
        for _ in range(MOST_RACES):
            record = self._record(run_id, ErasureFacts(sequences=tuple(chunk)), submitted)
            try:
                self._erasures.erase(run_id, chunk, record)
            except LostRace:
                chunk = [each.sequence for each in self._erasures.at(run_id, chunk)]
                if not chunk:
                    return ()
            else:
                return chunk
        raise LostRace("the tables are busy; repeat the call, which erases the rest")

    def _record(self, run_id: str, facts: ErasureFacts, submitted: Submission) -> AuditRecord:
        return AuditRecord(
            run_id=run_id,
            at=self._now(),
            actor=submitted.actor,
            person_id=submitted.person_id,
            action=Action.PERSONAL_DATA_ERASED,
            erasure=facts,
        )


def _require_person(submitted: Submission) -> None:
    if submitted.person_id is None:
        raise NotEntitled("only a person may erase; call the API with the credentials of one")
    if is_federated(submitted.person_id):
        raise NotEntitled(
            "a federated user may be any of several persons; use a role of Identity Center or an "
            "IAM user"
        )


def _first_allowed(
    found: Iterable[StoredDisclosures], submitted: Submission
) -> list[StoredDisclosures]:
    """The first ones, one more than a call erases; NotEntitled if any is about the caller."""
    first: list[StoredDisclosures] = []
    for each in found:
        if any(_is_by(submitted, *opened(disclosure)) for disclosure in each.disclosures):
            raise NotEntitled(
                f"record {each.sequence} is about your own action; another person must erase it"
            )
        if len(first) <= MOST_RECORDS:
            first.append(each._replace(disclosures=()))
    return first


def _is_by(caller: Submission, name: str, value: Any) -> bool:
    """Whether a field names the caller as the one who acted."""
    if name == "personId":
        return is_same_human(value, caller.person_id)
    # An ARN has no unique id of its person, so those of both are made from their ARNs.
    return name in ACTORS and is_same_human(_by_arn(value), _by_arn(caller.actor))


def _by_arn(arn: str) -> str:
    return Principal(arn).person_id


def _chunks(chosen: Sequence[StoredDisclosures]) -> Iterator[Sequence[int]]:
    """The numbers of so many records as one transaction may erase."""
    chunk, size = list[int](), 0
    for each in chosen:
        if len(chunk) == MOST_AT_ONCE or (chunk and size + each.size > MOST_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(each.sequence)
        size += each.size
    if chunk:
        yield chunk
