"""EvaluateContacts: finds the rules that match each contact, and counts conflicts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from tempfile import TemporaryFile
from typing import Any

import orjson

from genesys_purge.campaign_rules.checking import check
from genesys_purge.campaign_rules.evaluating.contact_lines import contacts_in
from genesys_purge.campaign_rules.evaluating.evaluation import Evaluation
from genesys_purge.campaign_rules.ports import Files
from genesys_purge.campaign_rules.rules import RuleSet
from genesys_purge.errors import FieldError, InvalidRequest, TooLarge
from genesys_purge.model.request import as_object, fingerprint
from genesys_purge.ports import Meter

CONTACTS, CONTACTS_FROM = "contacts", "contactsFrom"
MOST_CONTACTS = 1_000
# Lambda's own limit of an event and of an answer is six million.
LARGEST_EVENT = LARGEST_ANSWER = 5_000_000
S3_URL = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(\S.{0,899})", re.DOTALL)


class EvaluateContacts:
    """The use case of the function; it also accepts a rule set whose rules conflict over a list."""

    def __init__(self, files: Files, meter: Meter) -> None:
        self._files = files
        self._meter = meter

    def __call__(self, event: object) -> dict[str, Any]:
        """The matches of contacts in the request, or the URL of the matches of a file.

        InvalidRequest with every wrong field, or with the line that is not a contact.
        """
        rules, contacts = _request_in(event)
        evaluation = Evaluation(rules)
        if isinstance(contacts, str):
            answer = self._matches_of_file(evaluation, rules, contacts)
        else:
            answer = {"matches": list(evaluation.matches(enumerate(contacts)))}
            if len(orjson.dumps(answer)) > LARGEST_ANSWER:
                raise TooLarge(f"there are too many matches for one answer; use {CONTACTS_FROM}")
        evaluation.report(self._meter)
        return answer | evaluation.counted()

    def _matches_of_file(self, evaluation: Evaluation, rules: RuleSet, url: str) -> dict[str, Any]:
        """Stores the matches after every line is read, so that a wrong line stores nothing."""
        bucket, _, key = url.removeprefix("s3://").partition("/")
        matches_at = f"s3://{bucket}/matches/{fingerprint(rules.to_json(), None)}/{key}"
        with TemporaryFile() as file:
            evaluation.write(contacts_in(self._files.read(url)), file)
            self._files.put(matches_at, file)
        return {"matchesAt": matches_at}


def _request_in(event: object) -> tuple[RuleSet, str | list[Mapping[str, Any]]]:
    """The rule set and the contacts; InvalidRequest with every error of both."""
    given = as_object(event, LARGEST_EVENT)
    rules, errors = None, list(_errors_of_contacts(given))
    document = {name: given[name] for name in given if name not in (CONTACTS, CONTACTS_FROM)}
    try:
        rules = check(document, exclusive=False)
    except InvalidRequest as refused:
        errors = [*refused.errors(), *errors]
    if rules is None or errors:
        raise InvalidRequest(errors)
    return rules, given[CONTACTS] if CONTACTS in given else given[CONTACTS_FROM]


def _errors_of_contacts(event: Mapping[str, Any]) -> Iterator[FieldError]:
    if (CONTACTS in event) is (CONTACTS_FROM in event):
        yield FieldError("request", f"needs either {CONTACTS} or {CONTACTS_FROM}")
    if CONTACTS in event:
        yield from _errors_of_list(event[CONTACTS])
    url = event.get(CONTACTS_FROM, "")
    if CONTACTS_FROM in event and not (isinstance(url, str) and S3_URL.fullmatch(url)):
        yield FieldError(
            CONTACTS_FROM, "must be s3://bucket/key with a key of at most 900 characters"
        )


def _errors_of_list(contacts: object) -> Iterator[FieldError]:
    if not isinstance(contacts, list) or len(contacts) > MOST_CONTACTS:
        yield FieldError(CONTACTS, f"must be a list of at most {MOST_CONTACTS} contacts")
        return
    for number, contact in enumerate(contacts):
        if not isinstance(contact, Mapping):
            yield FieldError(f"{CONTACTS}.{number}", "must be a JSON object")
