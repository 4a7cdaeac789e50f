"""Differences between what the simulated AWS answered and what another target did."""

from typing import NamedTuple

from record import Members, Several

NOT_THERE = "not there"
UNKNOWN_HERE = {"UnknownOperationException", "InvalidAction"}


class Difference(NamedTuple):
    """A value, a number of members or an error differs in a step. A member that only one of the two has, or that has
    another kind, differs wherever its structure is answered, and the structure stands for the step: `ecs.Task`."""

    step: str
    target: str
    what: str
    ours: str
    theirs: str


def differences(sim, other):
    ours_lacks, theirs_lacks = lacking(sim), lacking(other)
    found = []
    for operation in sorted(ours_lacks ^ theirs_lacks):
        outcomes = (NOT_THERE if operation in lacks else "there" for lacks in (ours_lacks, theirs_lacks))
        found.append(Difference(operation, other.name, "operation", *outcomes))
    for step, ours in sim.records.items():
        if ours.operation not in ours_lacks | theirs_lacks:
            theirs = other.records[step]
            found += [Difference(where, other.name, *rest) for where, *rest in in_record(step, ours, theirs)]
    return list(dict.fromkeys(found))


def lacking(target):
    """Operations that a target has not: it says so, or breaks down whatever it is asked."""
    errors = {}
    for kept in target.records.values():
        errors.setdefault(kept.operation, []).append(kept.error)
    return {operation for operation, of_it in errors.items() if all(map(says_not_there, of_it))}


def says_not_there(error):
    return error is not None and (error[0] >= 500 or error[1] in UNKNOWN_HERE)


def in_record(step, ours, theirs):
    if ours.error != theirs.error:
        yield step, "error", outcome(ours.error), outcome(theirs.error)
    elif not ours.error:
        yield from in_members(step, "", ours.operation, "", ours.answer.each, theirs.answer.each)


def outcome(error):
    """What breaks down has no code that would tell anything."""
    return "none" if not error else "500" if error[0] >= 500 else "{} {}".format(*error)


def in_members(step, path, structure, inner, ours, theirs):
    """`path` leads here from the answer, `inner` from the structure around."""
    for name in sorted(ours.keys() | theirs.keys()):
        if name in ours and name in theirs:
            yield from in_member(step, path + name, structure, inner + name, ours[name], theirs[name])
        else:
            yield structure, inner + name, *("there" if name in each else "absent" for each in (ours, theirs))


def in_member(step, path, structure, inner, ours, theirs):
    if isinstance(ours, Members) and isinstance(theirs, Members):
        around = (ours.structure, "") if ours.structure else (structure, f"{inner}.")
        yield from in_members(step, f"{path}.", *around, ours.each, theirs.each)
    elif isinstance(ours, Several) and isinstance(theirs, Several):
        counted = "." not in path or path.endswith(".Instances")
        if counted and ours.count != theirs.count:
            yield step, f"number of {path}", str(ours.count), str(theirs.count)
        if ours.count and theirs.count:
            yield from in_member(step, f"{path}[]", structure, f"{inner}[]", ours.each, theirs.each)
    elif isinstance(ours, set) and isinstance(theirs, set):
        if ours != theirs:
            yield step, path, values(ours), values(theirs)
    elif ours != theirs:
        yield structure, inner, kind(ours), kind(theirs)


def values(seen):
    return " or ".join(sorted(value or "nothing" for value in seen))


def kind(shape):
    return shape if isinstance(shape, str) else "text" if isinstance(shape, set) else type(shape).__name__
