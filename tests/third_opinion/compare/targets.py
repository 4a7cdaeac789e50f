"""How an AWS is reached, and what came of every call that was made there."""

import time
from typing import NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

import record

SERVICES = ("sqs", "events", "ecs", "autoscaling")
# For how long something may take. In an emulator a call has done all that it ever does, but for events on their way.
PATIENCE = {"sim": 30, "moto": 0.5, "localstack": 2}
PAUSE = 0.1
# At least so often, so that an emulator which goes on by being asked gets as far on a busy machine as on an idle one.
ASKED = 10


class Record(NamedTuple):
    operation: str
    error: tuple
    answer: record.Members


class Target:
    def __init__(self, name, url):
        self.name = name
        self.records = {}
        self.status = None
        session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
        # What is wrong on purpose has to get there.
        config = Config(retries={"total_max_attempts": 1}, read_timeout=30, parameter_validation=False)
        for service in SERVICES:
            client = session.client(service, endpoint_url=url, config=config)
            client.meta.events.register(f"before-parse.{client.meta.service_model.service_id.hyphenize()}", self.listen)
            setattr(self, service, client)

    def listen(self, response_dict, **_):
        self.status = response_dict["status_code"]

    def step(self, label, call, **arguments):
        """Calls, and keeps what came of it; the answer, or nothing in it where there was an error."""
        answer, error = self.call(call, **arguments)
        operation = record.operation(call)
        self.keep(f"{operation}: {label}", Record(operation, error, record.answered(call, answer)))
        return answer

    def note(self, label, **facts):
        """Keeps what was found out by several calls."""
        self.keep(f"state: {label}", Record("state", None, record.noted(facts)))

    def keep(self, step, kept):
        if step in self.records:
            raise ValueError(f"two steps are called {step!r}")
        self.records[step] = kept

    def ask(self, call, **arguments):
        """The answer to a call that only prepares others, or nothing in it."""
        return self.call(call, **arguments)[0]

    def call(self, call, **arguments):
        try:
            answer = call(**arguments)
        except ClientError as error:
            return {}, (error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"])
        except ResponseParserError:
            return {}, (self.status, "not in the protocol")
        answer.pop("ResponseMetadata")
        return answer, None

    def wait(self, ask, seconds=30):
        """Asks until there is something, or for as long as it can take here; gives back what there was last."""
        deadline = time.monotonic() + min(seconds, PATIENCE[self.name])
        asked = 1
        while not (found := ask()) and (time.monotonic() < deadline or asked < ASKED):
            time.sleep(PAUSE)
            asked += 1
        return found
