"""A small server on stdin and stdout, in two builds: `--next` is the same but for what a replay is to find.

It answers by hand what 2025-06-18 needs. What the next build changes: `price` of a pear, a member of `stock` that is
gone, `order` that fails, `hello` in other words; `ping-pong` and the list of tools stay.
"""

import json
import sys

NEXT = "--next" in sys.argv
TOOLS = ["hello", "price", "stock", "order", "ping-pong"]


def text(words, **more):
    return {"content": [{"type": "text", "text": words}], **more}


def call(name, arguments):
    if name == "hello":
        return text("good day" if NEXT else "hello")
    if name == "price":
        prices = {"apple": 3, "pear": 5 if NEXT else 4}
        price = {"fruit": arguments["fruit"], "price": prices[arguments["fruit"]]}
        return text(json.dumps(price), structuredContent=price)
    if name == "stock":
        stock = {"apples": 7, "crates": [{"id": "c1", "full": True}, {"id": "c2", "full": False}]}
        if NEXT:
            stock["crates"] = [{"id": "c2", "full": False}, {"id": "c1"}]
        return text("", structuredContent=stock)
    if name == "order":
        return None if NEXT else text("ordered")
    return text("pong")


def answer(message):
    if message["method"] == "initialize":
        return {
            "protocolVersion": "2025-06-18", "capabilities": {"tools": {}},
            "serverInfo": {"name": "stock", "version": "2" if NEXT else "1"},
        }
    if message["method"] == "tools/list":
        return {"tools": [{"name": name, "inputSchema": {"type": "object"}} for name in TOOLS]}
    if message["method"] == "tools/call":
        return call(message["params"]["name"], message["params"].get("arguments", {}))
    return {} if message["method"] == "ping" else None


for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message or "method" not in message:
        continue
    result = answer(message)
    outcome = {"error": {"code": -32601, "message": "not here"}} if result is None else {"result": result}
    print(json.dumps({"jsonrpc": "2.0", "id": message["id"], **outcome}), flush=True)
