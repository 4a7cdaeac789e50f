"""Holds an answer against botocore's model of the service, more strictly than botocore itself: every member known and of its
type, required members there, enumerations kept, lengths within bounds. Knows nothing of what was asked."""

import base64
import json
import re
import xml.etree.ElementTree as ElementTree

INTEGER = re.compile(r"-?\d+")
# Milliseconds at most, and UTC.
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z")
PROTOCOL_ERRORS = {"UnknownOperationException", "SerializationException", "InvalidAction"}
# What the documentation of a service has as an error of any action, and its model has not.
COMMON_ERRORS = {
    "sqs": {"InvalidParameterValue"},
    "events": {"ValidationException"},
    "autoscaling": {"ValidationError"},
    "elbv2": {"ValidationError"},
}
# What is plausible as a time in seconds: 2020 to 2100. Milliseconds are not.
EPOCH = (1_577_836_800, 4_102_444_800)
NUMBERS = ("integer", "long", "double", "float")


def complaints(operation, status, headers, body):
    """What is wrong with the answer to an operation."""
    protocol = operation.service_model.metadata["protocol"]
    found = []
    if not headers.get("x-amzn-requestid"):
        found.append("header x-amzn-requestid: missing")
    check = {"json": json_answer, "query": xml_answer}[protocol]
    found += list(check(operation, status, headers, body))
    return [f"{operation.name}: {complaint}" for complaint in found]


def json_answer(operation, status, headers, body):
    expected = "application/x-amz-json-" + operation.service_model.metadata["jsonVersion"]
    if headers.get("content-type") != expected:
        yield f"content-type {headers.get('content-type')} is not {expected}"
    value = json.loads(body)
    if status >= 300:
        if set(value) != {"__type", "message"}:
            yield f"an error has __type and message, not {sorted(value)}"
        code = value.get("__type", "").rpartition("#")[2]
        yield from error_code(operation, code)
        if operation.service_model.service_name == "sqs" and code not in PROTOCOL_ERRORS:
            yield from query_error(headers)
    elif operation.output_shape is None:
        if value != {}:
            yield f"no output is expected: {value}"
    else:
        yield from of_json(operation.output_shape, value, "output")


def error_code(operation, code):
    known = {shape.metadata.get("error", {}).get("code", shape.name) for shape in operation.error_shapes}
    if code not in known | PROTOCOL_ERRORS | COMMON_ERRORS.get(operation.service_model.service_name, set()):
        yield f"{code} is no error of this action"


def query_error(headers):
    # The code from before SQS spoke JSON, which SDKs still put first.
    if not re.fullmatch(r"[A-Za-z.]+;(Sender|Receiver)", headers.get("x-amzn-query-error", "")):
        yield f"x-amzn-query-error: {headers.get('x-amzn-query-error')}"


def of_json(shape, value, path):
    kind = shape.type_name
    if value is None:
        yield f"{path}: null"
    elif kind == "structure":
        if not isinstance(value, dict):
            yield f"{path}: not an object"
            return
        yield from names(shape, set(value), path)
        for name in sorted(set(value) & set(shape.members)):
            yield from of_json(shape.members[name], value[name], f"{path}.{name}")
    elif kind == "list":
        if not isinstance(value, list):
            yield f"{path}: not a list"
            return
        for position, item in enumerate(value):
            yield from of_json(shape.member, item, f"{path}[{position}]")
    elif kind == "map":
        for key, item in value.items():
            yield from of_text(shape.key, key, f"{path} key")
            yield from of_json(shape.value, item, f"{path}.{key}")
    else:
        yield from json_scalar(shape, value, path)


def json_scalar(shape, value, path):
    kind = shape.type_name
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    good = {
        "string": lambda: isinstance(value, str),
        "boolean": lambda: isinstance(value, bool),
        "integer": lambda: number and isinstance(value, int),
        "long": lambda: number and isinstance(value, int),
        "double": lambda: number,
        "float": lambda: number,
        "timestamp": lambda: number and EPOCH[0] < value < EPOCH[1],
        "blob": lambda: isinstance(value, str) and base64.b64decode(value, validate=True) is not None,
    }[kind]
    if not good():
        yield f"{path}: {value!r} is no {kind}"
    elif kind == "string":
        yield from of_text(shape, value, path)
    elif kind in NUMBERS:
        yield from of_number(shape, value, path)


