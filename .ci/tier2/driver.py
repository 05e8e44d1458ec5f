"""What the second tier drives mcpscope with, and what it holds every run against: see tier2.py beside this folder."""


import base64
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import urllib.request
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

passed, failed = 0, 0


def sum_up():
    """The last line, and the exit code that goes with it."""
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


class Wrong(Exception):
    """What is not as it should be."""


def check(condition, what):
    if not condition:
        raise Wrong(what)


class Served:
    """A server that listens on the loopback while it is needed; its address is where mcpscope finds it."""

    def __init__(self, command, path="/mcp", **variables):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}{path}"
        self.command = [word.replace("PORT", str(self.port)) for word in command]
        self.env = {**os.environ, **variables, "PORT": str(self.port)}

    def __enter__(self):
        self.log = self.log_file().open("wb")
        # A group of its own, so that whatever it starts ends with it.
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=self.log, stderr=self.log, env=self.env, start_new_session=True
        )
        end = time.monotonic() + RUN_WITHIN
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self.url
            except OSError as problem:
                if self.process.poll() is not None or time.monotonic() > end:
                    self.__exit__()
                    said = self.log_file().read_text(errors="replace")
                    raise Wrong(f"{self.command} does not listen: {problem}; it said {said[-600:]!r}")
                time.sleep(0.02)

    def log_file(self):
        return scratch / f"served-{self.port}.log"

    def events(self, name):
        """What one of ours said happened."""
        said = [json.loads(line) for line in self.log_file().read_bytes().splitlines() if line.startswith(b"{")]
        return [each for each in said if each.get("event") == name]

    def __exit__(self, *_):
        for how in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, how)
                self.process.wait(3)
                break
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                pass
        self.process.stdin.close()
        self.process.wait()
        self.log.close()


def where(server):
    """The words that name a server: an address, or a command."""
    return ["--url", server] if isinstance(server, str) else ["--", *server]


