"""The resources of a deployed stack."""

from local.aws.stack import read_stack

TEMPLATE = {
    "Resources": {
        "SubmitPurgeFunction": {
            "Type": "AWS::Serverless::Function",
            "Properties": {"CodeUri": "functions/submit_purge/"},
        },
        "Run": {
            "Type": "AWS::Serverless::StateMachine",
            "Properties": {"DefinitionUri": "statemachines/purge_run.asl.yaml"},
        },
    }
}
SUMMARIES = [
    ("AWS::Lambda::Function", "SubmitPurgeFunction", "s-submit"),
    ("AWS::StepFunctions::StateMachine", "Run", "arn:run"),
    ("AWS::DynamoDB::Table", "RunsTable", "s-runs"),
    ("AWS::S3::Bucket", "Ids", "s-ids"),
    ("AWS::SecretsManager::Secret", "Key", "s-key"),
]
API = ("AWS::ApiGatewayV2::Api", "Api", "api1")


def listed(*rows: tuple[str, str, str]) -> list[dict[str, str]]:
    names = ("ResourceType", "LogicalResourceId", "PhysicalResourceId")
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_functions_have_the_names_of_their_folders() -> None:
    assert read_stack(TEMPLATE, listed(*SUMMARIES)).functions == {"submit_purge": "s-submit"}


def test_state_machines_have_the_names_of_their_files() -> None:
    assert read_stack(TEMPLATE, listed(*SUMMARIES)).state_machines == {"purge_run": "arn:run"}


def test_other_resources_have_the_names_in_the_template() -> None:
    stack = read_stack(TEMPLATE, listed(*SUMMARIES))
    assert stack.tables == {"RunsTable": "s-runs"}
    assert stack.buckets == {"Ids": "s-ids"}
    assert stack.secrets == {"Key": "s-key"}


def test_api_id_is_none_without_an_api() -> None:
    assert read_stack(TEMPLATE, listed(*SUMMARIES)).api_id is None
    assert read_stack(TEMPLATE, listed(*SUMMARIES, API)).api_id == "api1"
