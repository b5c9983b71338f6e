"""The permissions that a live request needs."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.http.answer import Refusal


@dataclass(frozen=True, slots=True)
class Permissions:
    """Names of permissions; all are needed, or one of them with `any_of`."""

    names: tuple[str, ...] = ()
    any_of: bool = False

    def missing_in(self, granted: frozenset[str] | None) -> list[str]:
        """The permissions that `granted` lacks; `granted` None is every permission."""
        missing = [each for each in self.names if granted is not None and each not in granted]
        enough = self.any_of and len(missing) < len(self.names)
        return [] if enough else missing

    def refusal(self, missing: list[str]) -> Refusal:
        """The 403 that names the missing permissions."""
        code = "missing.any.permissions" if self.any_of else "missing.permissions"
        return Refusal(403, f"The client's role lacks: {', '.join(missing)}", code=code)


def every(*names: str) -> Permissions:
    """Needs all of these permissions."""
    return Permissions(names)


def some(*names: str) -> Permissions:
    """Needs one of these permissions."""
    return Permissions(names, any_of=True)
