"""Recordings as servers, before clients that somebody else wrote: the official SDKs and the official Inspector.

Each client first meets the demo server through a tap, which records it; then what was recorded, over stdio and over
Streamable HTTP. It must not see a difference.
"""

import os
import signal
import subprocess

import driver
from driver import RUN_WITHIN, Wrong, check, folder, here, mcpscope, same, scratch


def script(name, words):
    """A server without arguments: the Inspector takes some of those for its own."""
    path = scratch / name
    path.write_text("#!/bin/sh\nexec " + " ".join(f"'{word}'" for word in words) + "\n")
    path.chmod(0o700)
    return str(path)


def ran(command, server):
    env = {**os.environ, "MCPSCOPE_HOME": str(scratch / "home")}
    words = [word for part in command for word in (server if part is SERVER else [part])]
    done = subprocess.run(words, env=env, cwd=scratch, capture_output=True, text=True, timeout=RUN_WITHIN)
    check(done.returncode == 0, f"{words} failed: {done.stderr[-600:]}")
    check(done.stdout, "the client said nothing")
    return done.stdout


SERVER = object()


def served(name, command, over_http):
    """The client as a command, with SERVER where a server's command goes; over HTTP, with the address there."""
    try:
        recording = scratch / f"{name}.jsonl"
        tap = script(f"{name}-tap", [mcpscope, "tap", "--record", recording, "--", mcpscope, "demo-server"])
        expected = ran(command, [tap])
        play = [mcpscope, "serve", recording, "--delay", "recorded", "--no-record"]
        same(ran(command, [script(f"{name}-serve", play)]), expected, "what it got over stdio")
        words = [str(word) for word in [*play, "--listen", "0"]]
        env = {**os.environ, "MCPSCOPE_HOME": str(scratch / "home")}
        with subprocess.Popen(words, env=env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as server:
            try:
                url = server.stderr.readline().strip().rpartition(" on ")[2]
                same(ran(over_http, [url]), expected, "what it got over HTTP")
                server.send_signal(signal.SIGTERM)
                told = server.stderr.read()
                same(server.wait(RUN_WITHIN), 0, "the exit code of the served recording")
                check("unknown" not in told and "not as recorded" not in told, f"it said {told!r}")
            finally:
                server.kill()
        driver.passed += 1
        print(f"ok    {name}: a recording is served over stdio and HTTP", flush=True)
    except (Wrong, subprocess.SubprocessError, OSError) as problem:
        driver.failed += 1
        print(f"WRONG {name}: a recording is served: {problem!r}", flush=True)


def serving():
    """Recordings of the demo server, served to other people's clients."""
    node = ["node", str(here / "client.cjs"), str(folder / "npm"), SERVER]
    served("typescript-sdk", node, node)
    for part, generation in (("python-1", "first"), ("python", "second")):
        python = [str(folder / part / "bin/python"), str(here / "client.py"), SERVER]
        served(f"python-sdk-{generation}", python, python)
    program = folder / "inspector/node_modules/.bin/mcp-inspector"
    inspector = [str(folder / "node22-or-later"), str(program), "--cli", SERVER]
    for name, words in (
        ("tools", ["--method", "tools/list"]),
        ("call", ["--method", "tools/call", "--tool-name", "echo", "--tool-arg", "text=hi"]),
        ("read", ["--method", "resources/read", "--uri", "demo://greetings/Ada"]),
    ):
        served(f"inspector-{name}", [*inspector, *words], [*inspector, "--transport", "http", *words])
