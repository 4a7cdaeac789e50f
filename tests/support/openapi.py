"""Holds what a running operator answers to its OpenAPI document, with validators that know nothing of the operator.

    openapi.py URL DOCUMENT

Asks for every path of the document, with names that the operator itself tells and with some that nobody has. Prints one line for
each question. What is answered and not documented is wrong as well.
"""

import copy
import http.client
import json
import pathlib
import sys
import urllib.parse

import jsonschema
from openapi_spec_validator import validate


def closed(schema):
    """The same schema, which allows no field that it does not name."""
    if isinstance(schema, dict):
        schema = {name: closed(part) for name, part in schema.items()}
        if "properties" in schema and "additionalProperties" not in schema and "$ref" not in schema:
            schema["additionalProperties"] = False
        return schema
    return [closed(part) for part in schema] if isinstance(schema, list) else schema


class Operator:
    def __init__(self, url, document):
        self.host = urllib.parse.urlsplit(url).netloc
        self.document = document
        self.components = closed(copy.deepcopy(document["components"]))
        self.wrong = 0

    def ask(self, path, method="GET"):
        connection = http.client.HTTPConnection(self.host, timeout=20)
        connection.request(method, path)
        answer = connection.getresponse()
        streams = answer.headers.get_content_type() == "text/event-stream"
        body = answer.readline() + answer.readline() if streams else answer.read()
        connection.close()
        return answer.status, answer.headers.get_content_type(), body.decode()

    def check(self, template, path, wanted):
        status, kind, body = self.ask(path)
        responses = self.document["paths"][template]["get"]["responses"]
        said = self.fault(responses, status, kind, body, wanted)
        self.wrong += said != "ok"
        print(f"GET {path}: {status}: {said}")
        return body

    def fault(self, responses, status, kind, body, wanted):
        if status != wanted:
            return f"{wanted} was to be expected: {body[:200]}"
        if str(status) not in responses:
            return "no such status is documented"
        content = {name.split(";")[0]: it for name, it in responses[str(status)]["content"].items()}
        if kind not in content:
            return f"{kind} is not documented"
        if kind != "application/json":
            return "ok" if body else "there is nothing in it"
        schema = {**closed(content[kind]["schema"]), "components": self.components}
        errors = list(jsonschema.Draft202012Validator(schema).iter_errors(json.loads(body)))
        return "; ".join(f"{error.json_path}: {error.message[:200]}" for error in errors[:3]) or "ok"


def main() -> None:
    url, file = sys.argv[1:]
    document = json.loads(pathlib.Path(file).read_text())
    validate(document)
    operator = Operator(url, document)
    served = json.loads(operator.ask("/api/v1/openapi.json")[2])
    if served != document:
        sys.exit(f"{file} is not what the operator serves")

    names = {"{name}": [], "{id}": []}
    for template in document["paths"]:
        if "{" not in template:
            body = operator.check(template, template, 200)
            if template.endswith("/clusters"):
                names["{name}"] = [it["metadata"]["name"] for it in json.loads(body)["items"]]
            if template.endswith("/interruptions"):
                items = json.loads(body)["items"]
                names["{id}"] = [it["metadata"]["name"] for it in items] + [it["spec"]["instanceId"] for it in items]
    for template in document["paths"]:
        for place, known in names.items():
            if place in template:
                for name in known:
                    operator.check(template, template.replace(place, urllib.parse.quote(name)), 200)
                if not known:
                    sys.exit(f"{template}: there was nothing to ask for")
                operator.check(template, template.replace(place, "nobody"), 404)
    operator.check("/api/v1/interruptions", "/api/v1/interruptions?limit=0", 400)
    operator.check("/api/v1/interruptions", "/api/v1/interruptions?limit=1&local=true", 200)
    operator.check("/api/v1/operator", "/api/v1/operator?local=true", 200)
    for template in document["paths"]:
        if "{" not in template and operator.ask(template, "POST")[0] != 405:
            sys.exit(f"POST {template} is not refused")
    sys.exit(operator.wrong and 1)


main()