def of_number(shape, number, path):
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and number < low or high is not None and number > high:
        yield f"{path}: {number} is not {low} to {high}"


def of_text(shape, text, path):
    # Enumerations grow; those that are in the model are closed here on purpose.
    if getattr(shape, "enum", None) and text not in shape.enum:
        yield f"{path}: {text!r} is none of {shape.enum}"
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and len(text) < low or high is not None and len(text) > high:
        yield f"{path}: {text!r} is not {low} to {high} long"


def names(shape, given, path):
    for name in sorted(given - set(shape.members)):
        yield f"{path}.{name}: unknown"
    for name in sorted(set(shape.required_members) - given):
        yield f"{path}.{name}: required"


def xml_answer(operation, status, headers, body):
    if not headers.get("content-type", "").startswith("text/xml"):
        yield f"content-type {headers.get('content-type')} is not text/xml"
    root = ElementTree.fromstring(body)
    namespace = operation.service_model.metadata["xmlNamespace"]
    for element in root.iter():
        if not element.tag.startswith(f"{{{namespace}}}"):
            yield f"{element.tag} is not in {namespace}"
        element.tag = element.tag.rpartition("}")[2]
    if status >= 300:
        yield from xml_error(operation, root, headers)
        return
    if root.tag != f"{operation.name}Response":
        yield f"the root is {root.tag}"
    if root.findtext("ResponseMetadata/RequestId") != headers.get("x-amzn-requestid"):
        yield "RequestId differs from the header"
    output = operation.output_shape
    wrapper = output and output.serialization.get("resultWrapper", f"{operation.name}Result")
    expected = [wrapper, "ResponseMetadata"] if output else ["ResponseMetadata"]
    if [child.tag for child in root] != expected:
        yield f"the root has {[child.tag for child in root]}, not {expected}"
    elif output:
        yield from of_xml(output, root.find(wrapper), "output")


def xml_error(operation, root, headers):
    error = root.find("Error")
    yield from error_code(operation, root.findtext("Error/Code"))
    if root.tag != "ErrorResponse" or error is None:
        yield "no ErrorResponse with an Error"
    elif [child.tag for child in error] != ["Type", "Code", "Message"] or error.findtext("Type") not in ("Sender", "Receiver"):
        yield f"an Error has Type, Code and Message: {ElementTree.tostring(error)}"
    if root.findtext("RequestId") != headers.get("x-amzn-requestid"):
        yield "RequestId differs from the header"


def of_xml(shape, element, path):
    if shape.type_name == "structure":
        wire = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        tags = [child.tag for child in element]
        yield from names(shape, set(tags), path)
        if len(tags) != len(set(tags)):
            yield f"{path}: an element stands twice"
        for child in element:
            if child.tag in wire:
                yield from of_xml(wire[child.tag], child, f"{path}.{child.tag}")
    elif shape.type_name == "list":
        expected = shape.member.serialization.get("name", "member")
        for position, child in enumerate(element):
            if child.tag != expected:
                yield f"{path}: {child.tag} instead of {expected}"
            yield from of_xml(shape.member, child, f"{path}[{position}]")
    else:
        yield from xml_scalar(shape, element, path)


def xml_scalar(shape, element, path):
    kind, text = shape.type_name, element.text or ""
    good = {
        "string": lambda: True,
        "boolean": lambda: text in ("true", "false"),
        "integer": lambda: INTEGER.fullmatch(text),
        "timestamp": lambda: TIME.fullmatch(text),
    }[kind]
    if len(element) or not good():
        yield f"{path}: {text!r} is no {kind}"
    elif kind == "string":
        yield from of_text(shape, text, path)
    elif kind in NUMBERS:
        yield from of_number(shape, int(text), path)
