"""SQS: queues, messages, batches, and what is refused."""

import json

QUEUE = "spot-events"
NOWHERE = "http://127.0.0.1/123456789012/nowhere"


def run(target):
    queues(target)
    messages(target, own(target, "compare-messages"))
    refused(target, own(target, "compare-refused"))
    batches(target, own(target, "compare-batches"))
    nowhere(target)


def own(target, name):
    """A queue for some steps alone, so that nothing is left from others. It hides long: time may be fast."""
    return target.ask(target.sqs.create_queue, QueueName=name, Attributes={"VisibilityTimeout": "3600"})["QueueUrl"]


def queues(target):
    sqs, step = target.sqs, target.step
    notices = step("a known queue", sqs.get_queue_url, QueueName=QUEUE)["QueueUrl"]
    step("an unknown queue", sqs.get_queue_url, QueueName="nowhere")
    step("by prefix", sqs.list_queues, QueueNamePrefix="spot-events")
    step("by a prefix of none", sqs.list_queues, QueueNamePrefix="nowhere")
    step("too many at once", sqs.list_queues, MaxResults=1001)
    attributes = {"VisibilityTimeout": "3600"}
    url = step("a new queue", sqs.create_queue, QueueName="compare", Attributes=attributes)["QueueUrl"]
    step("the same queue again", sqs.create_queue, QueueName="compare", Attributes=attributes)
    step("another queue of the name", sqs.create_queue, QueueName="compare", Attributes={"VisibilityTimeout": "60"})
    step("a name that is none", sqs.create_queue, QueueName="with space")
    step("an attribute that is none", sqs.create_queue, QueueName="other", Attributes={"Nonsense": "1"})
    step("all", sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["All"])
    names = ["RedrivePolicy", "VisibilityTimeout"]
    step("of the queue of notices", sqs.get_queue_attributes, QueueUrl=notices, AttributeNames=names)
    step("none", sqs.get_queue_attributes, QueueUrl=url)
    step("one that is none", sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["Nonsense"])
    step("a visibility timeout", sqs.set_queue_attributes, QueueUrl=url, Attributes={"VisibilityTimeout": "1800"})
    step("one that is too long", sqs.set_queue_attributes, QueueUrl=url, Attributes={"VisibilityTimeout": "43201"})
    step("an attribute that is none", sqs.set_queue_attributes, QueueUrl=url, Attributes={"Nonsense": "1"})
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    step("a policy", sqs.set_queue_attributes, QueueUrl=url, Attributes={"Policy": policy})
    target.ask(sqs.send_message, QueueUrl=url, MessageBody="x")
    step("a queue", sqs.purge_queue, QueueUrl=url)
    step("a queue again", sqs.purge_queue, QueueUrl=url)
    depth(target, url, "that was purged")
    step("a queue", sqs.delete_queue, QueueUrl=url)


def messages(target, url):
    sqs, step = target.sqs, target.step
    step("a message", sqs.send_message, QueueUrl=url, MessageBody="a body with <markup> & ümlauts")
    receive = {"QueueUrl": url, "MaxNumberOfMessages": 10}
    handle = {"QueueUrl": url}
    handle["ReceiptHandle"] = received(step("a message", sqs.receive_message, AttributeNames=["All"], **receive))
    step("nothing", sqs.receive_message, **receive)
    depth(target, url, "with a message in flight")
    step("longer", sqs.change_message_visibility, VisibilityTimeout=7200, **handle)
    step("too long", sqs.change_message_visibility, VisibilityTimeout=43_201, **handle)
    step("to nothing", sqs.change_message_visibility, VisibilityTimeout=0, **handle)
    depth(target, url, "with a message made visible")
    again = step("a message again", sqs.receive_message, MessageSystemAttributeNames=["All"], **receive)
    handle["ReceiptHandle"] = received(again)
    step("a message", sqs.delete_message, **handle)
    step("a message again", sqs.delete_message, **handle)
    step("of a deleted message", sqs.change_message_visibility, VisibilityTimeout=60, **handle)
    depth(target, url, "with the message deleted")
    target.ask(sqs.send_message, QueueUrl=url, MessageBody="visible again")
    handle["ReceiptHandle"] = received(target.ask(sqs.receive_message, VisibilityTimeout=60, **receive))
    target.ask(sqs.change_message_visibility, VisibilityTimeout=0, **handle)
    step("of a visible message", sqs.change_message_visibility, VisibilityTimeout=60, **handle)


