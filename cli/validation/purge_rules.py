"""Checks purge rules by a dry run, without holds and without other rules."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from genesys_purge import callers
from genesys_purge.calling.guard import Guard
from genesys_purge.errors import GenesysUnavailable, InvalidRequest
from genesys_purge.model.holds import Hold
from genesys_purge.model.platform import LIVE
from genesys_purge.model.stops import Stop, Stoppable
from genesys_purge.purge_rules.documented.api import DocumentedRulesApi
from genesys_purge.purge_rules.documented.form import DocumentedForm
from genesys_purge.purge_rules.dry_run import RuleDryRun
from genesys_purge.purge_rules.live.api import LivePolicyApi
from genesys_purge.purge_rules.live.form import LiveForm
from genesys_purge.purge_rules.ports import Platform
from genesys_purge.purge_rules.validation import RuleValidator

from cli.validation.checked import Checked
from cli.validation.in_force import InForce

UNCHECKED = (
    "not checked here are legal holds, the names of other rules, and Genesys itself: send the rule "
    "with dryRun to POST /purge-rules"
)


class NoHolds:
    """Implements the `Holds` port without a hold."""

    def active(self, organisation: str | None) -> Sequence[Hold]:  # noqa: ARG002  the port's signature
        return ()


class NoStops:
    """Implements the `Stops` port without a stop."""

    def covering(self, call: Stoppable) -> Sequence[Stop]:  # noqa: ARG002  the port's signature
        return ()


class Sealed:
    """Implements the `Seals` port with an audit that is sealed."""

    def obstacle(self, now: datetime) -> None:
        """None, at any time."""


class NoGenesys:
    """Implements the `Genesys` port without an answer."""

    def read(self, *_: Any, **__: Any) -> Mapping[str, Any]:
        raise GenesysUnavailable("validate calls no Genesys")

    change = delete = read


def check_purge_rule(given: Any, in_force: InForce) -> Checked:
    """What the rule would create, or every error."""

    def platform_of(name: str | None) -> Platform:
        organisation = in_force.organisation(name)
        return _platform(organisation.platform, organisation.default_classification)

    try:
        payload = callers.submission(given).payload
        valid = RuleValidator(in_force, platform_of).validate(payload)
    except InvalidRequest as refused:
        return Checked.refused(refused)
    planned = RuleDryRun(_guard(in_force))(valid)
    detail = "; ".join(filter(None, (planned.detail, UNCHECKED)))
    return Checked(shown=planned.to_json() | {"detail": detail})


def _guard(in_force: InForce) -> Guard:
    return Guard(in_force, NoHolds(), NoStops(), Sealed(), lambda: datetime.now(UTC))


def _platform(name: str, default: str) -> Platform:
    if name == LIVE:
        api = LivePolicyApi(NoGenesys())
        return Platform(LiveForm(), api, has_webhooks=False, default_classification=default)
    documented = DocumentedRulesApi(NoGenesys())
    return Platform(DocumentedForm(), documented, has_webhooks=True, default_classification=default)
