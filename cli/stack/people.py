"""The managed policies of a stack for people, and the routes that each allows."""

from fnmatch import fnmatchcase

READ = "AuditorAccess"
DECIDE = "POST /approvals/*/decisions"
CANCEL, WITHDRAW = "POST /purges/*/cancel", "POST /approvals/*/withdraw"
# What each allows besides reads. An asterisk includes slashes, as in the policies.
CHANGES = {
    "RequesterAccess": ("POST /purges", CANCEL, WITHDRAW),
    "ApproverAccess": (DECIDE, WITHDRAW),
    "HoldsAccess": ("POST /holds", "POST /holds/*", WITHDRAW),
    "OperatorAccess": (
        "POST /stop",
        "POST /resume",
        CANCEL,
        WITHDRAW,
        "POST /purge-rules",
        "POST /campaign-rules",
        "PUT /policies/*",
        "PUT /settings/*",
    ),
    "PrivacyAccess": ("POST /personal-data/erase",),
}


def policies_for(verb: str, path: str) -> list[str]:
    """The policies that allow a call; of a read, the one that allows nothing else."""
    if verb == "GET":
        return [READ]
    route = f"{verb} {path}"
    return [name for name, routes in CHANGES.items() if _is_one_of(route, routes)]


def advice(verb: str, path: str) -> str:
    """What a person without the right to a call can do."""
    names = policies_for(verb, path)
    if fnmatchcase(f"{verb} {path}", DECIDE):
        return (
            f"another person decides, who has the policy {names[0]} of the stack. Requesters do "
            "not decide about their own requests"
        )
    if not names:
        return "no policy of the stack for people allows it"
    outputs = " or ".join(f"{name}PolicyArn" for name in names)
    policies = " or ".join(names)
    return (
        f"ask an administrator for the policy {policies} of the stack. Its ARN is the output "
        f"{outputs}"
    )


def _is_one_of(route: str, routes: tuple[str, ...]) -> bool:
    return any(fnmatchcase(route, each) for each in routes)
