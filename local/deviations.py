"""What the embedded AWS takes otherwise than AWS, made good in the template by resource type."""

from typing import Any

from local.template import Resource, Template

# Alarms only watch, nobody watches here, and one over an expression would fail the stack. The
# policies of buckets demand TLS alone, and there is none here.
LEFT_OUT = frozenset(
    {"AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::S3::BucketPolicy"}
)

FUNCTION = "AWS::Serverless::Function"
LEAST_TIMEOUT = 60

LOOPBACK = {"LOOPBACK_RECEIVERS": "allowed"}

# On AWS their Ref is what this attribute is; here it is a name, which no policy means.
ATTRIBUTE_OF_REF = {"AWS::SecretsManager::Secret": "Id"}


def as_taken_here(template: Template) -> Template:
    """The template with everything made good."""
    return with_time_to_start(with_loopback_receivers(refs_as_on_aws(template)))


def refs_as_on_aws(template: Template) -> Template:
    """The template with every Ref that means something else here written as the attribute."""
    attributes = {
        name: ATTRIBUTE_OF_REF[resource["Type"]]
        for name, resource in template["Resources"].items()
        if resource["Type"] in ATTRIBUTE_OF_REF
    }
    return dict(_rewritten(template, attributes))


def with_loopback_receivers(template: Template) -> Template:
    """The template with the one setting that a deployed stack does not have.

    Notifications may go to this machine, where every partner of a local application is.
    """
    function = template.get("Globals", {}).get("Function", {})
    variables = function.get("Environment", {}).get("Variables", {}) | LOOPBACK
    environment = {"Variables": variables}
    globals_ = template.get("Globals", {}) | {"Function": function | {"Environment": environment}}
    return template | {"Globals": globals_}


def with_time_to_start(template: Template) -> Template:
    """The template without time limits below a minute.

    Here all functions that start at once share a few processors; on AWS each has its own.
    """
    resources = {name: _patient(resource) for name, resource in template["Resources"].items()}
    return template | {"Resources": resources}


def _patient(resource: Resource) -> Resource:
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
