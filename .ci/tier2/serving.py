"""Recordings as servers, before clients that somebody else wrote: the official SDKs and the official Inspector.

Each client first meets the demo server as it is, and through a tap, which records it; then what was recorded, over stdio
and over Streamable HTTP, there through a tap too. It must not see a difference, and lint finds nothing wrong with it in
what the taps recorded.
"""

import json
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


class Listening:
    """Something of ours that listens, and says where in its first line of stderr, after the word `after`."""

    def __init__(self, words, after):
        self.words, self.after = [str(word) for word in words], after

    def __enter__(self):
        env = {**os.environ, "MCPSCOPE_HOME": str(scratch / "home")}
        self.process = subprocess.Popen(
            self.words, env=env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        said = self.process.stderr.readline().split()
        self.url = said[said.index(self.after) + 1]
        return self

    def end(self):
        """Ends it; gives what else it said."""
        self.process.send_signal(signal.SIGTERM)
        told = self.process.stderr.read()
        # A tap that was ended tells its signal, as one of a command does.
        code = 128 + signal.SIGTERM if self.words[1] == "tap" else 0
        same(self.process.wait(RUN_WITHIN), code, f"the exit code of {self.words[1]}")
        return told

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def client_is_right(recording):
    """What lint says of the client in a recording of a tap."""
    words = [str(mcpscope), "lint", str(recording), "--json", "--fail-on", "never"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=RUN_WITHIN)
    found = json.loads(done.stdout)["findings"]
    wrong = [(each["rule"], each["words"]) for each in found if each["rule"].startswith("client-")]
    check(not wrong, f"lint says of the client: {wrong}")


def served(name, command, over_http):
    """The client as a command, with SERVER where a server's command goes; over HTTP, with the address there."""
    try:
        recording, again = scratch / f"{name}.jsonl", scratch / f"{name}-http.jsonl"
        tap = script(f"{name}-tap", [mcpscope, "tap", "--record", recording, "--", mcpscope, "demo-server"])
        expected = ran(command, [tap])
        same(ran(command, [script(f"{name}-bare", [mcpscope, "demo-server"])]), expected, "what it got without a tap")
        play = [mcpscope, "serve", recording, "--delay", "recorded", "--no-record"]
        same(ran(command, [script(f"{name}-serve", play)]), expected, "what it got over stdio")
        with Listening([*play, "--listen", "0"], "on") as server:
            same(ran(over_http, [server.url]), expected, "what it got over HTTP")
            told = server.end()
            check("unknown" not in told and "not as recorded" not in told, f"it said {told!r}")
        with Listening([*play, "--listen", "0"], "on") as server:
            words = [mcpscope, "tap", "--record", again, "--listen", "0", "--to", server.url]
            with Listening(words, "tap:") as between:
                same(ran(over_http, [between.url]), expected, "what it got over HTTP through a tap")
                between.end()
        for each in (recording, again):
            client_is_right(each)
        driver.passed += 1
        print(f"ok    {name}: through a tap, and a recording served, over stdio and HTTP", flush=True)
    except (Wrong, subprocess.SubprocessError, OSError) as problem:
        driver.failed += 1
        print(f"WRONG {name}: through a tap, or a recording served: {problem!r}", flush=True)


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
