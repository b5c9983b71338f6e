"""The classification of records that nothing classifies, as operators store it."""

from __future__ import annotations

from genesys_purge.model.classification import Classification
from genesys_purge.model.wire import Wire


class DefaultClassification(Wire):
    """That of the default organisation; without one, the longest retention applies."""

    classification: Classification | None = None
