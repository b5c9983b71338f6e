"""Adapts the template where the embedded AWS deviates from AWS."""

import re
from typing import Any

from local.aws.template import Resource, Template

# Alarms are not used here, and an alarm over an expression would fail the stack. Bucket policies
# only require TLS, which the embedded AWS does not have. A type that the embedded AWS does not know
# belongs here, too: creating the stack fails with its name.
LEFT_OUT = frozenset(
    {"AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::S3::BucketPolicy"}
)

FUNCTION = "AWS::Serverless::Function"
LEAST_TIMEOUT = 60

LOOPBACK = {"LOOPBACK_RECEIVERS": "allowed"}

API_IN_TEXT = re.compile(r"\$\{(\w+)\.ApiEndpoint\}")

# Policies need the ARN. On AWS the Ref of this type is its ARN; here the Ref is a name and this
# attribute is the ARN.
ATTRIBUTE_OF_REF = {"AWS::SecretsManager::Secret": "Id"}


# The embedded AWS checks the rights on a schedule as if it were in the default group.
SCHEDULES_OF_A_GROUP = re.compile(r":schedule/\$\{\w+\}/")

# What the embedded AWS does differently, in words for its users.
DIFFERENCES = (
    "the signature of the default access key is not checked, and it may do everything",
    "conditions over keys of KMS are not checked",
    "files in locked buckets can be changed and removed",
    "the schedules of the template run in UTC, those of policies in their time zones",
)
# The address that the embedded AWS gives an API has a host that no resolver knows.
ENDPOINT = "ApiEndpoint"


def adapted(template: Template, endpoint: str) -> Template:
    """The template with every adaptation to the embedded AWS at this address."""
    reachable = with_reachable_apis(refs_as_on_aws(template), endpoint)
    permitted = with_known_rights(reachable)
    return with_time_to_start(with_loopback_receivers(permitted))


def address_of_api(endpoint: str, api_id: str) -> str:
    """The address of an HTTP API in the embedded AWS."""
    return f"{endpoint}/_aws/execute-api/{api_id}"


def with_reachable_apis(template: Template, endpoint: str) -> Template:
    """The template with the address of an API replaced by one that resolves."""
    return dict(_reachable(template, endpoint))


def _reachable(value: Any, endpoint: str) -> Any:
    match value:
        case list():
            return [_reachable(each, endpoint) for each in value]
        case {"Fn::GetAtt": [str(name), str(attribute)]} if attribute == ENDPOINT:
            return {"Fn::Sub": address_of_api(endpoint, f"${{{name}}}")}
        case dict():
            return {key: _reachable(each, endpoint) for key, each in value.items()}
        case str():
            return API_IN_TEXT.sub(
                lambda found: address_of_api(endpoint, f"${{{found[1]}}}"), value
            )
    return value


def with_known_rights(template: Template) -> Template:
    """The template with rights that the embedded AWS understands.

    Rights on the schedules of a group become rights on all schedules. A condition over the keys of
    KMS is left out, because it would never be met.
    """
    return dict(_permitted(template))


def _permitted(value: Any) -> Any:
    match value:
        case list():
            return [_permitted(each) for each in value]
        case dict():
            known = {key: each for key, each in value.items() if not _is_of_kms(key, each)}
            return {key: _permitted(each) for key, each in known.items()}
        case str():
            return SCHEDULES_OF_A_GROUP.sub(":schedule/*/", value)
    return value


def _is_of_kms(key: str, value: Any) -> bool:
    """Whether this is a condition over the keys of KMS alone."""
    if key != "Condition" or not isinstance(value, dict):
        return False
    return all(name.startswith("kms:") for each in value.values() for name in each)


def refs_as_on_aws(template: Template) -> Template:
    """The template with each Ref that deviates replaced by the attribute that means the same."""
    attributes = {
        name: ATTRIBUTE_OF_REF[resource["Type"]]
        for name, resource in template["Resources"].items()
        if resource["Type"] in ATTRIBUTE_OF_REF
    }
    return dict(_rewritten(template, attributes))


def with_loopback_receivers(template: Template) -> Template:
    """The template with notifications to this machine allowed, which AWS never allows."""
    function = template.get("Globals", {}).get("Function", {})
    variables = function.get("Environment", {}).get("Variables", {}) | LOOPBACK
    environment = {"Variables": variables}
    globals_ = template.get("Globals", {}) | {"Function": function | {"Environment": environment}}
    return template | {"Globals": globals_}


def with_time_to_start(template: Template) -> Template:
    """The template with function timeouts of at least a minute.

    Here, all functions share a few processors while they start. On AWS each has its own.
    """
    resources = {name: _with_timeout(resource) for name, resource in template["Resources"].items()}
    return template | {"Resources": resources}


def _with_timeout(resource: Resource) -> Resource:
    properties = resource.get("Properties", {})
    if resource["Type"] != FUNCTION or properties.get("Timeout", LEAST_TIMEOUT) >= LEAST_TIMEOUT:
        return resource
    return resource | {"Properties": properties | {"Timeout": LEAST_TIMEOUT}}


def _rewritten(value: Any, attributes: dict[str, str]) -> Any:
    match value:
        case list():
            return [_rewritten(each, attributes) for each in value]
        case {"Ref": str(name)} if name in attributes:
            return {"Fn::GetAtt": [name, attributes[name]]}
        case {"Fn::Sub": str(text)}:
            return {"Fn::Sub": _substituted(text, attributes)}
        case {"Fn::Sub": [str(text), variables]}:
            given = _rewritten(variables, attributes)
            others = {name: each for name, each in attributes.items() if name not in variables}
            return {"Fn::Sub": [_substituted(text, others), given]}
        case dict():
            return {key: _rewritten(each, attributes) for key, each in value.items()}
    return value


def _substituted(text: str, attributes: dict[str, str]) -> str:
    for name, attribute in attributes.items():
        text = text.replace(f"${{{name}}}", f"${{{name}.{attribute}}}")
    return text