def refused(target, url):
    sqs, step = target.sqs, target.step
    step("an empty message", sqs.send_message, QueueUrl=url, MessageBody="")
    step("too late a message", sqs.send_message, QueueUrl=url, MessageBody="late", DelaySeconds=901)
    step("none", sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=0)
    step("too many", sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=11)
    step("after too long a wait", sqs.receive_message, QueueUrl=url, WaitTimeSeconds=21)
    bad = {"QueueUrl": url, "ReceiptHandle": "nonsense"}
    step("a handle that is none", sqs.delete_message, **bad)
    step("a handle that is none", sqs.change_message_visibility, VisibilityTimeout=1, **bad)
    step("without a handle", sqs.delete_message, QueueUrl=url)


def batches(target, url):
    sqs, step = target.sqs, target.step
    bodies = [{"Id": f"m{number}", "MessageBody": f"body {number}"} for number in range(11)]
    step("three messages", sqs.send_message_batch, QueueUrl=url, Entries=bodies[:3])
    step("nothing", sqs.send_message_batch, QueueUrl=url, Entries=[])
    step("too many", sqs.send_message_batch, QueueUrl=url, Entries=bodies)
    step("an id twice", sqs.send_message_batch, QueueUrl=url, Entries=[bodies[0], bodies[0]])
    step("an id that is none", sqs.send_message_batch, QueueUrl=url, Entries=[{"Id": "a b", "MessageBody": "x"}])
    url = own(target, "compare-three")
    handles = gathered(target, url, bodies[:3])
    entries = [{"Id": f"h{number}", "ReceiptHandle": handle} for number, handle in enumerate(handles)]
    bad = {"Id": "bad", "ReceiptHandle": "nonsense"}
    longer = [{**entry, "VisibilityTimeout": 7200} for entry in [*entries, bad]]
    many = [{**bad, "Id": f"x{number}"} for number in range(11)]
    step("three messages", sqs.change_message_visibility_batch, QueueUrl=url, Entries=longer[:3])
    step("with a bad handle", sqs.change_message_visibility_batch, QueueUrl=url, Entries=longer)
    step("nothing", sqs.change_message_visibility_batch, QueueUrl=url, Entries=[])
    step("too many", sqs.change_message_visibility_batch, QueueUrl=url, Entries=many)
    step("with a bad handle", sqs.delete_message_batch, QueueUrl=url, Entries=[entries[0], bad])
    step("two messages", sqs.delete_message_batch, QueueUrl=url, Entries=entries[1:])
    step("nothing", sqs.delete_message_batch, QueueUrl=url, Entries=[])
    step("too many", sqs.delete_message_batch, QueueUrl=url, Entries=many)
    step("an id twice", sqs.delete_message_batch, QueueUrl=url, Entries=[bad, bad])
    depth(target, url, "with the batch deleted")


def nowhere(target):
    sqs, step = target.sqs, target.step
    handle = {"QueueUrl": NOWHERE, "ReceiptHandle": "nonsense"}
    entry = {"Id": "a", "ReceiptHandle": "nonsense"}
    step("to an unknown queue", sqs.send_message, QueueUrl=NOWHERE, MessageBody="x")
    batch = [{"Id": "a", "MessageBody": "x"}]
    step("to an unknown queue", sqs.send_message_batch, QueueUrl=NOWHERE, Entries=batch)
    step("from an unknown queue", sqs.receive_message, QueueUrl=NOWHERE)
    step("in an unknown queue", sqs.delete_message, **handle)
    step("in an unknown queue", sqs.delete_message_batch, QueueUrl=NOWHERE, Entries=[entry])
    step("in an unknown queue", sqs.change_message_visibility, VisibilityTimeout=1, **handle)
    longer = [{**entry, "VisibilityTimeout": 1}]
    step("in an unknown queue", sqs.change_message_visibility_batch, QueueUrl=NOWHERE, Entries=longer)
    step("of an unknown queue", sqs.get_queue_attributes, QueueUrl=NOWHERE, AttributeNames=["All"])
    step("of an unknown queue", sqs.set_queue_attributes, QueueUrl=NOWHERE, Attributes={"VisibilityTimeout": "1"})
    step("an unknown queue", sqs.purge_queue, QueueUrl=NOWHERE)
    step("an unknown queue", sqs.delete_queue, QueueUrl=NOWHERE)


def received(answer):
    messages = answer.get("Messages", [])
    return messages[0]["ReceiptHandle"] if messages else "none was received"


def gathered(target, url, bodies):
    """Sends messages and receives them, which may take several calls; their handles."""
    target.ask(target.sqs.send_message_batch, QueueUrl=url, Entries=bodies)
    handles = []

    def some():
        answer = target.ask(target.sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=10)
        handles.extend(message["ReceiptHandle"] for message in answer.get("Messages", []))
        return len(handles) == len(bodies)

    target.wait(some)
    return handles


def depth(target, url, when):
    answer = target.ask(target.sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["All"])
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    target.note(f"a queue {when}", **{name: answer["Attributes"].get(name) for name in names})
