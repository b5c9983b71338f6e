"""What a role must permit before a request of the live dialect is carried out."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.http.answer import Refusal


@dataclass(frozen=True, slots=True)
class Permissions:
    """Names of permissions: each of them is needed or, with `any_of`, one is enough."""

    names: tuple[str, ...] = ()
    any_of: bool = False

    def missing_in(self, granted: frozenset[str] | None) -> list[str]:
        """What keeps one who is granted these (None: all) from being let in."""
        missing = [each for each in self.names if granted is not None and each not in granted]
        enough = self.any_of and len(missing) < len(self.names)
        return [] if enough else missing

    def refusal(self, missing: list[str]) -> Refusal:
        """The 403 that names them."""
        code = "missing.any.permissions" if self.any_of else "missing.permissions"
        return Refusal(403, f"The client's role does not permit: {', '.join(missing)}", code=code)


def every(*names: str) -> Permissions:
    """All of these."""
    return Permissions(names)


def some(*names: str) -> Permissions:
    """One of these."""
    return Permissions(names, any_of=True)
