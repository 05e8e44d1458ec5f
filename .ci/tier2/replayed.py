"""Recordings of servers that somebody else wrote, sent again to the same server: all is the same. And to a changed build of
a small one of ours, whose differences are known: these are found, and no others.
"""

import json
import os
import subprocess
import sys

import driver
from driver import RUN_WITHIN, Wrong, check, folder, here, mcpscope, same, scratch, where


def run(*words, typed=None):
    env = {**os.environ, "MCPSCOPE_HOME": str(scratch / "home")}
    words = [str(word) for word in (mcpscope, *words)]
    return subprocess.run(words, env=env, cwd=scratch, input=typed, capture_output=True, text=True, timeout=RUN_WITHIN)


def recorded(name, lines, server, *options):
    """A recording of these lines."""
    file = scratch / f"{'-'.join([*name.split(), *options])}-replayed.jsonl"
    # Some of what is called fails, which is its exit code.
    done = run("shell", "--record", file, "--answers", "stub,elicitation=defaults,roots=.", *options, *where(server), typed=lines)
    check(file.exists() and "cannot" not in done.stderr, f"the shell failed: {done.stderr[-600:]}")
    return file


def judged(name, work):
    try:
        work()
        driver.passed += 1
        print(f"ok    {name}", flush=True)
    except (Wrong, subprocess.SubprocessError, OSError, ValueError) as problem:
        driver.failed += 1
        print(f"WRONG {name}: {problem!r}", flush=True)


def all_same(name, server, lines, calls, *options):
    """Sent again in the recorded revision, every call is answered as it was."""

    def work():
        file = recorded(name, lines, server, *options)
        done = run("replay", file, "--json", "--no-record", "--yes", *where(server))
        check(done.returncode == 0, f"exit code {done.returncode}: {done.stdout[:1500]} {done.stderr[-600:]}")
        counts = json.loads(done.stdout)["counts"]
        # A list that changed is fetched once more, sooner or later.
        check(list(counts) == ["same"] and counts["same"] >= calls, f"what came of it: {counts}, at least {calls}")

    judged(f"{name}: replayed, {' '.join(options) or 'any era'}", work)


def changed():
    """What a changed build answers otherwise, and nothing else."""
    stock = [sys.executable, str(here / "stock.py")]
    lines = "list tools\n" + "".join(
        f"call {words}\n"
        for words in ("hello", "price fruit=apple", "price fruit=pear", "stock", "order", "ping-pong", "hello")
    )
    found = {
        ("tools/call hello", "changed"): [{"$.content[0].text"}] * 2,
        ("tools/call price", "changed"): [{"$.content[0].text → $.price", "$.structuredContent.price"}],
        ("tools/call stock", "changed"): [{'$.structuredContent.crates[id="c1"]', '$.structuredContent.crates[id="c1"].full'}],
        ("tools/call order", "error"): [None],
    }

    def work():
        file = recorded("stock", lines, stock)
        done = run("replay", file, "--json", "--no-record", *where([*stock, "--next"]))
        same(done.returncode, 10, "the exit code")
        report = json.loads(done.stdout)
        same(report["counts"], {"changed": 4, "error": 1, "same": 3}, "what came of it")
        told = {}
        for row in report["rows"]:
            if row["verdict"] != "same":
                paths = {change["path"] for change in row["changes"] if not change.get("ignored")}
                told.setdefault((row["name"], row["verdict"]), []).append(paths)
        same(set(told), set(found), "the calls that differ")
        for key, paths in found.items():
            check(paths == [None] or told[key] == paths, f"{key}: {told[key]} and not {paths}")
        junit = run("replay", file, "--junit", "--no-record", *where([*stock, "--next"])).stdout
        check('tests="8" failures="4" errors="1"' in junit, junit[:300])

    judged("stock: a changed build is told from the old one, exactly", work)
    all_same("stock, the same build", stock, lines, 8)


def replayed():
    """Everything that is replayed."""
    package = folder / "npm/node_modules/@modelcontextprotocol/server-everything/dist/index.js"
    everything = ["node", str(package), "stdio"]
    lines = (
        "list tools\nlist resources\nlist templates\nlist prompts\ncall echo message=hi\ncall get-sum a=2 b=3\n"
        "call get-structured-content location=Chicago\ncall trigger-elicitation-request\ncall trigger-sampling-request prompt=hi\n"
        "call get-roots-list\ncall trigger-long-running-operation duration=1 steps=2\ncall nosuch --no-validate\n"
        "read demo://resource/static/document/features.md\nget simple-prompt\n"
    )
    all_same("everything", everything, lines, 14)
    python = folder / "python/bin"
    times = (
        "list tools\ncall get_current_time timezone=UTC\n"
        "call convert_time source_timezone=UTC time=12:00 target_timezone=Asia/Tokyo\ncall get_current_time timezone=Nowhere\n"
    )
    repository = scratch / "replayed-repository"
    subprocess.run(["git", "init", "--quiet", str(repository)], check=True)
    (repository / "a.txt").write_text("one\n")
    git = [str(python / "mcp-server-git"), "--repository", str(repository)]
    asked = "".join(f"call {tool} repo_path={repository}\n" for tool in ("git_status", "git_diff_unstaged", "git_branch branch_type=local"))
    for era in ("modern", "legacy"):
        all_same("time", [str(python / "mcp-server-time")], times, 4, "--era", era)
        all_same("git", git, f"list tools\n{asked}call git_status repo_path={scratch}\n", 5, "--era", era)
    changed()
