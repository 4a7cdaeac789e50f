"""boto3's clients for a served simulation, each of whose answers is held against botocore's model, and what is expected
of errors and of what changes by and by."""

import json
import time
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

import strict

SERVICES = ("ecs", "autoscaling", "elbv2", "sqs", "events")
# For boto3's waiters: the server is ten times as fast as what they are made for.
SOON = {"Delay": 0.2, "MaxAttempts": 100}
PAUSE = 0.1
PATIENCE = 15


def named(call):
    return f"{call.__self__.meta.service_model.service_name}.{call.__name__}"


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

    def answers(self, call, **arguments):
        """Calls what might be refused, though it should not; whatever keeps it from an answer is a complaint."""
        try:
            return call(**arguments)
        except Exception as error:
            self.complaints.append(f"{named(call)} is refused: {error!r}")
            return None

    def refuses(self, code, message, call, expected=400, **arguments):
        """Calls, and expects an error with this code and a message with this part."""
        name = named(call)
        try:
            call(**arguments)
        except ClientError as error:
            got, status = error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
            self.check((got["Code"], status) == (code, expected), f"{name}: {status} {got}")
            self.check(message in got["Message"], f"{name}: {got['Message']!r} lacks {message!r}")
            return error
        self.complaints.append(f"{name}: {code} was expected for {str(arguments):.200}")
        return None

    def until(self, probe, complaint):
        """Asks until there is something, but not for long; gives back what there is."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := probe():
                return found
            time.sleep(PAUSE)
        self.complaints.append(complaint)
        return None

    def request(self, method, path, body=None, headers=None):
        """The status, the headers and the text of an answer under /_sim/."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        url = f"{self.endpoint}/_sim/{path}"
        request = urllib.request.Request(url, data=data, headers=headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.headers, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def control(self, method, path, body=None):
        """The status and the JSON of a request to the control API."""
        status, _, text = self.request(method, path, body)
        return status, json.loads(text)

    def state(self):
        return self.control("GET", "state")[1]

    def group(self, name):
        return self.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]

    def undisturbed(self, group):
        """Members of a group that serve and have no notice."""
        state = self.state()
        doomed = {seen["instanceId"] for seen in state["interruptions"]}
        members = next(found for found in state["groups"] if found["name"] == group)["members"]
        serving = [m["instanceId"] for m in members if m["lifecycleState"] == "InService" and m["healthy"]]
        return [instance for instance in serving if instance not in doomed]

    def container_instances(self, group):
        """Those of undisturbed members; one that has just come into service may have none yet."""
        hosts = ",".join(self.undisturbed(group))
        call = {"cluster": "web", "filter": f"ec2InstanceId in [{hosts}]", "status": "ACTIVE"}
        arns = self.ecs.list_container_instances(**call)["containerInstanceArns"]
        return self.ecs.describe_container_instances(cluster="web", containerInstances=arns)["containerInstances"]

    def lifecycle(self, instance):
        """The lifecycle state of a member; None for an instance that is in no group."""
        found = self.autoscaling.describe_auto_scaling_instances(InstanceIds=[instance])["AutoScalingInstances"]
        return found[0]["LifecycleState"] if found else None

    def becomes(self, instance, *states):
        self.until(lambda: self.lifecycle(instance) in states, f"{instance} does not become {states}")

    def queue(self, name):
        """A new queue: its URL and its ARN."""
        url = self.sqs.create_queue(QueueName=f"opinion-{name}")["QueueUrl"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        return url, attributes["QueueArn"]

    def arrives(self, url, wanted, what):
        """Takes messages, which are JSON, out of a queue up to the one that is wanted."""

        def receive():
            for message in self.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5).get("Messages", []):
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                body = json.loads(message["Body"])
                return body if wanted(body) else None

        return self.until(receive, f"{what} does not arrive")
