#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the C tables of spec.h from openapi.yaml.

usage: generate.py openapi.yaml OPERATIONS_H SPEC_C

Only what the validator can check is understood. A schema word it does not know stops the build, so
that the document never promises a check that nobody does.
"""
import json
import re
import sys

import yaml

METHODS = ["get", "put", "post", "delete", "patch"]
PLAIN_WORDS = {"description", "type", "$ref"}
KNOWN_WORDS = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems", "maxItems"},
    "string": {"minLength", "maxLength", "pattern", "enum"},
    "integer": {"minimum", "maximum"},
}
LIMIT = 2**53 - 1
NO_LIMIT = 2**31 - 1


def die(place, what):
    sys.exit(f"openapi.yaml: {place}: {what}")


def quoted(text):
    return '"' + "".join(c if " " <= c <= "~" and c not in '"\\' else f"\\{ord(c):03o}" for c in text) + '"'


def expand_class(text, place):
    """The characters of a bracket expression without its brackets."""
    out, i = set(), 0
    while i < len(text):
        if i + 2 < len(text) and text[i + 1] == "-":
            out |= {chr(c) for c in range(ord(text[i]), ord(text[i + 2]) + 1)}
            i += 3
        else:
            if text[i] in "^\\":
                die(place, f"class [{text}] is not understood")
            out.add(text[i])
            i += 1
    return "".join(sorted(out))


def pattern_pieces(pattern, place):
    """^(literal | [class])({n} | {m,n} | * | + | ?)…$ as (set, min, max)."""
    if not (pattern.startswith("^") and pattern.endswith("$")):
        die(place, "a pattern must be anchored at both ends")
    atom = re.compile(r"(?:\[([^\]]+)\]|([A-Za-z0-9_ :/-]))(?:\{(\d+)(?:,(\d+))?\}|([*+?]))?")
    pieces, at, body = [], 0, pattern[1:-1]
    while at < len(body):
        m = atom.match(body, at)
        if not m:
            die(place, f"pattern {pattern} is not understood at {body[at:]}")
        chars = expand_class(m[1], place) if m[1] else m[2]
        low, high = {"*": (0, NO_LIMIT), "+": (1, NO_LIMIT), "?": (0, 1)}.get(m[5], (1, 1))
        if m[3]:
            low, high = int(m[3]), int(m[4] or m[3])
        pieces.append((chars, low, high))
        at = m.end()
    for i, (chars, low, high) in enumerate(pieces):
        for later, later_low, _ in pieces[i + 1:]:
            if low != high and set(chars) & set(later):
                die(place, f"pattern {pattern} would need backtracking")
            if later_low:
                break
    return pieces


class Tables:
    """Schemas as C, each once."""

    def __init__(self, document):
        self.document = document
        self.lines = []
        self.made = {}

    def resolve(self, schema):
        while "$ref" in schema:
            node = self.document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                node = node[part]
            schema = node
        return schema

    def schema(self, schema, place):
        """The C name of the table for SCHEMA."""
        schema = self.resolve(schema)
        key = json.dumps(schema, sort_keys=True)
        if key in self.made:
            return self.made[key]
        kind = schema.get("type")
        if kind not in KNOWN_WORDS:
            die(place, f"type {kind} is not understood")
        unknown = set(schema) - KNOWN_WORDS[kind] - PLAIN_WORDS
        if unknown:
            die(place, f"nobody checks {', '.join(sorted(unknown))}")
        fields = getattr(self, f"{kind}_fields")(schema, place)
        name = f"schema_{len(self.made)}"
        self.made[key] = name
        self.lines.append(f"static const struct bd_schema {name} = {{.kind = BD_SCHEMA_{kind.upper()}, {fields}}};")
        return name

    def object_fields(self, schema, place):
        required = set(schema.get("required", []))
        properties = schema.get("properties", {})
        if not required <= set(properties):
            die(place, "a required member has no schema")
        rows = []
        for name, member in properties.items():
            table = self.schema(member, f"{place}/{name}")
            rows.append(f"{{{quoted(name)}, &{table}, {'true' if name in required else 'false'}}}")
        is_open = "true" if schema.get("additionalProperties", True) else "false"
        if not rows:
            return f".open = {is_open}"
        table = f"members_{len(self.lines)}"
        self.lines.append(f"static const struct bd_member {table}[] = {{{', '.join(rows)}}};")
        return f".members = {table}, .member_count = {len(rows)}, .open = {is_open}"

    def array_fields(self, schema, place):
        items = self.schema(schema["items"], f"{place}[]") if schema.get("items") else None
        return (f".min = {schema.get('minItems', 0)}, .max = {schema.get('maxItems', NO_LIMIT)}, "
                f".items = {'&' + items if items else 'NULL'}")

    def string_fields(self, schema, place):
        fields = f".min = {schema.get('minLength', 0)}, .max = {schema.get('maxLength', NO_LIMIT)}"
        if "pattern" in schema:
            pieces = pattern_pieces(schema["pattern"], place)
            table = f"pieces_{len(self.lines)}"
            rows = ", ".join(f"{{{quoted(c)}, {low}, {high}}}" for c, low, high in pieces)
            self.lines.append(f"static const struct bd_piece {table}[] = {{{rows}}};")
            fields += f", .piece = {table}, .piece_count = {len(pieces)}"
        if "enum" in schema:
            table = f"words_{len(self.lines)}"
            rows = ", ".join(quoted(w) for w in schema["enum"])
            self.lines.append(f"static const char *const {table}[] = {{{rows}}};")
            fields += f", .words = {table}, .word_count = {len(schema['enum'])}"
        return fields

    def integer_fields(self, schema, place):
        low, high = schema.get("minimum", -LIMIT), schema.get("maximum", LIMIT)
        if low < -LIMIT or high > LIMIT:
            die(place, "limits beyond 2^53 - 1 cannot be kept")
        return f".min = INT64_C({low}), .max = INT64_C({high})"


def operations(document):
    """(method, path, operation) in the document's order."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def route_row(document, tables, method, path, operation):
    name = operation["operationId"]
    place = f"{method.upper()} {path}"
    security = operation.get("security", document.get("security", []))
    auth = {(): "BD_AUTH_NONE", ("device",): "BD_AUTH_DEVICE", ("channel",): "BD_AUTH_CHANNEL",
            ("device", "channel"): "BD_AUTH_EITHER"}.get(tuple(key for one in security for key in one))
    if not auth:
        die(place, "security must be none, device, channel or either")
    if not {"4XX", "503"} <= set(operation["responses"]):
        die(place, "'4XX' and '503' must be among the responses")
    wanted = set(re.findall(r"\{(\w+)\}", path))
    given = {p["name"] for p in map(tables.resolve, operation.get("parameters", [])) if p["in"] == "path"}
    if wanted != given or len(wanted) > 1:
        die(place, "path parameters disagree, or there are more than one")
    max_body, content_type, body = 0, "", "NULL"
    request = tables.resolve(operation.get("requestBody", {}))
    if request:
        max_body = request.get("x-max-bytes") or die(place, "x-max-bytes is missing")
        (content_type, media), = request["content"].items()
        if content_type == "application/json":
            body = "&" + tables.schema(media["schema"], place)
    return (f"    {{{quoted(method.upper())}, {quoted(path)}, BD_OPERATION_{name.upper()}, {quoted(name)}, "
            f"{auth}, {max_body}, {quoted(content_type)}, {body}}},")


