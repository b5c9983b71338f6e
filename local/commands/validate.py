"""`python -m local validate`: makes the checks of the functions, without AWS or Genesys.

The environment variables of the functions, such as GENESYS_PLATFORM and RESIDENCY_ZONES, choose
the platform, the zones and the limits. They apply to every organisation.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from genesys_purge import callers
from genesys_purge.campaign_rules.comparisons import comparisons, sentence
from genesys_purge.campaign_rules.deploying.requests import checked
from genesys_purge.errors import InvalidRequest
from genesys_purge.model.retention import RetentionMatrix, default_matrix
from genesys_purge.purging.requests import Requests, normalised
from genesys_purge.settings import Settings

from local.requests.files import read_request
from local.requests.platforms import platform_named
from local.requests.rule_files import read_rules
from local.requests.scheduler import as_sent


class DefaultPolicies:
    """Implements the `Policies` port with the defaults of the application."""

    def retention_matrix(self) -> RetentionMatrix:
        return default_matrix()

    def purging_is_on(self) -> bool:
        return True


def validate(file: Path) -> int:
    """Prints the normalised purge request and returns 0, or prints each error and returns 1."""
    try:
        now, default = datetime.now(UTC), settings().organisation
        requests = Requests(DefaultPolicies(), lambda _: default, lambda: now)
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
    """Prints the normalised rule set and returns 0, or prints each error and returns 1.

    Prints on standard error how each ordering condition compares.
    """
    try:
        platform = platform_named(settings().genesys_platform)
        rules = checked(read_rules(file), lambda _: platform).rule_set
    except InvalidRequest as refused:
        for error in refused.errors():
            print(error)
        return 1
    document = rules.to_json()
    print(json.dumps(document, indent=2))
    for each in comparisons(document["rules"]):
        print(sentence(each), file=sys.stderr)
    return 0


def settings() -> Settings:
    """The settings in the environment; a wrong variable ends the command with a message."""
    try:
        return Settings.from_environment()
    except ValueError as wrong:
        raise SystemExit(f"error: {wrong}") from None
