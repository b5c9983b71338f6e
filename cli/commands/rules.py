"""`genesys-purge rules`: deploys campaign rules, exports their changes, evaluates them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from cli.commands import deployment
from cli.commands.arguments import LIMIT, ORGANISATION, SINCE, UNTIL, id_in, moment_in
from cli.documents.rule_files import read_rules
from cli.errors import WrongInput
from cli.evaluate import evaluate as evaluated
from cli.invocation import Invocation
from cli.reports.tables import moment, table
from cli.shared_options import command, group
from cli.stack.aws_errors import explained
from cli.stack.functions import Refused, invoke
from cli.stack.lists import listed
from cli.stack.stack import LONGEST_SECONDS

app = group("Deploy campaign rules, export their changes, and try them on contacts.")
EXPORTER = "ExportCampaignRuleChangesFunctionName"
RULES = Annotated[
    Path, typer.Argument(metavar="RULES.json", help="A set of campaign rules, JSON or YAML.")
]
OUT = Annotated[Path, typer.Option(metavar="DIR", help="The folder of the result files.")]


@command(app, "deploy", "genesys-purge rules deploy rules.json --dry-run")
def deploy(
    call: Invocation,
    rules: RULES,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the changes.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch/--no-watch", help="Follow the deployment to its end.")
    ] = True,
) -> int:
    """Deploy a set of campaign rules, rule by rule; a failure rolls all of them back."""
    document = read_rules(rules)
    if not isinstance(document, dict):
        raise WrongInput(f"{rules}: must be an object with campaignId and rules")
    answer = call.api.post("/campaign-rules", document | ({"dryRun": True} if dry_run else {}))
    deployment_id = str(answer["deploymentId"])
    if watch:
        return deployment.follow(call, deployment_id)
    call.output.result(answer, lambda: deployment_id)
    back = call.again(f"rules show {deployment_id}")
    call.output.hint(f"The deployment goes on. See how far it is with: {back}")
    return 0


@command(app, "list", "genesys-purge rules list --campaign campaign-1")
def list_deployments(
    call: Invocation,
    *,
    campaign: Annotated[str | None, typer.Option(help="The id of one campaign.")] = None,
    status: Annotated[
        str | None, typer.Option(help="`submitted`, `applying`, `rolling_back` or `finished`.")
    ] = None,
    organisation: ORGANISATION = None,
    since: SINCE = None,
    until: UNTIL = None,
    limit: LIMIT = 20,
) -> int:
    """List deployments, newest first."""
    query = {"campaignId": campaign, "status": status, "organisation": organisation}
    period = {"from": moment_in(since, "--from"), "to": moment_in(until, "--to")}
    found = listed(call.api, "/campaign-rules", "deployments", limit, **query, **period)
    titles = ("deployment", "campaign", "state", "submitted (UTC)", "by", "rules")
    call.output.result(
        found.to_json("deployments"),
        lambda: table(titles, map(_row, found.entries), "No deployment matches."),
    )
    if found.has_more:
        call.output.hint(f"These are the {limit} newest; --limit N shows more.")
    return 0


def _row(found: Mapping[str, Any]) -> tuple[object, ...]:
    state = found.get("outcome") or found["status"]
    asked = moment(found.get("submittedAt")), found.get("submittedBy")
    rules = found.get("counts", {}).get("rules")
    return found["deploymentId"], found["campaignId"], state, *asked, rules


@command(app, "show", "genesys-purge rules show campaign-1-3f6c")
def show(
    call: Invocation,
    deployment_id: Annotated[
        str,
        typer.Argument(metavar="DEPLOYMENT_ID", help="The id of the deployment.", callback=id_in),
    ],
) -> int:
    """Show a deployment, rule by rule."""
    deployment.show(call, call.api.get(f"/campaign-rules/{deployment_id}"))
    return 0


@command(app, "export", "genesys-purge rules export campaign-1 --out exports")
def export(
    call: Invocation,
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN_ID", help="The campaign.")],
    *,
    out: OUT = Path(),
) -> int:
    """Export the changes of a campaign's rules since the last export, as JSON Lines and CSV."""
    function = call.stack.output(EXPORTER)
    # Another invocation would begin where this one ends.
    client = call.stack.client("lambda", patience=LONGEST_SECONDS, attempts=1)
    try:
        answer = invoke(client, function, {"campaignId": campaign})
    except Refused as refused:
        raise WrongInput(*refused.errors) from refused
    except (ClientError, BotoCoreError) as error:
        resource = f"{call.stack.arn('lambda')}:*:function:{function}"
        raise explained(error, "lambda:InvokeFunction", resource) from error
    objects = [each[kind] for each in answer["exports"] for kind in ("jsonLines", "csv")]
    files = [_downloaded(call, each, out, objects) for each in objects]
    changes = sum(each["changes"] for each in answer["exports"])
    call.output.labelled(
        {**answer, "files": files},
        lambda: [("changes", changes), *(("file", each) for each in files)],
    )
    return 0


def _downloaded(call: Invocation, url: str, out: Path, objects: list[str]) -> str:
    """Download an object under its own name; all objects are named if that fails."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    file = out / key.rpartition("/")[2]
    try:
        out.mkdir(parents=True, exist_ok=True)
        call.stack.client("s3").download_file(bucket, key, str(file))
    except (ClientError, BotoCoreError, OSError) as error:
        call.output.important(f"The export is in {', '.join(objects)}")
        if isinstance(error, OSError):
            raise WrongInput(f"--out: {out}: {error.strerror}") from error
        partition = call.stack.session.get_partition_for_region(call.stack.region)
        raise explained(error, "s3:GetObject", f"arn:{partition}:s3:::{bucket}/*") from error
    return str(file)


@command(
    app,
    "evaluate",
    "genesys-purge rules evaluate rules.json contacts.jsonl --out results",
    stack=False,
)
def evaluate(
    call: Invocation,
    rules: RULES,
    contacts: Annotated[
        Path, typer.Argument(metavar="CONTACTS.jsonl", help="Contacts, one object on each line.")
    ],
    *,
    out: OUT = Path(),
) -> int:
    """List the rules that match each contact, on this machine."""
    return evaluated(rules, contacts, out, call.output)