def byte_rows(data):
    for i in range(0, len(data), 24):
        yield "    " + ", ".join(str(b) for b in data[i:i + 24]) + ","


def main():
    source, header, table = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        document = yaml.safe_load(file)
    tables = Tables(document)
    rows = [route_row(document, tables, *o) for o in operations(document)]
    names = [o[2]["operationId"] for o in operations(document)]
    if len(set(names)) != len(names):
        die("paths", "an operationId stands twice")
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    with open(header, "w", encoding="utf-8") as file:
        file.write("/* SPDX-License-Identifier: Apache-2.0 */\n/* Made from openapi.yaml by generate.py. */\n"
                   "#pragma once\n\nenum bd_operation {\n"
                   + "".join(f"    BD_OPERATION_{n.upper()},\n" for n in names) + "};\n")
    with open(table, "w", encoding="utf-8") as file:
        file.write("/* SPDX-License-Identifier: Apache-2.0 */\n/* Made from openapi.yaml by generate.py. */\n"
                   '#include "server/api/spec.h"\n\n' + "\n".join(tables.lines)
                   + "\n\nconst struct bd_route bd_routes[] = {\n" + "\n".join(rows) + "\n};\n"
                   + f"const size_t bd_route_count = {len(rows)};\n\n"
                   + "const unsigned char bd_openapi_json[] = {\n" + "\n".join(byte_rows(text))
                   + f"\n}};\nconst size_t bd_openapi_json_len = {len(text)};\n")


if __name__ == "__main__":
    main()
