//! Looks around a server before it is started or reached, and after it is gone: its command in `PATH`, the way to its
//! address, what is left of it in a container. Makes the values of [`crate::doctor`]; judges nothing, and tells no
//! value of a variable.

use std::io::Read as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use url::Url;

use crate::doctor::far::{By, End, Far};
use crate::doctor::surroundings::is_hollow;
use crate::doctor::{Network, Probe, Program};
use crate::transport::Spawn;
use crate::transport::http::{Address, Proxy, Wire};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a container engine may take to answer.
const ENGINE: Duration = Duration::from_secs(5);
/// How long a far process may take to end after the command that leads to it.
const LINGER: Duration = Duration::from_secs(2);
/// How often it is looked for meanwhile.
const LOOK: Duration = Duration::from_millis(200);

/// Where programs are often installed that a shell's settings put into `PATH`, below the user's own directory.
const USUAL: &[&str] = &[
    ".local/bin",
    ".cargo/bin",
    ".bun/bin",
    ".deno/bin",
    ".volta/bin",
    "bin",
    ".asdf/shims",
    ".local/share/mise/shims",
    ".pyenv/shims",
    ".nvm/current/bin",
    "go/bin",
];
/// The same for everybody.
const COMMON: &[&str] = &[
    "/usr/local/bin",
    "/opt/homebrew/bin",
    "/usr/bin",
    "/snap/bin",
];

/// Programs whose first plain argument is a script.
const INTERPRETERS: &[&str] = &[
    "node", "python", "python3", "bun", "deno", "ruby", "php", "sh", "bash", "tsx",
];

/// Looks at a command. Reads names in directories, nothing else.
pub fn of_command(spawn: &Spawn) -> Program {
    let began = Instant::now();
    let name = spawn.program.to_string_lossy().into_owned();
    let args: Vec<String> = spawn
        .args
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let given = spawn
        .env
        .iter()
        .rev()
        .find(|(name, _)| name == "PATH")
        .map(|(_, value)| value.into());
    let own_path = given.is_some();
    let path = given
        .or_else(|| std::env::var_os("PATH"))
        .unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let cwd = spawn.cwd.clone();
    let is_path = name.contains('/') || Path::new(&name).components().count() > 1;
    let file = if is_path {
        // The child changes its directory before it looks the program up.
        let file = cwd.clone().unwrap_or_default().join(&name);
        file.is_file().then_some(file)
    } else {
        in_folders(&name, &folders)
    };
    let elsewhere = if file.is_none() && !is_path && !name.is_empty() {
        in_folders(&name, &usual(own_path))
    } else {
        None
    };
    let missing = script(&name, &args).filter(|script| {
        let script = cwd.clone().unwrap_or_default().join(script);
        !script.exists()
    });
    Program {
        cwd_is_there: cwd.as_ref().is_none_or(|cwd| cwd.is_dir()),
        cwd: cwd.map(|cwd| cwd.display().to_string()),
        hollow: spawn
            .env
            .iter()
            .filter(|(_, value)| is_hollow(value))
            .map(|(name, _)| name.clone())
            .collect(),
        is_path,
        looked_in: folders.len(),
        own_path,
        executable: file.as_deref().is_some_and(is_executable),
        file: file.map(|file| file.display().to_string()),
        elsewhere: elsewhere.map(|file| file.display().to_string()),
        missing: missing.map(str::to_owned),
        far: Far::of(&name, &args),
        took_us: micros(began),
        name,
        args,
    }
}

/// The script an interpreter is given.
fn script<'a>(program: &str, args: &'a [String]) -> Option<&'a str> {
    let program = Path::new(program).file_stem()?.to_str()?;
    if !INTERPRETERS.contains(&program) {
        return None;
    }
    for word in args {
        // Code, or a module: there is no script.
        if matches!(
            word.as_str(),
            "-c" | "-e" | "-m" | "-p" | "--eval" | "--print" | "-"
        ) {
            return None;
        }
        if word.starts_with('-') || word == "run" {
            continue;
        }
        let ends = Path::new(word).extension().and_then(|end| end.to_str());
        let known = matches!(
            ends,
            Some("js" | "mjs" | "cjs" | "ts" | "py" | "sh" | "rb" | "php")
        );
        return known.then_some(word.as_str());
    }
    None
}

