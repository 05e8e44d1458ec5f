#!/usr/bin/env python3
"""A server of the second tier that asks its client, on the published `mcp` package, in both eras.

    asks.py [PORT]        on stdin and stdout, or over HTTP (Streamable) on 127.0.0.1

table asks for a form, poem asks a model, folders asks for roots, dinner asks for two forms, the second of which
depends on the first; wait counts seconds with progress, to be cancelled. The package chooses how it asks: a request of
its own over a handshake, `input_required` in 2026-07-28.
"""

import asyncio
import sys
from typing import Annotated, Literal

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.resolve import Elicit, ListRoots, Resolve, Sample
from mcp_types import CreateMessageResult, ListRootsResult, SamplingMessage, TextContent
from pydantic import BaseModel, Field

server = MCPServer("asks", version="1")


class Table(BaseModel):
    name: str = Field(title="Name", min_length=1)
    guests: int = Field(default=2, ge=1, le=12)
    terrace: bool = False
    menu: Literal["lunch", "tasting"] = "lunch"


class Dish(BaseModel):
    dish: Literal["trout", "quail"]


class Wine(BaseModel):
    wine: str = Field(description="Any wine.")


async def which_table() -> Elicit[Table]:
    return Elicit("Which table?", Table)


async def which_dish() -> Elicit[Dish]:
    return Elicit("Which dish?", Dish)


async def which_wine(dish: Annotated[Dish, Resolve(which_dish)]) -> Elicit[Wine]:
    return Elicit(f"Which wine with {dish.dish}?", Wine)


async def which_poem(about: str) -> Sample:
    text = TextContent(type="text", text=f"One line about {about}.")
    return Sample([SamplingMessage(role="user", content=text)], max_tokens=50)


async def which_folders() -> ListRoots:
    return ListRoots()


@server.tool()
async def table(table: Annotated[Table, Resolve(which_table)]) -> str:
    """Books a table, after a form."""
    return f"{table.name}, {table.guests}, {table.menu}, {'outside' if table.terrace else 'inside'}"


@server.tool()
async def dinner(
    dish: Annotated[Dish, Resolve(which_dish)],
    wine: Annotated[Wine, Resolve(which_wine)],
) -> str:
    """Orders dinner, in two rounds."""
    return f"{dish.dish} with {wine.wine}"


@server.tool()
async def poem(about: str, said: Annotated[CreateMessageResult, Resolve(which_poem)]) -> str:
    """Asks a model for a line."""
    return f"{said.model}: {said.content.text}"


@server.tool()
async def folders(roots: Annotated[ListRootsResult, Resolve(which_folders)]) -> str:
    """Lists the client's roots."""
    return " ".join(str(root.uri) for root in roots.roots) or "none"


@server.tool()
async def wait(seconds: int, ctx: Context) -> str:
    """Waits, and says every second that it does."""
    for second in range(seconds):
        await ctx.report_progress(second + 1, seconds)
        await asyncio.sleep(1)
    return f"waited {seconds} seconds"


if len(sys.argv) > 1:
    server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
else:
    server.run()
