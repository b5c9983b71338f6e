"""`genesys-purge local documents`: runs the example of each of the five documents, D1 to D5."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import httpx
from rich.console import Console

from cli.documents.files import read_request
from cli.local_commands.deploy_rules import as_submitted, deploy
from cli.local_commands.rule_at_genesys import RuleAtGenesys
from cli.local_commands.run import purge
from cli.local_commands.starting import started
from cli.reports import results
from cli.reports.lines import heading, show
from cli.stack.functions import FUNCTION, Refused, invoke, submit
from local.application import Application
from local.errors import CommandFailed
from local.options.options import Options
from local.project import PROJECT

# The documents name no classification, and unclassified records are kept for seven years.
UNCLASSIFIED = {"DefaultClassification": "internal"}
# The range of D2's example is 90 days.
SEGMENTS = 3
EXAMPLES = PROJECT / "events" / "documents"
CONTACTS = [{"customFields": {"lifetimeValue": value}} for value in ("10000", 10000, "900")]


class NotAsPromised(CommandFailed):
    """What happened is not what the document promises."""


class Example(NamedTuple):
    """What a document promises, and what runs its example and returns what happened."""

    name: str
    promise: str
    run: Callable[[Any], str]


class Shown(NamedTuple):
    """What an example did."""

    name: str
    promise: str
    happened: str
    is_kept: bool


def documents(options: Options, console: Console, errors: Console) -> int:
    """Runs all examples; returns 0 if each did what its document promises, else 1."""
    out = options.out / "documents"
    results.clear(out)
    chosen = replace(options, parameters={**UNCLASSIFIED, **options.parameters})
    with started(chosen, console) as app:
        one = Documents(app, replace(options, out=out), console, errors)
        shown = [one.show(example) for example in one.examples()]
    results.write_json(out / results.RESULT, {"documents": [each._asdict() for each in shown]})
    return 0 if all(each.is_kept for each in shown) else 1


class Documents:
    """The examples on one running application, which has a simulated Genesys."""

    def __init__(
        self, app: Application, options: Options, console: Console, errors: Console
    ) -> None:
        self._app = app
        self._options = options
        self._console = console
        self._errors = errors
        self._lambda = app.session.client("lambda")

    def examples(self) -> Iterator[Example]:
        yield Example(
            "D1",
            "Genesys purges by a scheduled rule, and reports each execution by a signed webhook.",
            self._purge_rule,
        )
        yield Example(
            "D2",
            "The range is deleted in segments of at most 30 days, and nothing of it is left.",
            self._data_deletion,
        )
        yield Example(
            "D3",
            "A policy for hipaa that keeps records for less than 2,555 days is refused.",
            self._interaction_purge,
        )
        yield Example(
            "D4",
            "Eligible conversations are deleted and verified; all others are skipped, with the "
            "reason.",
            self._conversation_archive,
        )
        yield Example(
            "D5",
            "The rules are deployed in their order, and select contacts above 5000.",
            self._campaign_rules,
        )

    def show(self, example: Example) -> Shown:
        """Run one example, and print what is promised and what happened."""
        heading(self._console, example.name)
        request = read_request(EXAMPLES / f"{example.name}.json")
        try:
            happened = example.run(request)
        except (NotAsPromised, Refused) as failed:
            show(self._console, [("promise", example.promise), ("NOT KEPT", str(failed))])
            return Shown(example.name, example.promise, str(failed), is_kept=False)
        show(self._console, [("promise", example.promise), ("happened", happened)])
        return Shown(example.name, example.promise, happened, is_kept=True)

    def _purge_rule(self, request: Any) -> str:
        with httpx.Client(trust_env=False, timeout=30) as web:
            rule = RuleAtGenesys(self._app, web)
            created = rule.create(request)
            executed = rule.execute(created["ruleId"])
            record = rule.webhook_of(created["ruleId"])
        if record.get("deletedCount") != executed["deletedCount"]:
            raise NotAsPromised(f"the webhook reports {record.get('deletedCount')} deletions")
        return (
            f"The rule is {created['status']}. It was executed and deleted "
            f"{record['deletedCount']:,} records; the webhook was signed and is in the audit."
        )

    def _data_deletion(self, request: Any) -> str:
        run = self._run(request)
        batches, totals = run["batches"], run["totals"]
        if run["outcome"] != "completed" or len(batches) != SEGMENTS or not totals.get("verified"):
            raise NotAsPromised(f"the run is {run['outcome']} with {len(batches)} segments")
        verified, targeted = totals["verified"], totals["targeted"]
        return f"{SEGMENTS} segments. {verified:,} of {targeted:,} records are verified as deleted."

    def _interaction_purge(self, request: Any) -> str:
        try:
            run_id = submit(self._lambda, self._app.stack.functions[FUNCTION], request)
        except Refused as refused:
            if any(each.startswith("retentionDays:") for each in refused.errors):
                return f"Refused, nothing was stored: {refused}"
            raise
        raise NotAsPromised(f"the request was accepted as {run_id}")

    def _conversation_archive(self, request: Any) -> str:
        run = self._run(request)
        totals = run["totals"]
        if run["outcome"] != "completed" or not totals["skipped"]:
            raise NotAsPromised(f"the run is {run['outcome']} and skipped {totals['skipped']}")
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in totals["skipped"].items())
        return f"{totals['deleted']:,} conversations are deleted and verified. Skipped: {reasons}."

    def _run(self, request: Any) -> Mapping[str, Any]:
        """The result of a purge."""
        purge(self._app, self._options, self._console, self._errors, request)
        result: Mapping[str, Any] = json.loads((self._options.out / results.RESULT).read_text())
        return result

    def _campaign_rules(self, request: Any) -> str:
        rules = as_submitted(request, dry_run=False)
        outcome = deploy(self._app, rules, self._options.out, self._console, self._errors)
        if outcome != "deployed":
            raise NotAsPromised(f"the deployment is {outcome}")
        selected = self._selected(request)
        if selected != [True, True, False]:
            raise NotAsPromised(f"the first rule selects {selected} of {CONTACTS}")
        return 'Deployed. The first rule selects "10000" and 10000, but not "900".'

    def _selected(self, request: Any) -> list[bool]:
        """Whether the first rule selects each contact."""
        first = request["rules"][0]["name"]
        event = {"campaignId": request["campaignId"], "rules": request["rules"]}
        function = self._app.stack.functions["evaluate_contacts"]
        answer = invoke(self._lambda, function, event | {"contacts": CONTACTS})
        return [first in match["rules"] for match in answer["matches"]]
