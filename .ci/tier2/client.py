"""The same as client.cjs on the official Python SDK of either generation.

    python client.py (URL | COMMAND ARGUMENTS…)
"""

import asyncio
import json
import os
import sys

import mcp
from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client


def plain(value):
    return value.model_dump(mode="json", by_alias=True, exclude_none=True) if hasattr(value, "model_dump") else value


def say(what, value):
    print(json.dumps([what, plain(value)]), flush=True)


async def elicit(context, params):
    say("asked", params.message)
    return types.ElicitResult(action="decline")


async def sample(context, params):
    say("asked", [plain(message) for message in params.messages])
    content = types.TextContent(type="text", text="forty-two")
    return types.CreateMessageResult(role="assistant", model="none", content=content)


async def roots(context):
    return types.ListRootsResult(roots=[types.Root(uri="file:///tmp", name="tmp")])


def transport(words):
    if not words[0].startswith("http://"):
        server = StdioServerParameters(command=words[0], args=words[1:], env=dict(os.environ))
        return stdio_client(server, errlog=open(os.devnull, "w"))
    try:
        from mcp.client.streamable_http import streamablehttp_client as client
    except ImportError:
        from mcp.client.streamable_http import streamable_http_client as client
    return client(words[0])


async def main(words):
    async with transport(words) as (read, write, *_):
        asked = {"elicitation_callback": elicit, "sampling_callback": sample, "list_roots_callback": roots}
        async with ClientSession(read, write, **asked) as session:
            say("server", await session.initialize())
            say("tools", await session.list_tools())
            say("resources", await session.list_resources())
            say("prompts", await session.list_prompts())

            async def call(name, arguments, **options):
                try:
                    say(name, await session.call_tool(name, arguments, **options))
                except Exception as error:  # whatever this generation calls it
                    say(name, str(error))

            await call("echo", {"text": "one"})
            await call("echo", {"text": "one"})
            await call("divide", {"dividend": 1, "divisor": 0})
            await call("refuse", {})
            steps = []

            async def step(progress, total, message):
                steps.append([progress, total, message])

            await call("countdown", {"steps": 3, "seconds": 0.3}, progress_callback=step)
            say("progress", steps)
            await call("ask-model", {})
            await call("show-roots", {})
            await call("fill-form", {})
            say("read", await session.read_resource("demo://greetings/Ada"))


asyncio.run(asyncio.wait_for(main(sys.argv[1:]), 60))
