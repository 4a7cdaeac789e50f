"""The comparison has to be able to fail: made-up answers and tables, each with the complaints that it has to lead to."""

import sys
import tempfile

import compare
import table
from record import Members, Several
from targets import Record


class Fake:
    def __init__(self, name, **answers):
        self.name = name
        self.records = {f"ecs.{step}": answer for step, answer in answers.items()}


def answer(**members):
    return Record("ecs.ListTasks", None, Members("ecs.ListTasks", members))


def error(status, code):
    return Record("ecs.ListTasks", (status, code), Members("ecs.ListTasks", {}))


def task(**members):
    return Several(1, Members("ecs.Task", members))


def differing(ours, theirs):
    found = compare.differences(Fake("sim", a=ours, z=answer()), Fake("moto", a=theirs, z=answer()))
    return [tuple(difference) for difference in found]


def of_answers():
    one = task(status={"RUNNING"})
    yield differing(answer(tasks=one), answer(tasks=one)), []
    yield differing(answer(tasks=one), answer()), [("ecs.ListTasks", "moto", "tasks", "there", "absent")]
    yield differing(answer(tasks=one), answer(tasks=task())), [("ecs.Task", "moto", "status", "there", "absent")]
    kinds = answer(tasks=task(cpu="text")), answer(tasks=task(cpu="number"))
    yield differing(*kinds), [("ecs.Task", "moto", "cpu", "text", "number")]
    values = answer(tasks=one), answer(tasks=task(status={""}))
    yield differing(*values), [("ecs.a", "moto", "tasks[].status", "RUNNING", "nothing")]
    numbers = answer(tasks=one), answer(tasks=Several(0, None))
    yield differing(*numbers), [("ecs.a", "moto", "number of tasks", "1", "0")]
    yield differing(answer(), error(500, "x")), [("ecs.a", "moto", "error", "none", "500")]
    yield differing(error(400, "x"), error(400, "y")), [("ecs.a", "moto", "error", "400 x", "400 y")]
    broken = compare.differences(Fake("sim", a=answer()), Fake("moto", a=error(501, "x")))
    yield [tuple(difference) for difference in broken], [("ecs.ListTasks", "moto", "operation", "there", "not there")]


def of_tables():
    known = compare.Difference("ecs.Task", "moto", "cpu", "there", "absent")
    row = table.Row("ecs.Task", ("moto",), "cpu", "there", "absent", "API, `Task`")
    yield complaints([row], [known]), []
    yield complaints([], [known]), ["not in the table"]
    yield complaints([row], []), ["does not occur with moto"]
    yield complaints([row._replace(ours="absent")], [known]), ["does not occur with moto", "not in the table"]
    yield complaints([row._replace(why="")], [known]), ["no reason"]
    yield complaints([row, row], [known]), ["twice in the table"]
    yield complaints([row._replace(targets=("motto",))], [known]), ["does not occur with motto", "not in the table"]
    with tempfile.NamedTemporaryFile() as file:
        table.write(file.name, "# Title", [row, row._replace(why="")])
        yield table.read(file.name), ("# Title", [row._replace(why=""), row])


def complaints(rows, found):
    return [complaint.split(":")[0] for complaint in table.complaints(rows, found, {"moto"})]


def main():
    wrong = [(got, wanted) for part in (of_answers(), of_tables()) for got, wanted in part if got != wanted]
    for got, wanted in wrong:
        print(f"{wanted} was expected, not {got}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
