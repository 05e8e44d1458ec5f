#!/usr/bin/env python3
"""The second tier: the release binary against real servers: one for each protocol ceiling, over every transport.

    .ci/tier2.py MCPSCOPE FOLDER        FOLDER as made by .ci/tier2-install

Each run is checked from outside: exit code, counts, revision, the session file line by line, how long the server took
to go once it was told to (or the session, over HTTP, to be given back), and that no process of it is left. What the
screen copies is run as it is too. Servers that somebody else wrote are asked first; those of ours stand on the
published packages. The last line counts the runs; one failure fails all.
"""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent / "tier2"))

from driver import (  # noqa: E402 (the folder has to be known first)
    Served,
    asked_back,
    call,
    check,
    copies,
    error,
    folder,
    forget,
    here,
    interrupted,
    junk,
    listing,
    mcpscope,
    no_junk,
    read_back,
    same,
    scratch,
    sum_up,
    test,
    where,
    work,
)
from replayed import replayed  # noqa: E402
from serving import serving  # noqa: E402

PACKAGE = "node_modules/@modelcontextprotocol/server-{}/dist/{}.js"
LOOPBACK = {"NODE_OPTIONS": f"-r {here / 'loopback.cjs'}"}


def node(part, name, file="index"):
    """A server of an npm part."""
    return ["node", str(folder / part / PACKAGE.format(name, file))]


everything = [*node("npm", "everything"), "stdio"]
filesystem = [*node("npm", "filesystem"), str(work)]
context7 = ["node", str(folder / "npm/node_modules/@upstash/context7-mcp/dist/index.js")]
python, first_python = folder / "python/bin", folder / "python-1/bin"
time_server = [str(python / "mcp-server-time")]
lineloop = [sys.executable, str(here / "lineloop.py")]
asks = [str(python / "python"), str(here / "asks.py")]
demo = [str(mcpscope), "demo-server"]


def runs(name, server, arguments, judge, code=0):
    """Any verb; `judge` is given the run."""
    test(f"{name}: {' '.join(arguments)}", arguments, where(server), judge, code=code)


def refused(name, server, tool, *options, code=6, capability):
    """A tool that asks: without a screen nothing is declared, so the server says what it misses."""

    def judge(run):
        declared = [
            entry["json"]["params"].get("capabilities", {})
            for entry in run.entries
            if entry["ch"] == "wire" and entry["dir"] == "out" and entry["json"].get("method") == "initialize"
        ]
        check(all(found == {} for found in declared), f"declared without a screen: {declared}")
        said = json.dumps(run.answer.get("error") or run.answer["result"])
        check(capability in said, f"{capability} is not missed in {said}")

    test(f"{name}: call {tool}, which asks", ["call", *tool.split(), *options], where(server), judge, code=code)


def ceilings():
    """One server for each revision that is the newest it knows."""
    old = node("npm-2024-11-05", "everything")
    # ten pages of resources
    listing("everything 0.6.2", old, "tools", 5, "2024-11-05")
    listing("everything 0.6.2", old, "resources", 100, "2024-11-05")
    listing("everything 0.6.2", old, "templates", 1, "2024-11-05")
    listing("everything 0.6.2", old, "prompts", 2, "2024-11-05")
    call("everything 0.6.2", old, "add", ["a=40", "b=2"], "42")
    interrupted("everything 0.6.2", old, ["call", "longRunningOperation", "duration=30"], signal.SIGINT, 130)
    for revision, package, tools, prompts in (("2025-03-26", "2025.5.12", 8, 3), ("2025-06-18", "2025.9.25", 10, 3)):
        server, name = node(f"npm-{revision}", "everything"), f"everything {package}"
        listing(name, server, "tools", tools, revision, more=no_junk)
        listing(name, server, "prompts", prompts, revision)
        call(name, server, "add", ["a=40", "b=2"], "42")
        interrupted(name, server, ["call", "longRunningOperation", "duration=30"], signal.SIGINT, 130)
    # 2025-11-25, three ways to start it. It hides tools from a client that declares no capabilities.
    listing("everything", everything, "tools", 13, "2025-11-25", more=no_junk)
    listing("everything", everything, "resources", 7, "2025-11-25")
    listing("everything", everything, "templates", 2, "2025-11-25")
    listing("everything", everything, "prompts", 4, "2025-11-25")
    for revision in ("2024-11-05", "2025-03-26", "2025-06-18"):
        listing("everything", everything, "prompts", 4, revision, "--protocol", revision)
    call("everything", everything, "echo", ["message=hi there"], "hi there")
    call("everything", everything, "get-sum", ["a=2", "b:=3.0"], "5")
    error("everything", everything, ["call", "nosuch"], 2, "nosuch")
    error("everything", everything, ["list", "tools", "--era", "modern"], 6, "")
    listing("npx everything", ["npx", "mcp-server-everything"], "tools", 13, "2025-11-25", cwd=folder / "npm")
    long = ["call", "trigger-long-running-operation", "duration=30", "steps=3"]
    for how, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
        interrupted("npx everything", ["npx", "mcp-server-everything"], long, how, code, cwd=folder / "npm")
    # 2026-07-28, and the handshake when it is asked for
    listing("time", time_server, "tools", 2, "2026-07-28", more=no_junk)
    listing("time", time_server, "tools", 2, "2026-07-28", "--era", "modern")
    listing("time", time_server, "tools", 2, "2025-11-25", "--era", "legacy")
    call("time", time_server, "get_current_time", ["timezone=UTC"], "UTC")
    call("time", time_server, "get_current_time", ["timezone=UTC"], "UTC", "--era", "legacy")


