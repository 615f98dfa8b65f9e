#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""openapi.yaml is sound, the generator refuses what nobody would check, and the table that was
built says the same as the document.

usage: test_openapi.py PROJECT SPEC_C
"""
import copy
import json
import os
import re
import subprocess
import sys
import tempfile

import jsonschema
import yaml

ROOT, SPEC = sys.argv[1:]
API = os.path.join(ROOT, "src/server/api")
with open(os.path.join(API, "openapi.yaml"), encoding="utf-8") as file:
    DOCUMENT = yaml.safe_load(file)
METHODS = {"get", "put", "post", "delete", "patch"}


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolve(reference):
    node = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def operations():
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS & set(item):
            yield method.upper(), path, item[method]


def generate(document):
    """The generator's exit status and what it says."""
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "o.yaml")
        with open(source, "w", encoding="utf-8") as out:
            yaml.safe_dump(document, out)
        run = subprocess.run([sys.executable, os.path.join(API, "generate.py"), source,
                              os.path.join(folder, "o.h"), os.path.join(folder, "o.c")],
                             capture_output=True, text=True, check=False)
        return run.returncode, run.stderr


def test_document_is_sound():
    assert DOCUMENT["openapi"].startswith("3.1.")
    used = set(references(DOCUMENT))
    for reference in used:
        assert resolve(reference) is not None, reference
    for kind in ("schemas", "responses", "parameters", "requestBodies"):
        for name in DOCUMENT["components"][kind]:
            assert f"#/components/{kind}/{name}" in used, f"{name} is used nowhere"
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    for method, path, operation in operations():
        place = f"{method} {path}"
        assert operation["summary"] and operation["tags"], place
        assert {"4XX", "503"} <= set(operation["responses"]), place
        assert set(operation["tags"]) <= {tag["name"] for tag in DOCUMENT["tags"]}, place
        assert (method == "POST") == ("requestBody" in operation), place


def test_table_says_the_same():
    with open(SPEC, encoding="utf-8") as source:
        text = source.read()
    rows = set(re.findall(r'^ +\{"([A-Z]+)", "([^"]+)", BD_OPERATION_\w+, "(\w+)", BD_AUTH_(\w+), (\d+),',
                          text, re.M))
    wanted = set()
    for method, path, operation in operations():
        schemes = [name for one in operation.get("security", [{"device": []}]) for name in one]
        auth = "EITHER" if len(schemes) == 2 else schemes[0].upper() if schemes else "NONE"
        body = operation.get("requestBody", {})
        size = (resolve(body["$ref"]) if "$ref" in body else body).get("x-max-bytes", 0)
        wanted.add((method, path, operation["operationId"], auth, str(size)))
    assert rows == wanted, rows ^ wanted
    numbers = re.search(r"bd_openapi_json\[\] = \{\n(.*?)\n\};", text, re.S)[1]
    served = bytes(int(n) for n in numbers.replace("\n", " ").split(",") if n.strip())
    assert json.loads(served) == DOCUMENT


def test_every_problem_code_is_documented():
    with open(os.path.join(API, "problem.c"), encoding="utf-8") as source:
        made = set(re.findall(r'\{\d{3}, "(\w+)"', source.read()))
    told = DOCUMENT["components"]["schemas"]["Problem"]["properties"]["code"]["description"]
    assert made == set(re.findall(r"`(\w+)`", told)), "codes"


def test_generator_refuses_what_nobody_checks():
    assert generate(DOCUMENT)[0] == 0
    schemas = "components", "schemas"

    def planted(change):
        document = copy.deepcopy(DOCUMENT)
        change(document)
        return generate(document)

    def enrol(document):
        return document[schemas[0]][schemas[1]]["Enrol"]
    plants = [
        (lambda d: enrol(d)["properties"]["code"].update(format="uuid"), "nobody checks format"),
        (lambda d: enrol(d)["properties"]["code"].update(type="number"), "not understood"),
        (lambda d: enrol(d)["properties"]["code"].update(pattern="[a-z]+"), "anchored"),
        (lambda d: enrol(d)["properties"]["code"].update(pattern="^[a-z]+[a-f]$"), "backtracking"),
        (lambda d: enrol(d)["properties"]["code"].update(pattern="^(a|b)$"), "not understood"),
        (lambda d: enrol(d)["required"].append("more"), "no schema"),
        (lambda d: d["paths"]["/v1/devices/enrol"]["post"]["requestBody"].pop("x-max-bytes"), "missing"),
        (lambda d: d["paths"]["/healthz"]["get"].update(operationId="staff"), "twice"),
        (lambda d: d["paths"]["/healthz"]["get"].update(security=[{"other": []}]), "security"),
        (lambda d: d["paths"]["/v1/tickets/{code}"]["get"].pop("parameters"), "parameters disagree"),
    ]
    for change, wanted in plants:
        status, said = planted(change)
        assert status != 0 and wanted in said, (wanted, said)


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print(name, "ok")
