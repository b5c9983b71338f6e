"""PublishSeals: the files of what is committed, and at last the signed checkpoint over them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, islice

from genesys_purge.errors import LostRace
from genesys_purge.model.merkle import Frontier
from genesys_purge.proof.entries import (
    Segment,
    certified_in,
    content_of,
    digest_of,
    segments_in,
)
from genesys_purge.proof.errors import Contradicted
from genesys_purge.proof.inclusion_proof import proof_file
from genesys_purge.proof.log_keys import LogKeys
from genesys_purge.proof.merkle import inclusion, root_of
from genesys_purge.proof.note import Checkpoint, is_same_note
from genesys_purge.proof.ports import Evidence, Seals, Trail, Version
from genesys_purge.proof.publish_keys import publish_keys
from genesys_purge.proof.tiles import Tile, TileNodes, grown

LOG = "seals"
LATEST = f"{LOG}/checkpoint"
# Entries that are published at once, so that their segments need not all be in memory.
MOST_ENTRIES = 2_560


def checkpoint_name(size: int) -> str:
    """The file of the checkpoint at this size of the log; written once."""
    return f"{LOG}/checkpoints/{size:012}"


class PublishSeals:
    """Everything follows from what is committed, so it may be interrupted and done twice.

    The checkpoint comes last: who reads one finds every file below it. It is signed only if the
    tree that it names begins with the tree of the checkpoint before.
    """

    def __init__(self, trail: Trail, seals: Seals, evidence: Evidence, keys: LogKeys) -> None:
        self._trail = trail
        self._seals = seals
        self._evidence = evidence
        self._keys = keys

    def __call__(self) -> Checkpoint:
        """Publish until nothing is left; the latest checkpoint.

        Contradicted if a record or a file differs from what is committed.
        """
        while True:
            # In this order: what is published was committed before.
            latest = self._evidence.get(LATEST)
            published = self._published(latest)
            self._keys.begin(latest and latest.content.decode())
            head = self._seals.head()
            if published.size > head.size:
                raise Contradicted(
                    f"{published.size} entries are published, and {head.size} are committed: the "
                    "table of seals was restored"
                )
            if published.size == head.size:
                return published
            self._publish(published, latest, head)

    def _published(self, latest: Version | None) -> Checkpoint:
        origin = self._keys.origin
        if latest is None:
            return Checkpoint(origin, 0, Frontier().root)
        found = Checkpoint.in_note(latest.content.decode())
        if found.origin != origin:
            raise Contradicted(f"the checkpoint is of {found.origin}, not of {origin}")
        return found

    def _publish(self, before: Checkpoint, latest: Version | None, head: Frontier) -> None:
        """One step, up to `MOST_ENTRIES` further."""
        size = min(head.size, before.size + MOST_ENTRIES)
        signing = self._keys.signing(size, before.size)
        if signing.is_first:
            publish_keys(self._evidence, [each.key for each in signing.required])
        entries = self._seals.entries(before.size, size)
        for segment in chain.from_iterable(map(segments_in, entries)):
            self._evidence.put_once(segment.key, self._content(segment))
        for tile, content in grown(before.size, entries, self._read):
            self._evidence.put_once(f"{LOG}/{tile.path}", content)
        after = Checkpoint(before.origin, size, self._root(before, size, head))
        note = self._kept(checkpoint_name(size), signing.note(after))
        self._prove_certificates(before.size, entries, note)
        try:
            self._evidence.replace(LATEST, note.encode(), latest)
        except LostRace:
            # Another sealer has published; what it published is read again.
            return

    def _prove_certificates(self, first: int, entries: Sequence[bytes], note: str) -> None:
        """The proof of each new certificate; one under an earlier checkpoint is as good."""
        size = first + len(entries)
        nodes = TileNodes(size, self._read)
        for index, folder in enumerate(map(certified_in, entries), first):
            if folder is not None:
                proof = proof_file(index, inclusion(nodes, index, size), note)
                self._evidence.put_first(f"{folder}/certificate.tlog-proof", proof.encode())

    def _kept(self, name: str, note: str) -> str:
        """The checkpoint that was stored first; a sealer with other keys may have signed it."""
        self._evidence.put_first(name, note.encode())
        found = self._evidence.get(name)
        stored = found.content.decode() if found else ""
        if not is_same_note(stored, note):
            raise Contradicted(f"{name} in the bucket is another checkpoint than is sealed")
        return stored

    def _content(self, segment: Segment) -> bytes:
        lines = self._trail.lines(segment.run_id, segment.first)
        content = content_of(list(islice(lines, segment.last - segment.first + 1)))
        if digest_of(content) != segment.digest:
            raise Contradicted(
                f"records {segment.first} to {segment.last} of {segment.run_id} are not those that "
                "were committed: they were changed or removed"
            )
        return content

    def _root(self, before: Checkpoint, size: int, head: Frontier) -> bytes:
        """The root at this size, from the files; Contradicted if they do not continue the log."""
        nodes = TileNodes(size, self._read)
        root = root_of(nodes, 0, size)
        if root_of(nodes, 0, before.size) != before.root:
            raise Contradicted(f"the log does not begin with the {before.size} published entries")
        if size == head.size and root != head.root:
            raise Contradicted("the files of the log are not what is committed")
        return root

    def _read(self, tile: Tile) -> bytes:
        found = self._evidence.get(f"{LOG}/{tile.path}")
        if found is None:
            raise Contradicted(f"{LOG}/{tile.path} is missing")
        return found.content