def others():
    """More servers, for what is peculiar to them."""
    # all its tools have output schemas; it lists no resources at all
    listing("filesystem", filesystem, "tools", 14, "2025-11-25", more=no_junk)
    call("filesystem", filesystem, "read_text_file", [f"path={work}/hello.txt"], "hello from a file")
    listing("filesystem", filesystem, "resources", 0, "2025-11-25")
    call("filesystem", filesystem, "read_text_file", ["path=/etc/hostname"], "", code=7)
    # lists of objects, and a resource that is its own memory
    memory = ["env", f"MEMORY_FILE_PATH={scratch / 'memory.jsonl'}", *node("npm", "memory")]
    listing("memory", memory, "tools", 9, "2025-11-25", more=no_junk)
    entities = json.dumps([{"name": "Ada", "entityType": "person", "observations": ["counts"]}])
    call("memory", memory, "create_entities", [f"entities:={entities}"], "Ada")
    call("memory", memory, "search_nodes", ["query=counts"], "person")
    # the other SDK's second version, in both eras
    listing("context7", context7, "tools", 2, "2026-07-28", more=no_junk)
    listing("context7", context7, "tools", 2, "2025-11-25", "--era", "legacy")
    # a server on this repository's own folder would say something else every day
    repository = scratch / "repository"
    subprocess.run(["git", "init", "--quiet", str(repository)], check=True)
    git = [str(python / "mcp-server-git"), "--repository", str(repository)]
    listing("git", git, "tools", 12, "2026-07-28", more=no_junk)
    call("git", git, "git_status", [f"repo_path={repository}"], "No commits yet")
    call("git", git, "git_status", [f"repo_path={scratch}"], "", code=7)
    # the first version of the Python SDK: the probe is met with pages of complaints on stderr
    sqlite = [str(first_python / "mcp-server-sqlite"), "--db-path", str(scratch / "notes.db")]
    listing("sqlite", sqlite, "tools", 6, "2025-11-25", more=no_junk)
    listing("sqlite", sqlite, "resources", 1, "2025-11-25")
    table = "query=CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)"
    call("sqlite", sqlite, "create_table", [table], "Table created")
    call("sqlite", sqlite, "list_tables", [], "note", "--protocol", "2025-06-18")
    # written by hand
    listing("lineloop", lineloop, "tools", 2, "2024-11-05", more=no_junk)
    call("lineloop", lineloop, "add", ["a=40", "b=2"], "42")
    call("lineloop", lineloop, "divide", ["a=1", "b=0"], "division by zero", code=7)
    sloppy = [*lineloop, "--sloppy"]
    listing("lineloop --sloppy", sloppy, "tools", 5, "2024-11-05", more=junk(1))
    call("lineloop --sloppy", sloppy, "add", ["a=40", "b=2"], "42", more=junk(2))
    error("lineloop --sloppy", sloppy, ["call", "divide", "a=1", "b=0", "--timeout", "500ms"], 8, "did not answer")
    # none at all
    dead = [sys.executable, "-c", "import sys; sys.exit('no database')"]
    error("a server that dies", dead, ["list", "tools"], 9, "exit")


