#!/usr/bin/env python3
"""The second tier: the release binary, headless, against real servers that nobody here wrote.

    .ci/tier2.py MCPSCOPE FOLDER        FOLDER as made by .ci/tier2-install

Each run is checked from outside: exit code, counts, revision, the session file line by line, how long the server took
to go once it was told to, and that no process of it is left. What the screen copies is run as it is too. The last line
counts the runs; one failure fails all.
"""

import base64
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import stat
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

# How long a server may take from the closing of its stdin to its exit.
GONE_WITHIN = 2.0
# How long one run may take in all; a slow machine starts node and python slowly.
RUN_WITHIN = 60.0

mcpscope, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
here = Path(__file__).resolve().parent
scratch = Path(tempfile.mkdtemp(prefix="mcpscope-tier2-"))
work = scratch / "work"
work.mkdir()
(work / "hello.txt").write_text("hello from a file\n")

npm = folder / "npm" / "node_modules"
everything = ["node", str(npm / "@modelcontextprotocol/server-everything/dist/index.js"), "stdio"]
filesystem = ["node", str(npm / "@modelcontextprotocol/server-filesystem/dist/index.js"), str(work)]
first_everything = [
    "node",
    str(folder / "npm-2024-11-05/node_modules/@modelcontextprotocol/server-everything/dist/index.js"),
]
time_server = [str(folder / "python/bin/mcp-server-time")]
lineloop = [sys.executable, str(here / "tier2/lineloop.py")]

passed, failed = 0, 0


class Wrong(Exception):
    """What is not as it should be."""


def check(condition, what):
    if not condition:
        raise Wrong(what)


