"""The kinds of documents, each by its option of the command."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from genesys_purge.model.stored_setting import SettingName

from cli.documents.files import read_document, read_request
from cli.documents.rule_files import read_rules
from cli.validation.checked import Checked
from cli.validation.holds import check_hold
from cli.validation.in_force import InForce
from cli.validation.override_callers import check_override_callers
from cli.validation.purge_policies import check_policy
from cli.validation.purge_requests import check_request
from cli.validation.purge_rules import check_purge_rule
from cli.validation.rule_sets import check_rules
from cli.validation.settings import check_setting
from cli.validation.subscribers import check_subscribers

REQUEST = "request"
MATRIX, ORGANISATIONS = "matrix", "organisations"


class Submitted(NamedTuple):
    """A kind that callers submit; `uses` are the documents of operators that it depends on."""

    title: str
    read: Callable[[Path], Any]
    check: Callable[[Any, InForce], Checked]
    uses: frozenset[str]


class Stored(NamedTuple):
    """A kind that operators store."""

    title: str
    check: Callable[[Any], Checked]


SUBMITTED: Mapping[str, Submitted] = {
    REQUEST: Submitted(
        "a purge request", read_request, check_request, frozenset({MATRIX, ORGANISATIONS})
    ),
    "rules": Submitted(
        "a set of campaign rules, JSON or YAML", read_rules, check_rules, frozenset({ORGANISATIONS})
    ),
    "policy": Submitted(
        "a purge policy, JSON or YAML", read_rules, check_policy, frozenset({MATRIX, ORGANISATIONS})
    ),
    "purge-rule": Submitted(
        "a purge rule", read_document, check_purge_rule, frozenset({MATRIX, ORGANISATIONS})
    ),
}
STORED: Mapping[str, Stored] = {
    "hold": Stored("a legal hold", check_hold),
    MATRIX: Stored("a retention matrix", check_setting(SettingName.RETENTION_MATRIX)),
    ORGANISATIONS: Stored("the additional organisations", check_setting(SettingName.ORGANISATIONS)),
    "classification": Stored(
        "the classification of records that nothing classifies",
        check_setting(SettingName.DEFAULT_CLASSIFICATION),
    ),
    "approval-rules": Stored(
        "the rules that say which runs need the approval of other persons",
        check_setting(SettingName.APPROVAL_RULES),
    ),
    "subscribers": Stored("the subscribers to notifications", check_subscribers),
    "override-callers": Stored(
        "the callers that may override the retention policy", check_override_callers
    ),
}
TITLES: Mapping[str, str] = {
    **{name: kind.title for name, kind in SUBMITTED.items()},
    **{name: kind.title for name, kind in STORED.items()},
}
