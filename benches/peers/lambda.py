"""Plays AWS Lambda for `handler.py`: each event of the queue is one asynchronous invocation, many at a time, all of them warm.

An invocation that fails is made again after a minute and after two more, as Lambda does by default. Usage: lambda.py URL CLUSTER,...
"""

import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

url, clusters = sys.argv[1:]
os.environ.update(
    CLUSTERS=clusters,
    AWS_ENDPOINT_URL=url,
    AWS_DEFAULT_REGION="us-east-1",
    AWS_ACCESS_KEY_ID="lambda",
    AWS_SECRET_ACCESS_KEY="lambda",
    AWS_CONFIG_FILE="/dev/null",
    AWS_SHARED_CREDENTIALS_FILE="/dev/null",
)

import boto3  # noqa: E402
from botocore.config import Config  # noqa: E402

import handler  # noqa: E402

# Invocations at a time. Lambda allows a thousand by default; each here is a thread of one process.
CONCURRENCY = 64
RETRIES = (60, 120)
QUEUE = f"{url}/123456789012/spot-events"

sqs = boto3.client("sqs", config=Config(max_pool_connections=CONCURRENCY))
for client in (handler.ecs, handler.autoscaling):
    client.meta.config.max_pool_connections = CONCURRENCY
invocations = ThreadPoolExecutor(CONCURRENCY)


def invoke(event, retries):
    try:
        handler.handler(event, None)
    except Exception as error:  # whatever it is, Lambda tries again
        print(f"{event['detail']['instance-id']}: {error}", flush=True)
        if retries:
            threading.Timer(retries[0], invocations.submit, (invoke, event, retries[1:])).start()


def receive():
    while True:
        answer = sqs.receive_message(QueueUrl=QUEUE, MaxNumberOfMessages=10, WaitTimeSeconds=10)
        for message in answer.get("Messages", []):
            event = json.loads(message["Body"])
            if event.get("detail-type") == "EC2 Spot Instance Interruption Warning":
                invocations.submit(invoke, event, RETRIES)
            sqs.delete_message(QueueUrl=QUEUE, ReceiptHandle=message["ReceiptHandle"])


handler.ecs.list_clusters()
print("ready", flush=True)
for _ in range(8):
    threading.Thread(target=receive, daemon=True).start()
while True:
    time.sleep(60)