fn in_folders(name: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    let ending = std::env::consts::EXE_SUFFIX;
    folders
        .iter()
        .flat_map(|folder| [folder.join(name), folder.join(format!("{name}{ending}"))])
        .find(|file| file.is_file())
}

/// Where programs are that a `PATH` does not lead to; our own `PATH` too when the server was given another.
fn usual(own_path: bool) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if own_path && let Some(path) = std::env::var_os("PATH") {
        folders.extend(std::env::split_paths(&path));
    }
    if let Some(home) = std::env::var_os("HOME").map(PathBuf::from) {
        folders.extend(USUAL.iter().map(|folder| home.join(folder)));
        // Node.js as nvm keeps it: one directory for each version.
        let versions = std::fs::read_dir(home.join(".nvm/versions/node"));
        let versions = versions.into_iter().flatten().flatten();
        folders.extend(versions.map(|version| version.path().join("bin")));
    }
    folders.extend(COMMON.iter().map(PathBuf::from));
    folders
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata()
        .is_ok_and(|about| about.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    true
}

fn micros(began: Instant) -> u64 {
    began.elapsed().as_micros() as u64
}

/// Tries the way to an address: its name, a TCP connection, TLS. Needs a runtime with I/O and time.
pub async fn of_address(address: &Address) -> Network {
    let passed = |why: &str| Probe::Passed(why.to_owned());
    if let Some(proxy) = proxy(&address.url) {
        let why = format!("requests go through the proxy in {proxy}");
        return Network {
            dns: passed(&why),
            connect: passed(&why),
            tls: passed(&why),
        };
    }
    let late = "it did not come to that";
    let host = address.url.host_str().unwrap_or_default();
    let plain = host.trim_start_matches('[').trim_end_matches(']');
    let port = address.url.port_or_known_default().unwrap_or_default();
    let at = format!("{host}:{port}");
    let began = Instant::now();
    let found = tokio::time::timeout(CONNECT, tokio::net::lookup_host((plain, port))).await;
    let found: std::io::Result<Vec<SocketAddr>> = match found {
        Ok(found) => found.map(Iterator::collect),
        Err(_) => Err(std::io::ErrorKind::TimedOut.into()),
    };
    let took_us = micros(began);
    let addresses = match found {
        Ok(addresses) if !addresses.is_empty() => addresses,
        other => {
            let why = match other {
                Err(error) => error.to_string(),
                Ok(_) => "no addresses".to_owned(),
            };
            let why = why.trim_start_matches("failed to lookup address information: ");
            return Network {
                dns: Probe::Failed {
                    took_us,
                    what: format!("there is no host {host} ({why})"),
                    hint: Some("is the name spelled right, and is there a network?".to_owned()),
                },
                connect: passed(late),
                tls: passed(late),
            };
        }
    };
    let dns = if plain.parse::<std::net::IpAddr>().is_ok() {
        passed("an address needs no looking up")
    } else {
        let mut names: Vec<String> = addresses
            .iter()
            .map(|address| address.ip().to_string())
            .collect();
        names.dedup();
        Probe::Done {
            took_us,
            what: names.join(", "),
        }
    };
    let began = Instant::now();
    let tcp = tokio::time::timeout(
        CONNECT,
        tokio::net::TcpStream::connect(addresses.as_slice()),
    )
    .await;
    let took_us = micros(began);
    let tcp = tcp.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()));
    let connect = match tcp {
        Ok(tcp) => Probe::Done {
            took_us,
            what: tcp
                .peer_addr()
                .map_or_else(|_| at.clone(), |peer| peer.to_string()),
        },
        Err(error) => {
            let (what, hint) = unconnected(&error, &at);
            return Network {
                dns,
                connect: Probe::Failed {
                    took_us,
                    what,
                    hint: Some(hint.to_owned()),
                },
                tls: passed(late),
            };
        }
    };
    let tls = if address.url.scheme() == "https" {
        secured(address).await
    } else {
        passed("http: nothing is encrypted")
    };
    Network { dns, connect, tls }
}

