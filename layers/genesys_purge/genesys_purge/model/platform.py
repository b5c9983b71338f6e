"""The two dialects of Genesys Cloud: the documented contract and the live platform."""

from __future__ import annotations

DOCUMENTED, LIVE = PLATFORMS = ("documented", "live")
