"""SQS: every action that the model has, and its errors."""

import hashlib
import json

GONE = ("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
BODY = "a body with <markup> & ümlauts"


def run(account):
    sqs = account.sqs
    url = queues(account, sqs)
    messages(account, sqs, url)
    batches(account, sqs, url)
    nowhere(account, sqs)
    tags(account, sqs, url)
    account.refuses("UnknownOperationException", "not recognized", sqs.list_dead_letter_source_queues, QueueUrl=url)


def tags(account, sqs, url):
    account.check("Tags" not in sqs.list_queue_tags(QueueUrl=url), "a queue has tags that nobody gave it")
    sqs.tag_queue(QueueUrl=url, Tags={"team": "shop", "made-by": "hand"})
    sqs.untag_queue(QueueUrl=url, TagKeys=["team", "nothing"])
    account.check(sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"made-by": "hand"}, "the tags of a queue")
    made = sqs.create_queue(QueueName="third-tagged", tags={"a": "b"})["QueueUrl"]
    account.check(sqs.list_queue_tags(QueueUrl=made)["Tags"] == {"a": "b"}, "tags given at the start")
    sqs.delete_queue(QueueUrl=made)


def queues(account, sqs):
    dead = sqs.create_queue(QueueName="third-dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": "50"})
    attributes = {"VisibilityTimeout": "400", "RedrivePolicy": policy}
    url = sqs.create_queue(QueueName="third-opinion", Attributes=attributes)["QueueUrl"]
    account.check(url == f"{account.endpoint}/123456789012/third-opinion", f"URL {url}")
    account.check(sqs.create_queue(QueueName="third-opinion")["QueueUrl"] == url, "the same queue again")
    account.check(sqs.get_queue_url(QueueName="third-opinion")["QueueUrl"] == url, "another URL")
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix="third-", PaginationConfig={"PageSize": 1})
    found = [found for page in pages for found in page.get("QueueUrls", [])]
    account.check(found == [dead, url], f"queues {found}")
    account.check("QueueUrls" not in sqs.list_queues(QueueNamePrefix="nope"), "queues out of nowhere")
    got = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    account.check(got["VisibilityTimeout"] == "400" and "third-dead" in got["RedrivePolicy"], f"attributes {got}")
    other = {"QueueName": "third-opinion", "Attributes": {"VisibilityTimeout": "401"}}
    account.refuses("QueueAlreadyExists", "different value for attribute", sqs.create_queue, **other)
    unknown = {"QueueName": "third", "Attributes": {"Nonsense": "1"}}
    account.refuses("InvalidAttributeName", "Unknown Attribute", sqs.create_queue, **unknown)
    invalid = {"QueueName": "third", "Attributes": {"VisibilityTimeout": "43201"}}
    account.refuses("InvalidAttributeValue", "VisibilityTimeout", sqs.create_queue, **invalid)
    account.refuses("InvalidParameterValue", "alphanumeric", sqs.create_queue, QueueName="with space")
    account.refuses("InvalidParameterValue", "MaxResults", sqs.list_queues, MaxResults=1001)
    return url


def messages(account, sqs, url):
    sent = sqs.send_message(QueueUrl=url, MessageBody=BODY)
    account.check(sent["MD5OfMessageBody"] == hashlib.md5(BODY.encode()).hexdigest(), f"MD5 {sent}")
    call = {"QueueUrl": url, "WaitTimeSeconds": 5, "MaxNumberOfMessages": 10}
    message = sqs.receive_message(**call, MessageSystemAttributeNames=["All"])["Messages"][0]
    account.check((message["Body"], message["MessageId"]) == (BODY, sent["MessageId"]), f"message {message}")
    account.check(message["MD5OfBody"] == sent["MD5OfMessageBody"], "MD5 of a message")
    account.check(message["Attributes"]["ApproximateReceiveCount"] == "1", f"attributes {message['Attributes']}")
    handle = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
    sqs.change_message_visibility(**handle, VisibilityTimeout=0)
    again = sqs.receive_message(**call, AttributeNames=["ApproximateReceiveCount"])["Messages"][0]
    account.check(again["Attributes"] == {"ApproximateReceiveCount": "2"}, f"again {again['Attributes']}")
    handle["ReceiptHandle"] = again["ReceiptHandle"]
    long = {**handle, "VisibilityTimeout": 43_201}
    account.refuses("InvalidParameterValue", "between 0 and 43200", sqs.change_message_visibility, **long)
    sqs.delete_message(**handle)
    account.check("Messages" not in sqs.receive_message(QueueUrl=url), "a deleted message comes back")
    late = {**handle, "VisibilityTimeout": 1}
    account.refuses("InvalidParameterValue", "does not exist", sqs.change_message_visibility, **late)
    many = {"QueueUrl": url, "MaxNumberOfMessages": 11}
    account.refuses("InvalidParameterValue", "Must be between 1 and 10", sqs.receive_message, **many)
    forged = {"QueueUrl": url, "ReceiptHandle": "nonsense"}
    account.refuses("ReceiptHandleIsInvalid", "not a valid receipt handle", sqs.delete_message, **forged)


def batches(account, sqs, url):
    sqs.send_message(QueueUrl=url, MessageBody=BODY)
    message = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"][0]
    entries = [{"Id": "good", "ReceiptHandle": message["ReceiptHandle"]}, {"Id": "bad", "ReceiptHandle": "nonsense"}]
    for call, more in ((sqs.change_message_visibility_batch, {"VisibilityTimeout": 600}), (sqs.delete_message_batch, {})):
        answer = call(QueueUrl=url, Entries=[{**entry, **more} for entry in entries])
        outcome = [entry["Id"] for entry in answer["Successful"] + answer["Failed"]]
        account.check(outcome == ["good", "bad"], f"batch {answer}")
        prefix = "AWS.SimpleQueueService."
        account.refuses(f"{prefix}EmptyBatchRequest", "at least one", call, QueueUrl=url, Entries=[])
        numbered = [{**entries[0], **more, "Id": f"n{number}"} for number in range(11)]
        account.refuses(f"{prefix}TooManyEntriesInBatchRequest", "are 10", call, QueueUrl=url, Entries=numbered)
        twice = [{**entries[0], **more}] * 2
        account.refuses(f"{prefix}BatchEntryIdsNotDistinct", "repeated", call, QueueUrl=url, Entries=twice)


def nowhere(account, sqs):
    url = f"{account.endpoint}/123456789012/nope"
    handle = {"QueueUrl": url, "ReceiptHandle": "1#x"}
    account.refuses(*GONE, sqs.get_queue_url, QueueName="nope")
    account.refuses(*GONE, sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["All"])
    account.refuses(*GONE, sqs.send_message, QueueUrl=url, MessageBody=BODY)
    account.refuses(*GONE, sqs.receive_message, QueueUrl=url, WaitTimeSeconds=20)
    account.refuses(*GONE, sqs.delete_message, **handle)
    account.refuses(*GONE, sqs.change_message_visibility, **handle, VisibilityTimeout=1)
    entries = [{"Id": "a", "ReceiptHandle": "1#x", "VisibilityTimeout": 1}]
    account.refuses(*GONE, sqs.change_message_visibility_batch, QueueUrl=url, Entries=entries)
    account.refuses(*GONE, sqs.delete_message_batch, QueueUrl=url, Entries=[{"Id": "a", "ReceiptHandle": "1#x"}])
