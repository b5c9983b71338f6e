"""The two dialects of Genesys Cloud: the documents' contract, and the live platform's."""

from __future__ import annotations

DOCUMENTED, LIVE = PLATFORMS = ("documented", "live")
