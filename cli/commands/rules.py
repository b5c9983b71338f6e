"""`genesys-purge rules`: deploys campaign rules, exports their changes, evaluates them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from cli.commands import deployment
from cli.commands.arguments import LIMIT, ORGANISATION, SINCE, UNTIL, moment_in
from cli.documents.rule_files import read_rules
from cli.errors import WrongInput
from cli.evaluate import evaluate as evaluated
from cli.invocation import Invocation
from cli.reports.tables import moment, table
from cli.shared_options import command, group
from cli.stack.aws_errors import explained
from cli.stack.functions import Refused, invoke
from cli.stack.lists import entries

app = group("Deploy campaign rules, export their changes, and try them on contacts.")
EXPORTER, BUCKET = "ExportCampaignRuleChangesFunctionName", "CampaignRuleChangesBucketName"
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
    found = list(entries(call.api, "/campaign-rules", "deployments", limit, **query, **period))
    titles = ("deployment", "campaign", "state", "submitted (UTC)", "by", "rules")
    call.output.result(
        {"deployments": found}, lambda: table(titles, map(_row, found), "No deployment matches.")
    )
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
        str, typer.Argument(metavar="DEPLOYMENT_ID", help="The id of the deployment.")
    ],
) -> int:
    """Show a deployment, rule by rule."""
    return deployment.show(call, call.api.get(f"/campaign-rules/{deployment_id}"))


@command(app, "export", "genesys-purge rules export campaign-1 --out exports")
def export(
    call: Invocation,
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN_ID", help="The campaign.")],
    *,
    out: OUT = Path(),
) -> int:
    """Export the changes of a campaign's rules since the last export, as JSON Lines and CSV."""
    function, bucket = call.stack.output(EXPORTER), call.stack.output(BUCKET)
    try:
        answer = invoke(call.stack.client("lambda"), function, {"campaignId": campaign})
    except Refused as refused:
        raise WrongInput(*refused.errors) from refused
    except (ClientError, BotoCoreError) as error:
        raise explained(error, "lambda:InvokeFunction", f"*:function:{function}") from error
    files = list(_files(call, answer["exports"], bucket, out))
    lines = [("changes", sum(each["changes"] for each in answer["exports"]))]
    if call.output.as_json:
        call.output.json_line({**answer, "files": files})
    else:
        call.output.lines([*lines, *(("file", each) for each in files)])
    return 0


def _files(
    call: Invocation, exports: list[Mapping[str, Any]], bucket: str, out: Path
) -> Iterator[str]:
    """Download the files of each export under their own names."""
    s3 = call.stack.client("s3")
    try:
        out.mkdir(parents=True, exist_ok=True)
        for each in exports:
            for location in (each["jsonLines"], each["csv"]):
                _, _, key = location.removeprefix("s3://").partition("/")
                file = out / key.rpartition("/")[2]
                s3.download_file(bucket, key, str(file))
                yield str(file)
    except (ClientError, BotoCoreError) as error:
        raise explained(error, "s3:GetObject", f"arn:aws:s3:::{bucket}/*") from error


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