def left(marker):
    """The processes that still carry the mark."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if marker.encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            pass  # gone, or not ours
    return found


def read_session(path):
    """The entries of a session file, after a look at what every one keeps to."""
    check(stat.S_IMODE(path.stat().st_mode) == 0o600, "the session file can be read by others")
    text = path.read_bytes()
    check(text.endswith(b"\n"), f"the session file is cut: {len(text)} bytes, the last {text[-80:]!r}")
    header, *lines = [json.loads(line) for line in text.splitlines()]
    check(header["mcpscope"] == 1, f"odd header: {header}")
    check([line["seq"] for line in lines] == list(range(1, len(lines) + 1)), "the sequence has holes")
    check(all(a["us"] <= b["us"] for a, b in zip(lines, lines[1:])), "time runs backwards")
    check(all(any(body in line for body in ("json", "text", "b64")) for line in lines), "an entry without a body")
    return lines


class Run:
    """One run of mcpscope against one server."""

    count = 0

    def __init__(self, arguments, server, cwd=None, interrupt=None, by_person=False):
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
            # Its stderr is read while it runs, so that somebody can do what it asks for.
            person = Person(process.stderr) if by_person else None
            if person:
                process.stderr = None
            stdout, stderr = process.communicate(timeout=RUN_WITHIN)
            if person:
                person.join(RUN_WITHIN)
                stderr = person.said
            self.visited = person.visited if person else 0
        except BaseException:
            process.terminate()  # it takes its servers along
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
            process.wait()
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
            if time.monotonic() > end:
                size = self.session.stat().st_size if self.session.exists() else None
                raise Wrong(f"the session never held {what!r}; it has {size} bytes")
            time.sleep(0.01)

    def left(self):
        return left(self.marker)

    def read_session(self):
        return read_session(self.session)

    def events(self, name):
        return [e for e in self.entries if e["ch"] in ("process", "note", "http") and e.get("json", {}).get("event") == name]

    def gone_in(self):
        """Seconds from the first step of the shutdown to the exit; over HTTP, how long the end of a session took."""
        if any(entry["ch"] == "http" for entry in self.entries):
            return self.hung_up_in()
        steps, exits = self.events("step"), self.events("exit")
        check(exits, "the session has no exit of the server")
        return (exits[-1]["us"] - steps[0]["us"]) / 1e6 if steps else 0.0

    def hung_up_in(self):
        """Seconds that the end of a session took over HTTP. One that was given to us is given back."""
        check(self.events("closed"), "the session has no end of the connection")
        given = any(
            name == "mcp-session-id" for answer in self.events("http-response") for name, _ in answer["json"]["headers"]
        )
        deletes = [asked["json"]["exchange"] for asked in self.events("http-request") if asked["json"]["method"] == "DELETE"]
        same(len(deletes), 1 if given else 0, "DELETE requests")
        ends = {ended["json"]["exchange"]: ended["json"] for ended in self.events("http-end")}
        return sum(ends[exchange]["took_us"] for exchange in deletes) / 1e6


class Person(threading.Thread):
    """Somebody who reads what mcpscope says on stderr, and opens the address it asks to open."""

    def __init__(self, stream):
        super().__init__(daemon=True)
        self.stream, self.said, self.visited = stream, b"", 0
        self.start()

    def run(self):
        for line in self.stream:
            self.said += line
            address = re.match(rb" *(https?://[^ ]+/authorize\?[^ ]+)\s*$", line)
            if address:
                self.visited += 1
                with urllib.request.urlopen(address[1].decode(), timeout=RUN_WITHIN) as page:
                    page.read()


def test(name, arguments, server, judge, code=0, cwd=None, interrupt=None, by_person=False):
    """Runs once, checks what every run must keep, then what this one must."""
    global passed, failed
    try:
        run = Run(arguments, server, cwd, interrupt, by_person)
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

    test(f"{name}: list {what} {' '.join(options)}".rstrip(), ["list", what, *options], where(server), judge, cwd=cwd)


def call(name, server, tool, arguments, text, *options, code=0, more=lambda run: None):
    def judge(run):
        same(run.answer["tool"], tool, "tool")
        first = run.answer["result"]["content"][0]
        check(text in str(first.get("text")), f"the answer is {first!r}, without {text!r}")
        same(run.answer["result"].get("isError", False), code == 7, "isError")
        more(run)

    test(f"{name}: call {tool}", ["call", tool, *arguments, *options], where(server), judge, code=code)


def error(name, server, arguments, code, message, cwd=None):
    def judge(run):
        same(run.answer["error"]["exit"], code, "exit in the answer")
        check(message in run.answer["error"]["message"], f"the message is {run.answer['error']['message']!r}")

    test(f"{name}: {' '.join(arguments)} fails", arguments, where(server), judge, code=code, cwd=cwd)


def interrupted(name, server, arguments, how, code, cwd=None):
    def judge(run):
        sent = [entry["json"].get("method") for entry in run.entries if entry["ch"] == "wire" and entry["dir"] == "out"]
        if "initialize" not in sent and isinstance(server, str):
            # Without a handshake, over HTTP, to hang up is to cancel.
            check(run.events("abandoned"), "the call was not given up")
            last = run.events("http-request")[-1]["json"]
            same((last["why"], "notifications/cancelled" in sent), ("message", False), "the last request, and a notification")
        else:
            check("notifications/cancelled" in sent, f"the call was not cancelled: {sent}")

    test(f"{name}: {how.name} during a call", arguments, where(server), judge, code=code, cwd=cwd, interrupt=how)


class Screen:
    """mcpscope with its screen, on a terminal of our own. What it copies comes as OSC 52."""

    def __init__(self, server, *options, settings=None):
        Run.count += 1
        self.session = scratch / f"session-{Run.count}.jsonl"
        self.marker = f"mcpscope-tier2-{os.getpid()}-{Run.count}"
        self.output = b""
        home = scratch / "home"
        if settings is not None:
            home = scratch / f"home-{Run.count}"
            (home / "config").mkdir(parents=True)
            (home / "config/config.toml").write_text(settings)
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            # Over SSH no program of this machine's desktop is asked to copy.
            env = {**os.environ, "MCPSCOPE_HOME": str(home), "SSH_TTY": "x", "TERM": "xterm-256color"}
            env["MCPSCOPE_TIER2_RUN"] = self.marker
            env.pop("TMUX", None)
            os.execve(mcpscope, [str(mcpscope), *options, "--record", str(self.session), *where(server)], env)
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
        """Quits, and looks after what is left."""
        self.press("Q")
        end = time.monotonic() + RUN_WITHIN
        try:
            while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
                if time.monotonic() > end:
                    os.kill(self.pid, signal.SIGKILL)
                    os.waitpid(self.pid, 0)
                    raise Wrong(f"the screen did not end: {self.output[-300:]!r}")
                # What it draws has to be taken, or it waits.
                if select.select([self.terminal], [], [], 0.01)[0]:
                    try:
                        self.output += os.read(self.terminal, 1 << 16)
                    except OSError:
                        time.sleep(0.01)  # the other end is closed
        finally:
            os.close(self.terminal)
        check(not left(self.marker), f"processes are left: {left(self.marker)}")

    def show(self, keys, *shown):
        """Presses keys, and waits until all of this was drawn because of them."""
        before = len(self.output)
        self.press(keys)
        self.wait(lambda: all(each.encode() in self.output[before:] for each in shown), f"{shown} after {keys!r}")

    def call(self, tool, typed=None, fields=1):
        """Calls a tool: its name is looked for, its first field filled in, the rest left as it is."""
        self.wait(self.recorded(b'"inputSchema"'), "its tools")
        tools = next(
            entry["json"]["result"]["tools"]
            for entry in map(json.loads, self.session.read_bytes().splitlines())
            if b"inputSchema" in json.dumps(entry).encode() and "result" in entry.get("json", {})
        )
        self.wait(lambda: tools[0]["name"].encode() in self.output, "the list of tools")
        self.show("/", "Filter")
        # The bar marks the part that has the keys.
        self.press(f"{tool}\r")
        self.show("\r", "▌")
        if typed is not None:
            self.press(typed + "\t" * fields)
        self.press("\r")
        self.wait(self.recorded(b'"method":"tools/call"'), f"the call of {tool}")


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


def read_back(name, source, form, reader, expected):
    """Exports a recording and has it read by somebody else; what the reader prints is what it found."""
    global passed, failed
    path = scratch / f"read-back.{form}"
    try:
        words = [str(mcpscope), "export", str(source), "-f", form, "-o", str(path), "--force", "--quiet"]
        subprocess.run(words, check=True, capture_output=True, timeout=RUN_WITHIN)
        found = subprocess.run([*reader, str(path)], capture_output=True, text=True, timeout=RUN_WITHIN)
        check(found.returncode == 0, f"it was not read: {found.stderr[-600:]}")
        same(found.stdout.split(), expected.split(), "what was read")
        passed += 1
        print(f"ok    {name}: {form} is read back  ({found.stdout.strip()})", flush=True)
    except (Wrong, subprocess.SubprocessError, OSError) as problem:
        failed += 1
        print(f"WRONG {name}: {form} is read back: {problem}", flush=True)


def forget(url):
    """Logs out: nothing is recorded of that, and nobody is asked."""
    global passed, failed
    env = {**os.environ, "MCPSCOPE_HOME": str(scratch / "home")}
    done = subprocess.run(
        [str(mcpscope), "logout", "--url", url], env=env, capture_output=True, text=True, timeout=RUN_WITHIN
    )
    if done.returncode == 0 and "forgotten" in done.stdout + done.stderr:
        passed += 1
        print("ok    protected: logout", flush=True)
    else:
        failed += 1
        print(f"WRONG protected: logout: exit {done.returncode}, {done.stdout!r}, {done.stderr[-300:]!r}", flush=True)


def asked_back(name, server, tool, question, text, *options, settings="", answer=None, typed=None, fields=1):
    """Calls a tool that asks, on the screen: a policy in the settings answers, or these keys do, in the Inbox."""
    global passed, failed
    try:
        began = time.monotonic()
        screen = Screen(server, *options, settings=settings)
        try:
            screen.call(tool, typed, fields)
            screen.wait(screen.recorded(f'"method":"{question}"'.encode()), "a question")
            if answer is not None:
                screen.wait(lambda: b"inbox 1" in screen.output, "a question in the Inbox")
                # What is asked has been read once its buttons stand there.
                screen.show("7", "INBOX", "[ Accept ]")
                # Only then does the form take letters.
                screen.show("\r", "keep and next")
                screen.press(answer)
            screen.wait(screen.recorded(text.encode()), f"the answer {text!r}")
        finally:
            screen.leave()
        entries = read_session(screen.session)
        notes = [entry["json"] for entry in entries if entry["ch"] == "note"]
        by = [note["by"] for note in notes if note["event"] == "answered"]
        how = "policy" if answer is None else "person"
        check(how in by, f"the session says it was answered by {by}")
        passed += 1
        words = " ".join((tool, *options))
        print(f"ok    {name}: {words} asks, answered by {how}  ({time.monotonic() - began:.2f} s)", flush=True)
    except (Wrong, subprocess.TimeoutExpired, OSError, KeyError, StopIteration, ValueError) as problem:
        failed += 1
        print(f"WRONG {name}: {tool} asks: {problem!r}", flush=True)


def junk(count):
    def judge(run):
        lines = [entry for entry in run.entries if entry["ch"] == "stdout"]
        same(len(lines), count, "junk lines in the session")
        check("stdout" in run.stderr, f"junk is not named on stderr: {run.stderr!r}")

    return judge


def no_junk(run):
    same([entry for entry in run.entries if entry["ch"] == "stdout"], [], "junk")


