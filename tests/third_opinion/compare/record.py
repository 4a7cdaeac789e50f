"""Answers in a form in which two of them can be compared: which members there are, of which kind, and values that tell
something. What varies by itself, such as ids and times, is a kind and no value."""

from typing import NamedTuple

# Members whose values are compared.
TELLING = {
    # SQS
    "ApproximateReceiveCount",
    "Body",
    "Code",
    "MD5OfBody",
    "MD5OfMessageBody",
    "SenderFault",
    "VisibilityTimeout",
    # EventBridge
    "ErrorCode",
    "EventBusName",
    "FailedEntryCount",
    "State",
    # ECS
    "activeServicesCount",
    "agentConnected",
    "desiredCount",
    "desiredStatus",
    "group",
    "lastStatus",
    "launchType",
    "protectionEnabled",
    "reason",
    "registeredContainerInstancesCount",
    "rolloutState",
    "schedulingStrategy",
    "startedBy",
    "status",
    "stopCode",
    "stoppedReason",
    "targetType",
    # EC2 Auto Scaling
    "DefaultResult",
    "DesiredCapacity",
    "GlobalTimeout",
    "HealthStatus",
    "HeartbeatTimeout",
    "LifecycleState",
    "LifecycleTransition",
    "MaxSize",
    "MinSize",
    "ProcessName",
    "Progress",
    "PropagateAtLaunch",
    "ProtectedFromScaleIn",
    "ResourceType",
    "StatusCode",
}
KINDS = {bool: "flag", int: "whole number", float: "number", str: "text"}


class Members(NamedTuple):
    """A structure or a map; `structure` is its name in the service's model, nothing for a map."""

    structure: str
    each: dict


class Several(NamedTuple):
    """A list, as one member that has all that any of them has."""

    count: int
    each: object


def operation(call):
    """The operation behind a method of a client: `ecs.DescribeTasks`."""
    meta = call.__self__.meta
    return f"{meta.service_model.service_name}.{meta.method_to_api_mapping[call.__name__]}"


def answered(call, answer):
    meta = call.__self__.meta
    model = meta.service_model.operation_model(meta.method_to_api_mapping[call.__name__]).output_shape
    shaped = shape(answer, model, meta.service_model.service_name, "") if model else Members("", {})
    return shaped._replace(structure=operation(call))


def shape(value, model, service, name):
    if isinstance(value, dict):
        structure = f"{service}.{model.name}" if model.type_name == "structure" else ""
        below = getattr(model, "members", {})
        each = {key: shape(member, below.get(key) or model.value, service, key) for key, member in value.items()}
        return Members(structure, each)
    if isinstance(value, list):
        return Several(len(value), merged([shape(member, model.member, service, name) for member in value]))
    return {str(value)} if name in TELLING else KINDS.get(type(value), type(value).__name__)


def merged(shapes):
    first = shapes[0] if shapes else None
    if isinstance(first, Members):
        names = sorted({name for shape in shapes for name in shape.each})
        each = {name: merged([shape.each[name] for shape in shapes if name in shape.each]) for name in names}
        return Members(first.structure, each)
    if isinstance(first, Several):
        return Several(max(shape.count for shape in shapes), merged([shape.each for shape in shapes if shape.count]))
    return set().union(*shapes) if isinstance(first, set) else first


def noted(facts):
    """The form of facts that were found out by several calls: all of them tell something."""
    return Members("", {name: {str(fact)} for name, fact in facts.items()})
