"""A server as tutorials write them by hand: no library, one line in, one line out, 2024-11-05, only tools.

With --sloppy it has the faults such servers have: a banner and prints on stdout, answers to notifications, tools
without a schema, a tool listed twice, a null cursor, text that is a number, errors that name no request.
"""

import json
import sys

SLOPPY = "--sloppy" in sys.argv
NUMBERS = {"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "number"}}, "required": ["a", "b"]}
TOOLS = [
    {"name": "add", "description": "Add two numbers", "inputSchema": NUMBERS},
    {"name": "divide", "description": "Divide a by b", "inputSchema": NUMBERS},
]
if SLOPPY:
    TOOLS += [
        {"name": "bare", "description": "has no schema at all"},
        {"name": "twice", "inputSchema": {}},
        {"name": "twice", "inputSchema": {"type": "object", "properties": None}},
    ]


def answer(request, **members):
    print(json.dumps({"jsonrpc": "2.0", "id": request, **members}), flush=True)


def call(request, params):
    arguments = params.get("arguments") or {}
    if SLOPPY:
        print("calling", params.get("name"), arguments, flush=True)
    try:
        a, b = arguments["a"], arguments["b"]
        value = a + b if params["name"] == "add" else a / b
    except Exception as error:
        if SLOPPY:
            answer(None, error={"code": -1, "message": repr(error)})
        else:
            answer(request, result={"content": [{"type": "text", "text": f"Error: {error}"}], "isError": True})
        return
    answer(request, result={"content": [{"type": "text", "text": value if SLOPPY else str(value)}]})


def main():
    if SLOPPY:
        print("Calculator ready!", flush=True)
    for line in sys.stdin:
        message = json.loads(line)
        method, request = message.get("method"), message.get("id")
        if method == "initialize":
            info = {"name": "lineloop", "version": "1.0"}
            answer(request, result={"protocolVersion": "2024-11-05", "capabilities": {"tools": {}}, "serverInfo": info})
        elif method == "tools/list":
            answer(request, result={"tools": TOOLS, **({"nextCursor": None} if SLOPPY else {})})
        elif method == "tools/call":
            call(request, message.get("params") or {})
        elif request is not None or SLOPPY:
            answer(request, error={"code": -32601, "message": f"Method not found: {method}"})


main()
