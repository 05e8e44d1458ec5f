"""A small library, on the Python SDK (package `mcp`, 1.x and 2.x). Run with `python books.py`."""

import sys

try:
    from mcp.server import MCPServer as Server  # 2.x
except ImportError:
    from mcp.server.fastmcp import FastMCP as Server  # 1.x

server = Server("books")
BOOKS = {"b1": ("The Long Way Home", 1911), "b2": ("Rivers and Tides", 1954)}


@server.tool()
def find_books(word: str = "", before: int | None = None) -> list[dict[str, str | int]]:
    """Books with a word in the title, published before a year."""
    print(f"looking for {word!r}", file=sys.stderr)
    return [
        {"id": key, "title": title, "year": year}
        for key, (title, year) in BOOKS.items()
        if word.lower() in title.lower() and (before is None or year < before)
    ]


@server.tool()
def lend(book: str, days: int = 14) -> str:
    """Lends a book."""
    title, _ = BOOKS[book]
    return f"{title} is yours for {days} days"


@server.resource("book://{key}")
def book(key: str) -> str:
    """A book as text."""
    title, year = BOOKS[key]
    return f"{title} ({year})"


@server.resource("book://all")
def books() -> str:
    """All books."""
    return "\n".join(title for title, _ in BOOKS.values())


@server.prompt()
def recommend(taste: str) -> str:
    """Asks for a recommendation."""
    return f"Recommend a book to somebody who likes {taste}."


if __name__ == "__main__":
    server.run()
