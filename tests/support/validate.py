"""Validates YAML documents by the JSON Schema of their kind, with a validator that knows nothing of the operator.

    validate.py SCHEMAS FILE...          documents
    validate.py SCHEMAS --lines FILE     lines of the log

Prints one line for each document or line: the file, its kind or event, and `ok` or what is wrong.
"""

import json
import pathlib
import sys

import jsonschema
import yaml


def main() -> None:
    schemas = pathlib.Path(sys.argv[1])
    if sys.argv[2] == "--lines":
        return lines(schemas, sys.argv[3])
    for file in sys.argv[2:]:
        for document in yaml.safe_load_all(pathlib.Path(file).read_text()):
            if document is None:
                continue
            kind = str(document.get("kind"))
            path = schemas / f"{kind.lower()}.schema.json"
            if not path.exists():
                print(f"{file}\t{kind}\tno schema")
                continue
            schema = json.loads(path.read_text())
            jsonschema.Draft202012Validator.check_schema(schema)
            errors = list(jsonschema.Draft202012Validator(schema).iter_errors(document))
            print(f"{file}\t{kind}\t{errors[0].message if errors else 'ok'}")


def lines(schemas: pathlib.Path, file: str) -> None:
    schema = json.loads((schemas / "logline.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    known = set(schema["properties"])
    for text in pathlib.Path(file).read_text().splitlines():
        line = json.loads(text)
        wrong = [error.message for error in validator.iter_errors(line)]
        # A reader leaves unknown fields alone, but what the operator itself writes is all in the schema.
        wrong += [f"`{name}` is in no schema" for name in line if name not in known and "event" in line]
        print(f"{file}\t{line.get('event')}\t{wrong[0] if wrong else 'ok'}")


main()
