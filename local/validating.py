"""`python -m local validate`: the checks that the functions make, without AWS or Genesys."""

import json
from datetime import UTC, datetime
from pathlib import Path

from genesys_purge import callers
from genesys_purge.campaign_rules.deploying.requests import checked
from genesys_purge.errors import InvalidRequest
from genesys_purge.model.retention import RetentionMatrix, default_matrix
from genesys_purge.purging.requests import Requests, normalised
from genesys_purge.settings import Settings

from local.platforms import platform_named
from local.rule_files import read_rules
from local.scheduler import as_sent
from local.submission import read_request


class ShippedPolicies:
    """Implements the `Policies` port with what the application ships."""

    def retention_matrix(self) -> RetentionMatrix:
        return default_matrix()

    def purging_is_on(self) -> bool:
        return True


def validate(file: Path) -> int:
    """Prints the normalised request and returns 0, or every error as `path: message` and 1.

    Platform, zones and limits come from the variables that the functions read, GENESYS_PLATFORM,
    RESIDENCY_ZONES and so on, whatever organisation it names.
    """
    try:
        now, own = datetime.now(UTC), _settings().organisation
        requests = Requests(ShippedPolicies(), lambda _: own, lambda: now)
        submitted = callers.submission(as_sent(read_request(file), now))
        reference = submitted.moment or now
        request = requests.check(submitted.payload, reference)
    except InvalidRequest as refused:
        for error in refused.errors():
            print(error)
        return 1
    print(json.dumps(normalised(request, reference), indent=2))
    return 0


def validate_rules(file: Path) -> int:
    """Prints the normalised rule set and returns 0, or every error as `path: message` and 1.

    The variable GENESYS_PLATFORM says for which platform it is checked, whatever organisation it
    names.
    """
    try:
        platform = platform_named(_settings().genesys_platform)
        rules = checked(read_rules(file), lambda _: platform).rule_set
    except InvalidRequest as refused:
        for error in refused.errors():
            print(error)
        return 1
    print(json.dumps(rules.to_json(), indent=2))
    return 0


def _settings() -> Settings:
    """The environment's; where a variable is wrong, the command ends and says which."""
    try:
        return Settings.from_environment()
    except ValueError as wrong:
        raise SystemExit(f"error: {wrong}") from None
