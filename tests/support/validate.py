"""Validates YAML documents by the JSON Schema of their kind, with a validator that knows nothing of the operator.

    validate.py SCHEMAS FILE...

Prints one line for each document: the file, its kind, and `ok` or what is wrong.
"""

import json
import pathlib
import sys

import jsonschema
import yaml


def main() -> None:
    schemas = pathlib.Path(sys.argv[1])
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


main()
