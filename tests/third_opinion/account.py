"""boto3's clients for a served simulation, each of whose answers is held against botocore's model, and what is expected of
errors."""

import json
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

import strict

SERVICES = ("ecs", "autoscaling", "sqs")


class Account:
    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.complaints = []
        self.answered = set()
        self.refused = set()
        session = boto3.Session(aws_access_key_id="AKIATHIRD", aws_secret_access_key="any", region_name="us-east-1")
        config = Config(retries={"total_max_attempts": 1}, read_timeout=30)
        for service in SERVICES:
            client = session.client(service, endpoint_url=endpoint, config=config)
            client.meta.events.register(f"before-parse.{client.meta.service_model.service_id.hyphenize()}", self.listen)
            setattr(self, service, client)

    def listen(self, operation_model, response_dict, **_):
        status, headers = response_dict["status_code"], response_dict["headers"]
        self.complaints += strict.complaints(operation_model, status, headers, response_dict["body"])
        name = f"{operation_model.service_model.service_name}.{operation_model.name}"
        (self.answered if status < 300 else self.refused).add(name)

    def check(self, holds, complaint):
        if not holds:
            self.complaints.append(complaint)

    def refuses(self, code, message, call, **arguments):
        """Calls, and expects an error with this code and a message with this part."""
        name = f"{call.__self__.meta.service_model.service_name}.{call.__name__}"
        try:
            call(**arguments)
        except ClientError as error:
            got = error.response["Error"]
            self.check((got["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]) == (code, 400), f"{name}: {got}")
            self.check(message in got["Message"], f"{name}: {got['Message']!r} lacks {message!r}")
            return error
        self.complaints.append(f"{name}: {code} was expected")
        return None

    def control(self, method, path, body=None):
        """The status and the JSON of a request to the control API."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.endpoint}/_sim/{path}", data=data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def state(self):
        return self.control("GET", "state")[1]

    def undisturbed(self, group):
        """Members of a group that serve and have no notice."""
        state = self.state()
        doomed = {seen["instanceId"] for seen in state["interruptions"]}
        members = next(found for found in state["groups"] if found["name"] == group)["members"]
        serving = [m["instanceId"] for m in members if m["lifecycleState"] == "InService" and m["healthy"]]
        return [instance for instance in serving if instance not in doomed]
