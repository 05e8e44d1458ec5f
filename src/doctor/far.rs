//! Servers behind a command that only passes on: in a container, in a pod, on another machine. What ends when the
//! command ends is told apart from what we can see end.

use super::State;

/// What runs the process that really is the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Far {
    /// How.
    pub by: By,
    /// The engine: `docker`, `podman`, `kubectl`, `ssh` …
    pub tool: String,
    /// The image, container, pod or host.
    pub place: String,
    /// Whether the command passes stdin on (`-i`).
    pub stdin: bool,
    /// Whether it asks for a terminal (`-t`), which garbles frames.
    pub terminal: bool,
    /// What became of the process, once it should have ended.
    pub end: End,
}

/// What stands between us and the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A container of its own.
    Run,
    /// A container that was there.
    Exec,
    /// A pod.
    Pod,
    /// Another machine.
    Ssh,
}

/// What became of a far process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Nobody looked, or nobody can.
    Unknown,
    /// It is gone.
    Gone,
    /// It runs on; holds what, in words.
    Left(String),
}

/// Options of `docker run` and the like that take a word of their own.
const TAKE_ONE: &[&str] = &[
    "-e",
    "--env",
    "--env-file",
    "-v",
    "--volume",
    "--mount",
    "-p",
    "--publish",
    "--name",
    "-w",
    "--workdir",
    "-u",
    "--user",
    "--network",
    "--net",
    "--entrypoint",
    "--platform",
    "-l",
    "--label",
    "-m",
    "--memory",
    "--cpus",
    "--add-host",
    "-h",
    "--hostname",
    "--pull",
    "--tmpfs",
    "--gpus",
    "-n",
    "--namespace",
    "-c",
    "--container",
    "--context",
    "--kubeconfig",
    "-H",
    "--host",
    "--rm-after",
    "-F",
    "-J",
    "-o",
    "-L",
    "-R",
    "-b",
    "-D",
    "-E",
    "-I",
    "-S",
    "-W",
    "-Q",
];

/// Options of `ssh` that take a word of their own where `docker` has switches, or the other way round.
const SSH_TAKES: &[&str] = &["-i", "-l", "-p"];

impl Far {
    /// Reads it from a command line; none when the server is the command itself.
    pub fn of(program: &str, args: &[String]) -> Option<Self> {
        let tool = program.rsplit(['/', '\\']).next().unwrap_or(program);
        let tool = tool.strip_suffix(".exe").unwrap_or(tool);
        let words: Vec<&str> = args.iter().map(String::as_str).collect();
        let (by, rest): (By, &[&str]) = match tool {
            "docker" | "podman" | "nerdctl" => {
                let at = words
                    .iter()
                    .position(|word| matches!(*word, "run" | "exec"))?;
                let by = if words[at] == "run" {
                    By::Run
                } else {
                    By::Exec
                };
                (by, &words[at + 1..])
            }
            "kubectl" | "oc" => {
                let at = words
                    .iter()
                    .position(|word| matches!(*word, "exec" | "run"))?;
                (By::Pod, &words[at + 1..])
            }
            "ssh" => (By::Ssh, &words),
            _ => return None,
        };
        let mut far = Self {
            by,
            tool: tool.to_owned(),
            place: String::new(),
            stdin: by == By::Ssh,
            terminal: false,
            end: End::Unknown,
        };
        let mut rest = rest.iter();
        while let Some(word) = rest.next() {
            if let Some(long) = word.strip_prefix("--") {
                far.stdin |= matches!(long, "interactive" | "stdin" | "interactive=true");
                far.terminal |= matches!(long, "tty" | "tty=true");
            } else if let Some(short) = word.strip_prefix('-').filter(|short| !short.is_empty()) {
                let letters = short.chars().all(|letter| letter.is_ascii_alphabetic());
                if by != By::Ssh && letters && !TAKE_ONE.contains(word) {
                    far.stdin |= short.contains('i');
                    far.terminal |= short.contains('t');
                }
                far.terminal |= by == By::Ssh && matches!(short, "t" | "tt");
            } else {
                (*word).clone_into(&mut far.place);
                break;
            }
            let takes = TAKE_ONE.contains(word) || (by == By::Ssh && SSH_TAKES.contains(word));
            if takes {
                rest.next();
            }
        }
        (!far.place.is_empty()).then_some(far)
    }

    /// Where the process runs, in words.
    pub fn place(&self) -> String {
        match self.by {
            By::Run => format!("a container of {}", self.place),
            By::Exec => format!("the container {}", self.place),
            By::Pod => format!("the pod {}", self.place),
            By::Ssh => format!("the machine {}", self.place),
        }
    }

    pub(super) fn told(&self) -> (State, String) {
        let (place, tool) = (self.place(), &self.tool);
        match &self.end {
            End::Unknown => (
                State::Passed,
                format!(
                    "nothing is left here; whether its process in {place} ended cannot be told"
                ),
            ),
            End::Gone => (
                State::Ok,
                format!("nothing is left here, nor in {place}, as {tool} tells"),
            ),
            End::Left(what) => (
                State::Ok,
                format!("nothing is left here, but in {place}: {what}"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<(By, String, bool, bool)> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let far = Far::of(&words[0], &words[1..])?;
        Some((far.by, far.place, far.stdin, far.terminal))
    }

    #[test]
    fn command_lines_tell_where_the_server_is() {
        let is = |by, place: &str, stdin, terminal| Some((by, place.to_owned(), stdin, terminal));
        for (line, expected) in [
            (
                "docker run -i --rm -e KEY mcp/time --utc",
                is(By::Run, "mcp/time", true, false),
            ),
            (
                "/usr/bin/docker run --rm mcp/time",
                is(By::Run, "mcp/time", false, false),
            ),
            (
                "docker run -it mcp/time",
                is(By::Run, "mcp/time", true, true),
            ),
            (
                "docker --context x exec --interactive box serve -t",
                is(By::Exec, "box", true, false),
            ),
            (
                "podman run --name=x --interactive img",
                is(By::Run, "img", true, false),
            ),
            (
                "kubectl exec -i -n ns pod-1 -- serve",
                is(By::Pod, "pod-1", true, false),
            ),
            (
                "kubectl exec pod-1 -- serve",
                is(By::Pod, "pod-1", false, false),
            ),
            (
                "ssh -i key -p 22 host serve -t",
                is(By::Ssh, "host", true, false),
            ),
            ("ssh -t host serve", is(By::Ssh, "host", true, true)),
            ("docker ps", None),
            ("docker run -i", None),
            ("python3 server.py", None),
        ] {
            assert_eq!(of(line), expected, "{line}");
        }
    }
}
