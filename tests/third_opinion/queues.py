"""SQS: queues as they change, fill, are emptied and go; messages in batches."""

import hashlib
import json

BODY = "a body with <markup> & ümlauts"
GONE = ("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
PREFIX = "AWS.SimpleQueueService."


def run(account):
    sqs = account.sqs
    url, _ = account.queue("queue")
    attributes(account, sqs, url)
    sent(account, sqs, url)
    purged(account, sqs, url)
    deleted(account, sqs, url)


def attributes(account, sqs, url):
    _, dead = account.queue("graves")
    policy = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 5})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "77"})
    names = ["RedrivePolicy", "VisibilityTimeout"]
    got = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    account.check(sorted(got) == names and got["VisibilityTimeout"] == "77", f"attributes {got}")
    account.check(json.loads(got["RedrivePolicy"]) == json.loads(policy), f"redrive policy {got}")
    for wrong, code in (
        ({"Nonsense": "1"}, "InvalidAttributeName"),
        ({"VisibilityTimeout": "43201"}, "InvalidAttributeValue"),
        ({"VisibilityTimeout": "x"}, "InvalidAttributeValue"),
    ):
        account.refuses(code, "", sqs.set_queue_attributes, QueueUrl=url, Attributes=wrong)
    unknown = {"QueueUrl": url, "AttributeNames": ["Nonsense"]}
    account.refuses("InvalidAttributeName", "Nonsense", sqs.get_queue_attributes, **unknown)


def sent(account, sqs, url):
    entries = [{"Id": f"n{number}", "MessageBody": f"{BODY} {number}"} for number in range(3)]
    answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    for entry, done in zip(entries, answer["Successful"], strict=True):
        checksum = hashlib.md5(entry["MessageBody"].encode()).hexdigest()
        account.check((done["Id"], done["MD5OfMessageBody"]) == (entry["Id"], checksum), f"batch {answer}")
    account.check(depth(sqs, url) == "3", f"depth {depth(sqs, url)}")
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=5)["Messages"]
    known = {done["MessageId"] for done in answer["Successful"]}
    account.check({message["MessageId"] for message in messages} <= known, f"messages {messages}")
    for wrong, code in (
        ([], "EmptyBatchRequest"),
        ([{"Id": f"n{number}", "MessageBody": BODY} for number in range(11)], "TooManyEntriesInBatchRequest"),
        (entries[:1] * 2, "BatchEntryIdsNotDistinct"),
        ([{"Id": "with space", "MessageBody": BODY}], "InvalidBatchEntryId"),
    ):
        account.refuses(f"{PREFIX}{code}", "", sqs.send_message_batch, QueueUrl=url, Entries=wrong)


def depth(sqs, url):
    name = "ApproximateNumberOfMessages"
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]


def purged(account, sqs, url):
    sqs.send_message(QueueUrl=url, MessageBody=BODY)
    sqs.purge_queue(QueueUrl=url)
    account.refuses(f"{PREFIX}PurgeQueueInProgress", "60", sqs.purge_queue, 403, QueueUrl=url)
    account.until(lambda: depth(sqs, url) == "0", "a purged queue stays full")


def deleted(account, sqs, url):
    sqs.delete_queue(QueueUrl=url)
    account.refuses(*GONE, sqs.get_queue_url, QueueName="opinion-queue")
    account.refuses(*GONE, sqs.purge_queue, QueueUrl=url)
    account.refuses(*GONE, sqs.set_queue_attributes, QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    entries = [{"Id": "a", "MessageBody": BODY}]
    account.refuses(*GONE, sqs.send_message_batch, QueueUrl=url, Entries=entries)
    account.refuses(f"{PREFIX}QueueDeletedRecently", "60 seconds", sqs.create_queue, QueueName="opinion-queue")
