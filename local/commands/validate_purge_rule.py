"""`python -m local validate --purge-rule`: the dry run of a purge rule, without AWS or Genesys.

GENESYS_PLATFORM chooses the platform. The retention matrix is the shipped one, and there are no
holds and no other rules.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from genesys_purge import callers
from genesys_purge.calling.guard import Guard
from genesys_purge.errors import GenesysUnavailable, InvalidRequest
from genesys_purge.model.holds import Hold
from genesys_purge.model.platform import LIVE
from genesys_purge.purge_rules.documented.api import DocumentedRulesApi
from genesys_purge.purge_rules.documented.form import DocumentedForm
from genesys_purge.purge_rules.dry_run import RuleDryRun
from genesys_purge.purge_rules.live.api import LivePolicyApi
from genesys_purge.purge_rules.live.form import LiveForm
from genesys_purge.purge_rules.ports import Platform
from genesys_purge.purge_rules.validation import RuleValidator

from local.commands.validate import DefaultPolicies, settings
from local.requests.files import read_request

UNCHECKED = (
    "not checked here are legal holds, the names of other rules, and Genesys itself: send the rule "
    "with dryRun to POST /purge-rules"
)


class NoHolds:
    """Implements the `Holds` port without a hold."""

    def active(self) -> Sequence[Hold]:
        return ()


class NoGenesys:
    """Implements the `Genesys` port without an answer."""

    def read(self, *_: Any, **__: Any) -> Mapping[str, Any]:
        raise GenesysUnavailable("validate calls no Genesys")

    change = delete = read


def validate_purge_rule(file: Path) -> int:
    """Prints what the rule would create and returns 0, or prints each error and returns 1."""
    platform, policies = _platform(settings().genesys_platform), DefaultPolicies()
    try:
        payload = callers.submission(read_request(file)).payload
        valid = RuleValidator(policies, lambda _: platform).validate(payload)
    except InvalidRequest as refused:
        for error in refused.errors():
            print(error)
        return 1
    planned = RuleDryRun(Guard(policies, NoHolds(), lambda: datetime.now(UTC)))(valid)
    detail = "; ".join(filter(None, (planned.detail, UNCHECKED)))
    print(json.dumps(planned.to_json() | {"detail": detail}, indent=2))
    return 0


def _platform(name: str) -> Platform:
    if name == LIVE:
        return Platform(LiveForm(), LivePolicyApi(NoGenesys()), has_webhooks=False)
    return Platform(DocumentedForm(), DocumentedRulesApi(NoGenesys()), has_webhooks=True)
