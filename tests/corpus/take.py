#!/usr/bin/env python3
"""Takes the tool schemas of one server into the corpus: `take.py NAME VERSION PACKAGE -- COMMAND [ARGS…]`.

Lists the tools over stdio, keeps the shapes and replaces every title and description by words of ours of about the
same length, so that nothing but facts of the interface is kept. Writes `NAME.json` beside this file; the line for
`manifest.toml` goes to stdout. Needs nothing but Python.
"""

import json
import pathlib
import subprocess
import sys

WORDS = "What it is for, what it takes, and what comes of it when it is left out or set to something else. "
TEXTS = {"title", "description", "$comment", "markdownDescription"}
NAMED = {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependentRequired"}


def neutral(schema, names=False):
    """The schema with our words; below `properties` and the like, keys are names and stay."""
    if isinstance(schema, list):
        return [neutral(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    out = {}
    for key, value in schema.items():
        if names:
            out[key] = neutral(value)
        elif key in TEXTS and isinstance(value, str):
            out[key] = said(value, short=key == "title")
        elif key == "examples":
            out[key] = [said(item, short=True) if isinstance(item, str) else item for item in value]
        elif key == "default" and isinstance(value, str) and len(value) > 40:
            out[key] = said(value, short=False)
        elif key in ("enum", "const", "default", "required"):
            out[key] = value
        else:
            out[key] = neutral(value, names=key in NAMED)
    return out


def said(text, short):
    """Words of ours as long as the text, in steps, so that layouts meet what they met there."""
    if not text:
        return text
    if short:
        return "A title of it" if len(text) < 20 else "A longer title of what it is"
    length = min(len(text), 400)
    words = (WORDS * 5)[:length].strip()
    return "\n\n".join([words] * (1 + min(text.count("\n\n"), 2)))


def tools(command):
    """All tools, page by page, in the order and with the spelling of the server."""
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def send(message):
        server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        server.stdin.flush()

    def answer(number):
        for line in server.stdout:
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if "method" in message and "id" in message:
                send({"id": message["id"], "result": {"roots": []} if message["method"] == "roots/list" else {}})
            elif message.get("id") == number:
                return message["result"]
        sys.exit("the server ended before it answered")

    everything = {"roots": {}, "sampling": {}, "elicitation": {"form": {}, "url": {}}}
    about = {"protocolVersion": "2025-11-25", "capabilities": everything, "clientInfo": {"name": "take", "version": "1"}}
    send({"id": 1, "method": "initialize", "params": about})
    opened = answer(1)
    send({"method": "notifications/initialized"})
    found, cursor, number = [], None, 1
    while True:
        number += 1
        send({"id": number, "method": "tools/list", "params": {"cursor": cursor} if cursor else {}})
        page = answer(number)
        found += page["tools"]
        cursor = page.get("nextCursor")
        if not cursor:
            break
    server.kill()
    return opened, found


def main():
    split = sys.argv.index("--")
    name, version, package = sys.argv[1:split]
    opened, found = tools(sys.argv[split + 1 :])
    kept = [
        {key: neutral(tool[key]) for key in ("name", "inputSchema", "outputSchema", "annotations") if key in tool}
        for tool in found
    ]
    for tool in kept:
        if "title" in tool.get("annotations", {}):
            tool["annotations"]["title"] = "A title of it"
    lines = ",\n".join(json.dumps(tool, ensure_ascii=False, separators=(",", ":")) for tool in kept)
    folder = pathlib.Path(__file__).parent
    (folder / f"{name}.json").write_text(f"[\n{lines}\n]\n")
    print(f'[{name}]\npackage = "{package}"\nversion = "{version}"\nrevision = "{opened["protocolVersion"]}"\ntools = {len(kept)}\n')


main()
