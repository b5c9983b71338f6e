"""Which conversations the application has put under Genesys's deletion protection."""

from __future__ import annotations

from collections.abc import Mapping

from genesys_purge.model.wire import Wire


class MirrorFacts(Wire):
    """How far an organisation of the live platform protects the conversations of a hold.

    It knows `conversations` of them. `protected` counts those that it protects, and `failed` the
    others by reason. `not_asked` are ids beyond those that an organisation can protect.
    """

    organisation: str
    conversations: int
    protected: int
    failed: Mapping[str, int] = {}


class Mirror(Wire):
    """What the application protects in an organisation.

    `own` are the conversations that it protected, also by a call without an answer. People may have
    protected others. `reported` is the last record of each hold.
    """

    organisation: str
    version: int = 0
    own: frozenset[str] = frozenset()
    reported: Mapping[str, MirrorFacts] = {}
