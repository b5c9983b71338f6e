"""LogKeys: which keys sign a checkpoint of the log, and the entry that announces another key."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from genesys_purge.model.dates import zulu
from genesys_purge.model.merkle import leaf_hash
from genesys_purge.ports import Clock
from genesys_purge.proof.entries import KEY_CHANGE, digest_of, statement
from genesys_purge.proof.errors import Contradicted, KeyUnusable
from genesys_purge.proof.note import Checkpoint, key_ids_in
from genesys_purge.proof.ports import SealedRun, Seals, Signer
from genesys_purge.proof.races import until_won


class Signing(NamedTuple):
    """Who signs one checkpoint. Without a signature of each `required` key there is none.

    `is_first` says that one of them has not signed before.
    """

    required: Sequence[Signer]
    optional: Sequence[Signer] = ()
    is_first: bool = False

    def note(self, checkpoint: Checkpoint) -> str:
        """The signed checkpoint; KeyUnusable if a required key cannot sign."""
        body = checkpoint.body.encode()
        lines = [checkpoint.line(each.key, each.sign(body)) for each in self.required]
        for each in self.optional:
            with suppress(KeyUnusable):
                lines.append(checkpoint.line(each.key, each.sign(body)))
        return f"{checkpoint.body}\n{''.join(lines)}"


class LogKeys:
    """One key signs the log. During a change of the key, the one before it signs as well.

    The change is an entry of the log. The key before it signs all checkpoints without that entry,
    and the first one with it: so it announces its successor. Later, it may be disabled.
    """

    def __init__(
        self, seals: Seals, current: Signer, previous: Signer | None, reason: str, now: Clock
    ) -> None:
        self._seals = seals
        self._current = current
        self._previous = previous if previous and previous.name != current.name else None
        self._reason = reason
        self._now = now

    @property
    def origin(self) -> str:
        """The name of the log, which all of its keys have."""
        return self._current.key.name

    def begin(self, latest: str | None) -> None:
        """Commit the change to the current key if it is new; `latest` is the last signed note.

        Contradicted if the log was signed by another key than the configured ones.
        """
        known, signed = self._previous or self._current, key_ids_in(latest or "")
        if self._previous and self._effective():
            return
        if latest is not None and known.key.key_id not in signed:
            raise Contradicted(
                f"the log is signed by {', '.join(each.hex() for each in signed) or 'no key'}, and "
                f"not by {known.name}: set PreviousSealKeyArn to the key that signed until now"
            )
        if self._previous:
            until_won(self._commit)

    def signing(self, size: int, published: int) -> Signing:
        """Who signs the checkpoint of this size; `published` is the size of the one before."""
        if self._previous is None:
            return Signing([self._current], is_first=published == 0)
        effective = self._effective()
        if size < effective:
            return Signing([self._previous], is_first=published == 0)
        if published < effective:
            return Signing([self._current, self._previous], is_first=True)
        return Signing([self._current], [self._previous])

    def _effective(self) -> int:
        """The size of the log from which on the current key signs; 0 if that is not committed."""
        return self._seals.run(self._change).tree.size

    @property
    def _change(self) -> str:
        """The name under which the log is committed as it is with the entry about the change."""
        return f"key-change#{self._previous and self._previous.name}#{self._current.name}"

    def _commit(self) -> None:
        """Announce the current key, unless that is done."""
        head, before = self._seals.head(), self._seals.run(self._change)
        if before.tree.size:
            return
        entry = self._entry(head.size + 1)
        after = head.extended([leaf_hash(entry)])
        self._seals.commit((head, after), [entry], [(before, SealedRun(self._change, after))])

    def _entry(self, effective: int) -> bytes:
        old, new = self._previous and self._previous.key, self._current.key
        predicate = {
            "oldVkey": str(old),
            "newVkey": str(new),
            "reason": self._reason,
            "effectiveSize": effective,
            "at": zulu(self._now()),
        }
        subject = (f"{new.file}.vkey", digest_of(f"{new}\n".encode()))
        return statement(KEY_CHANGE, [subject], predicate)