class Run:
    """One run of mcpscope against one server."""

    count = 0

    def __init__(self, arguments, server, cwd=None, interrupt=None):
        Run.count += 1
        self.session = scratch / f"session-{Run.count}.jsonl"
        self.marker = f"mcpscope-tier2-{os.getpid()}-{Run.count}"
        # What is inherited marks every process of the run, wherever it moves to.
        env = {**os.environ, "MCPSCOPE_HOME": str(scratch / "home"), "MCPSCOPE_TIER2_RUN": self.marker}
        began = time.monotonic()
        process = subprocess.Popen(
            [str(mcpscope), *arguments, "--json", "--record", str(self.session), *server],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            cwd=cwd,
        )
        try:
            if interrupt:
                self.wait_for(b'"method":"tools/call"')
                process.send_signal(interrupt)
            stdout, stderr = process.communicate(timeout=RUN_WITHIN)
        except BaseException:
            process.terminate()  # it takes its servers along
            process.communicate()
            raise
        self.took = time.monotonic() - began
        self.code = process.returncode
        self.stderr, self.stdout = stderr.decode(errors="replace"), stdout.decode()
        check(not self.left(), f"processes are left: {self.left()}")
        self.entries = self.read_session()
        if interrupt:
            return
        try:
            self.answer = json.loads(self.stdout)
        except json.JSONDecodeError:
            raise Wrong(f"exit {self.code}, stdout is no JSON: {self.stdout[:200]!r}, stderr: {self.stderr[-600:]}")

    def wait_for(self, what):
        """Waits until the session holds these bytes."""
        end = time.monotonic() + RUN_WITHIN
        while not (self.session.exists() and what in self.session.read_bytes()):
            check(time.monotonic() < end, f"the session never held {what!r}")
            time.sleep(0.01)

    def left(self):
        """The processes that still carry the mark."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if self.marker.encode() in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:
                pass  # gone, or not ours
        return found

    def read_session(self):
        check(stat.S_IMODE(self.session.stat().st_mode) == 0o600, "the session file can be read by others")
        text = self.session.read_bytes()
        check(text.endswith(b"\n"), "the session file is cut")
        header, *lines = [json.loads(line) for line in text.splitlines()]
        check(header["mcpscope"] == 1, f"odd header: {header}")
        check([line["seq"] for line in lines] == list(range(1, len(lines) + 1)), "the sequence has holes")
        check(all(a["us"] <= b["us"] for a, b in zip(lines, lines[1:])), "time runs backwards")
        check(all(any(body in line for body in ("json", "text", "b64")) for line in lines), "an entry without a body")
        return lines

    def events(self, name):
        return [e for e in self.entries if e["ch"] in ("process", "note") and e.get("json", {}).get("event") == name]

    def gone_in(self):
        """Seconds from the first step of the shutdown to the exit."""
        steps, exits = self.events("step"), self.events("exit")
        check(exits, "the session has no exit of the server")
        return (exits[-1]["us"] - steps[0]["us"]) / 1e6 if steps else 0.0


def test(name, arguments, server, judge, code=0, cwd=None, interrupt=None):
    """Runs once, checks what every run must keep, then what this one must."""
    global passed, failed
    try:
        run = Run(arguments, server, cwd, interrupt)
        check(run.code == code, f"exit {run.code}, not {code}; stderr: {run.stderr[-600:]}")
        gone_in = run.gone_in()
        check(gone_in < GONE_WITHIN, f"the server was gone only after {gone_in:.2f} s")
        judge(run)
        passed += 1
        print(f"ok    {name}  ({run.took:.2f} s, gone in {gone_in * 1000:.0f} ms)", flush=True)
    except (Wrong, subprocess.TimeoutExpired, OSError, KeyError) as problem:
        failed += 1
        print(f"WRONG {name}: {problem!r}" if isinstance(problem, KeyError) else f"WRONG {name}: {problem}", flush=True)


def same(found, wanted, what):
    check(found == wanted, f"{what}: {found!r}, not {wanted!r}")


def listing(name, server, what, count, revision, *options, cwd=None, more=lambda run: None):
    member = {"templates": "resourceTemplates"}.get(what, what)

    def judge(run):
        same(len(run.answer[member]), count, what)
        same(run.answer["complete"], True, "complete")
        same(run.answer["server"]["protocol"], revision, "revision")
        same(run.events("ready")[-1]["json"]["revision"], revision, "recorded revision")
        more(run)

    test(f"{name}: list {what} {' '.join(options)}".rstrip(), ["list", what, *options], ["--", *server], judge, cwd=cwd)


def call(name, server, tool, arguments, text, *options, code=0, more=lambda run: None):
    def judge(run):
        same(run.answer["tool"], tool, "tool")
        first = run.answer["result"]["content"][0]
        check(text in str(first.get("text")), f"the answer is {first!r}, without {text!r}")
        same(run.answer["result"].get("isError", False), code == 7, "isError")
        more(run)

    test(f"{name}: call {tool}", ["call", tool, *arguments, *options], ["--", *server], judge, code=code)


def error(name, server, arguments, code, message, cwd=None):
    def judge(run):
        same(run.answer["error"]["exit"], code, "exit in the answer")
        check(message in run.answer["error"]["message"], f"the message is {run.answer['error']['message']!r}")

    test(f"{name}: {' '.join(arguments)} fails", arguments, ["--", *server], judge, code=code, cwd=cwd)


def interrupted(name, server, arguments, how, code, cwd=None):
    def judge(run):
        sent = [entry["json"].get("method") for entry in run.entries if entry["ch"] == "wire" and entry["dir"] == "out"]
        check("notifications/cancelled" in sent, f"the call was not cancelled: {sent}")

    test(f"{name}: {how.name} during a call", arguments, ["--", *server], judge, code=code, cwd=cwd, interrupt=how)


class Screen:
    """mcpscope with its screen, on a terminal of our own. What it copies comes as OSC 52."""

    def __init__(self, server):
        Run.count += 1
        self.session = scratch / f"session-{Run.count}.jsonl"
        self.output = b""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            # Over SSH no program of this machine's desktop is asked to copy.
            env = {**os.environ, "MCPSCOPE_HOME": str(scratch / "home"), "SSH_TTY": "x", "TERM": "xterm-256color"}
            env.pop("TMUX", None)
            os.execve(mcpscope, [str(mcpscope), "--record", str(self.session), "--", *server], env)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))

    def wait(self, done, what):
        """Takes in what is drawn until something is so."""
        end = time.monotonic() + RUN_WITHIN
        while not done():
            check(time.monotonic() < end, f"the screen never had {what}: {self.output[-300:]!r}")
            if select.select([self.terminal], [], [], 0.01)[0]:
                try:
                    self.output += os.read(self.terminal, 1 << 16)
                except OSError:
                    raise Wrong(f"the screen ended before it had {what}: {self.output[-300:]!r}")

    def recorded(self, what):
        return lambda: self.session.exists() and what in self.session.read_bytes()

    def press(self, keys):
        os.write(self.terminal, keys.encode())

    def copied(self):
        return re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07", self.output)

    def copy(self, keys):
        """What these keys copy."""
        before = len(self.copied())
        self.press(keys)
        self.wait(lambda: len(self.copied()) > before, f"what {keys} copies")
        return base64.b64decode(self.copied()[-1]).decode()

    def leave(self):
        self.press("Q")
        try:
            self.wait(lambda: os.waitpid(self.pid, os.WNOHANG)[0] != 0, "an end")
        except Wrong:
            os.kill(self.pid, signal.SIGTERM)
            os.waitpid(self.pid, 0)


def ran(command, file, cwd=None):
    """What a command prints, given the mcpscope under test as `mcpscope`."""
    path = f"{mcpscope.parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "MCPSCOPE_HOME": str(scratch / "home")}
    done = subprocess.run([*command, str(file)], env=env, cwd=cwd, capture_output=True, text=True, timeout=RUN_WITHIN)
    check(done.returncode == 0, f"{command} failed: {done.stderr[-600:]}")
    return done.stdout


def copies(name, server, typed, programs):
    """Calls the first tool with one text on the screen, and runs what is copied from its result."""
    global passed, failed
    try:
        screen = Screen(server)
        try:
            screen.wait(lambda: screen.recorded(b'"inputSchema"')() and b"echo" in screen.output, "its tools")
            screen.press("\r" + typed + "\r\r")
            screen.wait(screen.recorded(b'"content":[{'), "an answer")
            screen.wait(lambda: b"Content" in screen.output, "the answer as a document")
            screen.press("\t")
            texts = {keys: screen.copy(keys) for keys in ("yx", *programs)}
        finally:
            screen.leave()
        lines = [json.loads(line) for line in screen.session.read_bytes().splitlines()]
        results = [line["json"].get("result", {}) for line in lines if isinstance(line.get("json"), dict)]
        result = next(result for result in results if "content" in result)
        line = scratch / "copied.sh"
        line.write_text(texts.pop("yx"))
        same(ran(["sh"], line), result["content"][0]["text"] + "\n", "the command line's result")
        for keys, text in texts.items():
            command, file = programs[keys]
            file.write_text(text)
            try:
                answer = json.loads(ran(command, file))
            finally:
                file.unlink()
            same(answer["content"], result["content"], f"the result of what {keys} copied")
            same(answer.get("isError", False), result.get("isError", False), "isError")
        passed += 1
        print(f"ok    {name}: what is copied runs  ({', '.join(('yx', *programs))})", flush=True)
    except (Wrong, subprocess.TimeoutExpired, OSError, KeyError, StopIteration, ValueError) as problem:
        failed += 1
        print(f"WRONG {name}: what is copied runs: {problem!r}", flush=True)


def junk(count):
    def judge(run):
        lines = [entry for entry in run.entries if entry["ch"] == "stdout"]
        same(len(lines), count, "junk lines in the session")
        check("stdout" in run.stderr, f"junk is not named on stderr: {run.stderr!r}")

    return judge


def no_junk(run):
    same([entry for entry in run.entries if entry["ch"] == "stdout"], [], "junk")


def main():
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
    # all its tools have output schemas; it lists no resources at all
    listing("filesystem", filesystem, "tools", 14, "2025-11-25", more=no_junk)
    call("filesystem", filesystem, "read_text_file", [f"path={work}/hello.txt"], "hello from a file")
    listing("filesystem", filesystem, "resources", 0, "2025-11-25")
    call("filesystem", filesystem, "read_text_file", ["path=/etc/hostname"], "", code=7)
    # the first revision, ten pages of resources
    listing("everything 0.6.2", first_everything, "tools", 5, "2024-11-05")
    listing("everything 0.6.2", first_everything, "resources", 100, "2024-11-05")
    listing("everything 0.6.2", first_everything, "templates", 1, "2024-11-05")
    listing("everything 0.6.2", first_everything, "prompts", 2, "2024-11-05")
    # both eras
    listing("time", time_server, "tools", 2, "2026-07-28", more=no_junk)
    listing("time", time_server, "tools", 2, "2026-07-28", "--era", "modern")
    listing("time", time_server, "tools", 2, "2025-11-25", "--era", "legacy")
    call("time", time_server, "get_current_time", ["timezone=UTC"], "UTC")
    call("time", time_server, "get_current_time", ["timezone=UTC"], "UTC", "--era", "legacy")
    # written by hand
    listing("lineloop", lineloop, "tools", 2, "2024-11-05", more=no_junk)
    call("lineloop", lineloop, "add", ["a=40", "b=2"], "42")
    call("lineloop", lineloop, "divide", ["a=1", "b=0"], "division by zero", code=7)
    sloppy = [*lineloop, "--sloppy"]
    listing("lineloop --sloppy", sloppy, "tools", 5, "2024-11-05", more=junk(1))
    call("lineloop --sloppy", sloppy, "add", ["a=40", "b=2"], "42", more=junk(2))
    error("lineloop --sloppy", sloppy, ["call", "divide", "a=1", "b=0", "--timeout", "500ms"], 8, "did not answer")
    # our own, over the same real pipe
    demo = [str(mcpscope), "demo-server"]
    for options, revision in (([], "2026-07-28"), (["--era", "legacy"], "2025-11-25")):
        listing("demo server", demo, "prompts", 3, revision, *options, more=no_junk)
    # what the screen copies, over the SDKs that the servers came with
    odd = 'it\'s "\u00fc" $HOME \\n `x`'
    python = ([str(folder / "python/bin/python")], scratch / "copied.py")
    node = (["node"], folder / "npm/copied.mjs")
    copies("everything", everything, odd, {"yP": python, "yt": node})
    copies("demo server", demo, odd, {"yP": python})
    # none at all
    dead = [sys.executable, "-c", "import sys; sys.exit('no database')"]
    error("a server that dies", dead, ["list", "tools"], 9, "exit")


try:
    main()
finally:
    shutil.rmtree(scratch, ignore_errors=True)
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)
