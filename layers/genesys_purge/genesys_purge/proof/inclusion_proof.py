"""The file that proves an entry of the log by itself: C2SP tlog-proof."""

from __future__ import annotations

import base64
from collections.abc import Sequence

HEADER = "c2sp.org/tlog-proof@v1"


def proof_file(index: int, path: Sequence[bytes], note: str) -> str:
    """The text of a `.tlog-proof`: the entry's index, its path, and the signed checkpoint."""
    hashes = "".join(base64.b64encode(each).decode() + "\n" for each in path)
    return f"{HEADER}\nindex {index}\n{hashes}\n{note}"