def over_http():
    """The same over every HTTP transport there is."""
    long = ["call", "trigger-long-running-operation", "duration=30", "steps=3"]
    with Served([*node("npm", "everything"), "streamableHttp"], **LOOPBACK) as url:
        listing("everything over http", url, "tools", 13, "2025-11-25")
        listing("everything over http", url, "resources", 7, "2025-06-18", "--protocol", "2025-06-18")
        call("everything over http", url, "echo", ["message=hi there"], "hi there")
        interrupted("everything over http", url, long, signal.SIGINT, 130)
        document = "demo://resource/static/document/features.md"

        def reads(run):
            same(run.answer["result"]["contents"][0]["uri"], document, "what was read")

        runs("everything over http", url, ["read", document], reads)
        error("everything over http", url, ["list", "tools", "--era", "modern"], 6, "")
    with Served([*node("npm", "everything"), "sse"], "/sse", **LOOPBACK) as url:
        listing("everything over sse", url, "tools", 13, "2025-11-25")
        call("everything over sse", url, "echo", ["message=hi there"], "hi there", "--transport", "sse")
        interrupted("everything over sse", url, long, signal.SIGINT, 130)
    # it serves one client, and ends with it
    old = node("npm-2024-11-05", "everything", "sse")
    with Served(old, "/sse", **LOOPBACK) as url:
        listing("everything 0.6.2 over sse", url, "resources", 100, "2024-11-05")
    with Served(old, "/sse", **LOOPBACK) as url:
        call("everything 0.6.2 over sse", url, "add", ["a=40", "b=2"], "42")
    with Served([*context7, "--transport", "http", "--port", "PORT"], **LOOPBACK) as url:
        listing("context7 over http", url, "tools", 2, "2026-07-28")
        listing("context7 over http", url, "tools", 2, "2025-11-25", "--era", "legacy")
    # one address, both eras, and a call given up in each
    with Served([*asks, "PORT"]) as url:
        for era, revision in (("modern", "2026-07-28"), ("legacy", "2025-11-25")):
            listing("asks over http", url, "tools", 5, revision, "--era", era)
            call("asks over http", url, "wait", ["seconds=1"], "waited 1 seconds", "--era", era)
            interrupted(f"asks over http, {era}", url, ["call", "wait", "seconds=30", "--era", era], signal.SIGINT, 130)
            refused("asks over http", url, "table", "--era", era, capability="elicitation")


def asking():
    """Servers that ask back, of a client that has nobody to ask."""
    for era in ("modern", "legacy"):
        for tool, capability in (
            ("table", "elicitation"),
            ("dinner", "elicitation"),
            ("poem about=rain", "sampling"),
            ("folders", "roots"),
        ):
            refused(f"asks, {era}", asks, tool, "--era", era, capability=capability)
    refused("demo server", demo, "order-dinner", capability="elicitation")
    refused("demo server", demo, "order-dinner", "--era", "legacy", code=7, capability="elicitation")


def answering():
    """The same with somebody to ask: who that is stands in the settings, or somebody types."""
    model = '[ask]\nsampling = { stub = "quick quail" }\n'
    form = scratch / "form.json"

    def filled(content):
        form.write_text(json.dumps({"action": "accept", "content": content}))
        return f'[ask]\nelicitation = {{ canned = "{form}" }}\n'

    # each ceiling, with what its server asks
    for part, package in (("npm-2024-11-05", "0.6.2"), ("npm-2025-03-26", "2025.5.12")):
        server = node(part, "everything")
        asked_back(
            f"everything {package}", server, "sampleLLM", "sampling/createMessage", "quick quail", settings=model,
            typed="hi", fields=2,
        )
    things = filled({"color": "green", "number": 7, "pets": "cats"})
    asked_back(
        "everything 2025.9.25", node("npm-2025-06-18", "everything"), "startElicitation", "elicitation/create",
        "Color: green", settings=things,
    )
    person = filled({"name": "Ada", "integer": 7})
    asked_back("everything", everything, "trigger-elicitation", "elicitation/create", "Name: Ada", settings=person)
    with Served([*node("npm", "everything"), "streamableHttp"], **LOOPBACK) as url:
        asked_back("everything over http", url, "trigger-elicitation", "elicitation/create", "Name: Ada", settings=person)
    with Served([*node("npm", "everything"), "sse"], "/sse", **LOOPBACK) as url:
        asked_back("everything over sse", url, "trigger-elicitation", "elicitation/create", "Name: Ada", settings=person)
    # one server, both eras: its own form, a model, folders, by policy and by hand
    table = filled({"name": "Ada", "guests": 3, "terrace": True, "menu": "tasting"})
    roots = f'[ask]\nroots = ["{work}"]\n'
    with Served([*asks, "PORT"]) as url:
        for era in ("modern", "legacy"):
            for name, server in (("asks", asks), ("asks over http", url)):
                option = ("--era", era)
                asked_back(name, server, "table", "elicitation/create", "Ada, 3, tasting", *option, settings=table)
            asked_back("asks", asks, "poem", "sampling/createMessage", "quick quail", *option, settings=model, typed="rain")
            asked_back("asks", asks, "folders", "roots/list", f"file://{work}", *option, settings=roots)
            # the field that is required, past those that are not, and on to Accept
            by_hand = "Bob\t\t\t\t\r"
            asked_back("asks", asks, "table", "elicitation/create", "Bob, 2, lunch, inside", *option, answer=by_hand)