fn unconnected(error: &std::io::Error, at: &str) -> (String, &'static str) {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::ConnectionRefused => (
            format!("nothing listens at {at} (connection refused)"),
            "is the server running, and is this its port?",
        ),
        ErrorKind::TimedOut => (
            format!("{at} does not answer"),
            "a firewall may swallow what is sent there; is the address right?",
        ),
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable => (
            format!("there is no way to {at} ({error})"),
            "is there a network, or does it need a proxy (HTTPS_PROXY)?",
        ),
        _ => (
            format!("cannot connect to {at}: {error}"),
            "is the address right?",
        ),
    }
}

async fn secured(address: &Address) -> Probe {
    let began = Instant::now();
    let failed = |what: String, hint: Option<String>| Probe::Failed {
        took_us: micros(began),
        what,
        hint,
    };
    let wire = match Wire::new(address) {
        Ok(wire) => wire,
        Err(error) => return failed(error.to_string(), error.hint()),
    };
    match wire.connect().await {
        Ok(_) if address.insecure => Probe::Done {
            took_us: micros(began),
            what: "any certificate is taken (--insecure)".to_owned(),
        },
        Ok(_) => Probe::Done {
            took_us: micros(began),
            what: "its certificate is trusted".to_owned(),
        },
        Err(loss) => {
            let other = "with http:// instead of https:// it may work".to_owned();
            failed(loss.what, loss.hint.or(Some(other)))
        }
    }
}

/// The variable that sends requests to this address through a proxy.
fn proxy(url: &Url) -> Option<&'static str> {
    // Whom NO_PROXY leaves out is read where connections are made.
    Proxy::of_environment(url)?;
    let set = |name: &&str| std::env::var(name).is_ok_and(|value| !value.is_empty());
    let names = match url.scheme() {
        "https" => ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
        _ => ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
    };
    names.into_iter().find(set)
}

/// What runs where a far process will, so that it can be told apart afterwards; none when nobody can tell. Blocks for
/// some seconds at most.
pub fn before(program: &Program) -> Option<Vec<String>> {
    running(program)
}

/// Finds out what became of a far process whose command has ended. Blocks for some seconds at most.
pub fn after(program: &mut Program, before: Option<Vec<String>>) {
    let Some(before) = before else { return };
    let until = Instant::now() + LINGER;
    let end = loop {
        let Some(now) = running(program) else {
            break End::Unknown;
        };
        let left: Vec<&String> = now.iter().filter(|line| !before.contains(line)).collect();
        match left.first() {
            None => break End::Gone,
            Some(line) if Instant::now() >= until => break End::Left((*line).clone()),
            Some(_) => std::thread::park_timeout(LOOK),
        }
    };
    if let Some(far) = &mut program.far {
        far.end = end;
    }
}

/// What runs in the container, or the containers of the image.
fn running(program: &Program) -> Option<Vec<String>> {
    let far = program.far.as_ref()?;
    let engine = program.file.as_ref()?;
    let words: Vec<String> = match far.by {
        By::Run => [
            "ps",
            "--filter",
            &format!("ancestor={}", far.place),
            "--format",
            "{{.ID}} {{.Names}}",
        ]
        .map(str::to_owned)
        .to_vec(),
        By::Exec => ["top", &far.place, "-eo", "pid,args"]
            .map(str::to_owned)
            .to_vec(),
        By::Pod | By::Ssh => return None,
    };
    let told = ask(engine, &words)?;
    Some(
        told.lines()
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect(),
    )
}

/// The stdout of a program that ends well and in time.
fn ask(program: &str, words: &[String]) -> Option<String> {
    let mut child = Command::new(program)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut pipe = child.stdout.take()?;
    let (sender, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        let read = pipe.read_to_string(&mut text);
        // Nobody may wait for it any more.
        let _ = sender.send(read.map(|_| text));
    });
    let text = told.recv_timeout(ENGINE).ok().and_then(Result::ok);
    if text.is_none() {
        // It may have ended by itself just now.
        let _ = child.kill();
    }
    let status = child.wait().ok()?;
    text.filter(|_| status.success())
}

#[cfg(test)]
mod tests;