def protected():
    """Behind OAuth: registration, login, step-up, refresh, and what there is without."""
    program = [str(python / "python"), str(here / "protected.py"), "--port", "PORT"]

    def login(name, server, url, arguments, visits, scopes=None, code=0, more=lambda run: None):
        """Runs with somebody who follows the address; `scopes` are those of the newest token."""

        def judge(run):
            same(run.visited, visits, "addresses to be opened")
            if scopes is not None:
                same(server.events("issued")[-1]["scopes"], scopes, "scopes of the newest token")
            text = run.session.read_text() + run.stdout + run.stderr
            check("eyJhbGci" not in text, "a token is in the session or on a stream")
            more(run)

        words = [*arguments, *(["--login", "always"] if visits else [])]
        test(f"protected: {name}", words, where(url), judge, code=code, by_person=True)

    def refused_at_first(run):
        statuses = [answer["json"]["status"] for answer in run.events("http-response")]
        check(401 in statuses, f"nothing was refused: {statuses}")

    def text(wanted):
        return lambda run: check(wanted in run.stdout, f"{wanted!r} is not in {run.stdout[:300]!r}")

    def registered_once(run):
        text("3 notes")(run)
        registered = [(each["name"], each["method"], each["application"]) for each in server.events("registered")]
        same(registered, [("mcpscope", "none", "native")], "registrations")

    def refreshed(run):
        text("buy flour")(run)
        grants = [each["grant"] for each in server.events("issued")]
        check("refresh_token" in grants, f"the token was never refreshed: {grants}")

    server = Served(program)
    with server as url:
        login("without a login", server, url, ["list", "tools"], 0, code=5, more=refused_at_first)
        login("login", server, url, ["login"], 1, ["notes:read"], more=refused_at_first)
        login("list tools with the token kept", server, url, ["list", "tools"], 0, more=text("add_note"))
        login("call", server, url, ["call", "list_notes"], 0, more=text("buy flour"))
        login("step up", server, url, ["call", "add_note", "text=sell bread"], 1, ["notes:read", "notes:write"])
        login("call with both scopes", server, url, ["call", "add_note", "text=x", "--era", "legacy"], 0, more=registered_once)
        forget(url)
        login("after the logout", server, url, ["list", "tools"], 0, code=5)
    server = Served([*program, "--uses", "5"])
    with server as url:
        login("login again", server, url, ["login"], 1, ["notes:read"])
        for more in (text("buy flour"), refreshed):
            login("call, refreshed when need be", server, url, ["call", "list_notes"], 0, more=more)
    # a token that is always about to expire is still a token
    server = Served([*program, "--lifetime", "20"])
    with server as url:
        login("login for a short while", server, url, ["login"], 1, ["notes:read"])
        login("call with a token of 20 s", server, url, ["call", "list_notes"], 0, more=text("buy flour"))


def ours():
    """Our own server over the same real pipe, and what the screen copies, over the SDKs the servers came with."""
    for options, revision in (([], "2026-07-28"), (["--era", "legacy"], "2025-11-25")):
        listing("demo server", demo, "prompts", 4, revision, *options, more=no_junk)
        call("demo server", demo, "bake-bread", ["seconds=0.2"], "One bread", *options)
    odd = 'it\'s "\u00fc" $HOME \\n `x`'
    copied_python = ([str(python / "python")], scratch / "copied.py")
    copied_node = (["node"], folder / "npm/copied.mjs")
    copies("everything", everything, odd, {"yP": copied_python, "yt": copied_node})
    copies("demo server", demo, odd, {"yP": copied_python})


def exported():
    """What is exported, read by the published schema of HTTP Archives and by OpenTelemetry's own protocol buffers."""
    root = here.parent.parent
    har = ["node", str(here / "har.cjs"), str(folder / "readers")]
    otlp = [str(folder / "readers-python/bin/python"), str(here / "otlp.py")]
    for name, source, exchanges, spans in (
        ("demo", root / "sessions/demo.jsonl", "23", "20 20 0"),
        ("mcpsnoop", root / "tests/import/mcpsnoop-legacy.jsonl", "14", "12 11 1"),
        ("chromium", root / "tests/import/chromium.har", "6", "5 5 0"),
    ):
        read_back(name, source, "har", har, exchanges)
        read_back(name, source, "otlp", otlp, spans)


try:
    for part in (ceilings, others, over_http, asking, answering, protected, ours, exported, serving, replayed):
        part()
finally:
    shutil.rmtree(scratch, ignore_errors=True)
sys.exit(sum_up())
