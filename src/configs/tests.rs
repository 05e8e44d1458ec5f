//! Reading, on a machine made of the files in `tests/configs`.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::trust::{Standing, Trust};
use super::*;
use std::fmt::Write as _;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/configs");

fn copy(from: &Path, to: &Path, project: &str) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to, project);
        } else {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            std::fs::write(to, text.replace("@PROJECT@", project)).unwrap();
        }
    }
}

/// A home with a project below it, and a machine that is asked about it.
pub(super) struct World {
    pub folder: tempfile::TempDir,
    pub machine: Machine,
}

impl World {
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().canonicalize().unwrap();
        let project = home.join("work/project");
        std::fs::create_dir_all(&project).unwrap();
        let ours = home.join(".config/mcpscope/config.toml");
        let machine = Machine {
            system: System::Linux,
            home,
            variables: BTreeMap::new(),
            folder: project,
            ours: Some(ours),
            inputs: BTreeMap::new(),
            asks: false,
        };
        Self { folder, machine }
    }

    pub fn full() -> Self {
        let mut world = Self::empty();
        let fixtures = Path::new(FIXTURES);
        let project = world.machine.folder.to_string_lossy().into_owned();
        copy(&fixtures.join("home"), &world.machine.home, &project);
        copy(&fixtures.join("project"), &world.machine.folder, &project);
        for (name, value) in [
            ("DB_HOME", "/opt/db"),
            ("DB_URL", "postgres://secret"),
            ("PAGES_TOKEN", "pages-secret"),
            ("AUTH_TOKEN", "auth-secret"),
            ("DOCS_TOKEN", "docs-secret"),
            ("TEAM", "blue"),
        ] {
            world
                .machine
                .variables
                .insert(name.to_owned(), value.to_owned());
        }
        world
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.machine.home.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// All that was found, a line each, with the folder's name taken out.
    fn told(&self) -> String {
        let found = find(&self.machine);
        let mut out = String::new();
        for server in &found.servers {
            let launch = &server.launch;
            let words = if launch.lacks().is_empty() {
                launch.expanded()
            } else {
                launch.written()
            };
            let _ = write!(
                out,
                "{}/{} {} [{}] {}",
                server.client.id,
                server.scope.word(),
                server.name,
                launch.transport(),
                shell_words::join(words),
            );
            for (name, text) in launch.named() {
                let _ = write!(out, " {name}={}", text.value);
            }
            if let Some(cwd) = launch.cwd() {
                let _ = write!(out, " in {}", cwd.value);
            }
            for lack in launch.lacks() {
                let _ = write!(out, " LACKS {lack}");
            }
            if let Some(off) = &server.off {
                let _ = write!(out, " OFF {off}");
            }
            for remark in &server.remarks {
                let _ = write!(out, " REMARK {remark}");
            }
            let _ = writeln!(out, " @{}", server.place());
        }
        for broken in &found.broken {
            let _ = writeln!(out, "BROKEN {broken}");
        }
        out.replace(&*self.machine.home.to_string_lossy(), "~HOME")
    }
}

#[test]
fn every_client_is_read_as_it_writes() {
    insta::assert_snapshot!(World::full().told());
}

#[test]
fn nothing_is_found_where_nothing_is() {
    let found = find(&World::empty().machine);
    assert!(found.servers.is_empty() && found.broken.is_empty());
    assert!(found.files.iter().all(|file| file.state == State::Missing));
    let clients: std::collections::HashSet<&str> =
        found.files.iter().map(|file| file.client.id).collect();
    assert_eq!(clients.len(), CLIENTS.len());
}

#[test]
fn a_broken_file_is_told_with_its_place_and_stops_nothing() {
    let broken = |name: &str| Path::new(FIXTURES).join("broken").join(name);
    for (file, at, what) in [
        ("comma.json", ":4:5: ", ""),
        (
            "list.json",
            ":2: ",
            "mcpServers is an object of servers by name",
        ),
        ("utf16.json", ": ", "cannot be read: it is not UTF-8"),
    ] {
        let world = World::full();
        std::fs::copy(broken(file), world.machine.home.join(".cursor/mcp.json")).unwrap();
        let found = find(&world.machine);
        assert!(
            found.servers.iter().any(|server| server.name == "db"),
            "{file}"
        );
        let told = found.broken.iter().map(ToString::to_string);
        let told: Vec<String> = told
            .filter(|line| line.contains(".cursor/mcp.json"))
            .collect();
        let [line] = told.as_slice() else {
            panic!("{file}: {told:?}");
        };
        assert!(line.contains(&format!("mcp.json{at}{what}")), "{line}");
    }
    let world = World::full();
    std::fs::copy(
        broken("entries.json"),
        world.machine.home.join(".cursor/mcp.json"),
    )
    .unwrap();
    let found = find(&world.machine);
    let lines: Vec<String> = found.broken.iter().map(ToString::to_string).collect();
    assert!(
        lines
            .iter()
            .any(|line| line.ends_with("mcp.json:4: bad: command is a text")),
        "{lines:?}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.ends_with("mcp.json:5: none: it has neither command nor url"))
    );
    assert!(found.servers.iter().any(|server| server.name == "good"));
    let world = World::full();
    std::fs::copy(
        broken("string.toml"),
        world.machine.home.join(".codex/config.toml"),
    )
    .unwrap();
    let lines: Vec<String> = find(&world.machine)
        .broken
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(
        lines.iter().any(|line| line.contains("config.toml:2:13: ")),
        "{lines:?}"
    );
}

#[test]
fn paths_are_those_of_the_system() {
    let mut machine = World::empty().machine;
    machine.home = "/h".into();
    let path = |machine: &Machine, id: &str, index: usize| {
        let place = &Client::of(id).unwrap().places[index];
        machine.path(place).unwrap().to_string_lossy().into_owned()
    };
    assert_eq!(
        path(&machine, "claude-desktop", 0),
        "/h/.config/Claude/claude_desktop_config.json"
    );
    assert_eq!(path(&machine, "zed", 1), "/h/.config/zed/settings.json");
    assert_eq!(path(&machine, "codex", 1), "/h/.codex/config.toml");
    machine.system = System::Mac;
    assert_eq!(
        path(&machine, "claude-desktop", 0),
        "/h/Library/Application Support/Claude/claude_desktop_config.json"
    );
    assert_eq!(path(&machine, "zed", 1), "/h/.config/zed/settings.json");
    assert_eq!(
        path(&machine, "vscode", 1),
        "/h/Library/Application Support/Code/User/mcp.json"
    );
    machine.system = System::Windows;
    assert_eq!(
        path(&machine, "claude-desktop", 0),
        "/h/AppData/Roaming/Claude/claude_desktop_config.json"
    );
    for (name, value) in [
        ("APPDATA", "/a"),
        ("CODEX_HOME", "/c"),
        ("CLAUDE_CONFIG_DIR", "/d"),
    ] {
        machine.variables.insert(name.to_owned(), value.to_owned());
    }
    assert_eq!(path(&machine, "vscode", 1), "/a/Code/User/mcp.json");
    assert_eq!(path(&machine, "codex", 1), "/c/config.toml");
    assert_eq!(path(&machine, "claude-code", 2), "/d/.claude.json");
    machine.system = System::Linux;
    machine
        .variables
        .insert("XDG_CONFIG_HOME".to_owned(), "/x".to_owned());
    assert_eq!(path(&machine, "zed", 1), "/x/zed/settings.json");
}

#[test]
fn a_project_is_found_from_below_and_ends_at_its_repository() {
    let mut world = World::full();
    let below = world.machine.folder.join("src/deep");
    std::fs::create_dir_all(&below).unwrap();
    let project = std::mem::replace(&mut world.machine.folder, below.clone());
    let names = |machine: &Machine| -> Vec<String> {
        let servers = find(machine).servers;
        let of_projects = servers
            .into_iter()
            .filter(|server| server.scope != Scope::User);
        of_projects.map(|server| server.name).collect()
    };
    let all = names(&world.machine);
    assert!(
        all.contains(&"db".to_owned()) && all.contains(&"weather".to_owned()),
        "{all:?}"
    );
    let found = find(&world.machine);
    let db = found
        .servers
        .iter()
        .find(|server| server.name == "db")
        .unwrap();
    assert_eq!(db.project.as_deref(), Some(&*project));
    // Another repository below it is another project.
    std::fs::create_dir_all(below.join(".git")).unwrap();
    assert!(!names(&world.machine).contains(&"db".to_owned()));
    // The home folder's own files are the user's, also for who stands there.
    world.machine.folder = world.machine.home.clone();
    let found = find(&world.machine);
    assert!(
        found
            .servers
            .iter()
            .all(|server| server.scope == Scope::User)
    );
}

#[test]
fn the_scope_that_counts_wins_and_differences_are_named() {
    let world = World::full();
    let found = find(&world.machine);
    // Local before project before user.
    let notes = select(&found, "notes").unwrap();
    assert_eq!((notes.server.scope, notes.same.len()), (Scope::Local, 0));
    let user = select(&found, "claude-code/user:notes").unwrap().server;
    assert_eq!(user.launch.expanded(), ["npx", "-y", "notes-mcp"]);
    // Claude Desktop and Cursor start it with another folder.
    let Err(Unselected::Several(several)) = select(&found, "filesystem") else {
        panic!("they differ");
    };
    let selectors: Vec<String> = several.iter().map(|server| server.selector()).collect();
    assert_eq!(
        selectors,
        ["claude-desktop:filesystem", "cursor:filesystem"]
    );
    let one = select(&found, "cursor:filesystem").unwrap().server;
    let folder = world.machine.home.join("Documents");
    assert_eq!(one.launch.expanded()[3], folder.to_string_lossy());
    let groups = grouped(&found);
    let group = groups
        .iter()
        .find(|group| group.name == "filesystem")
        .unwrap();
    assert_eq!(group.differences()[0].1, ["args differ"]);
    // Our own entry is meant for us.
    assert_eq!(
        select(&found, "search").unwrap().server.client.id,
        "mcpscope"
    );
    // What is switched off counts only when nothing else is there.
    assert!(select(&found, "sleeping").unwrap().server.off.is_some());
    assert_eq!(
        select(&found, "weathr").unwrap_err(),
        Unselected::Unknown(Some("weather".to_owned()))
    );
    assert_eq!(
        select(&found, "quite-another").unwrap_err(),
        Unselected::Unknown(None)
    );
}

#[test]
fn differences_tell_names_and_no_values() {
    let world = World::empty();
    world.write(
        ".cursor/mcp.json",
        "{\"mcpServers\": {\"a\": {\"command\": \"x\", \"env\": {\"A\": \"1\", \"B\": \"2\", \"C\": \"3\"}}}}",
    );
    world.write(
        ".codeium/windsurf/mcp_config.json",
        "{\"mcpServers\": {\"a\": {\"command\": \"x\", \"env\": {\"A\": \"9\", \"B\": \"2\", \"D\": \"3\"}}}}",
    );
    let found = find(&world.machine);
    assert_eq!(
        grouped(&found)[0].differences()[0].1,
        [
            "env A differs",
            "env C only in the first",
            "env D only in the second"
        ]
    );
}

#[test]
fn inputs_are_given_or_missing() {
    let mut world = World::full();
    let found = find(&world.machine);
    let weather = select(&found, "weather").unwrap().server;
    assert_eq!(weather.launch.lacks(), [Lack::Input("api-key".to_owned())]);
    world
        .machine
        .inputs
        .insert("api-key".to_owned(), "k".to_owned());
    let found = find(&world.machine);
    let weather = select(&found, "weather").unwrap().server;
    assert!(weather.launch.lacks().is_empty());
    let target = weather
        .launch
        .target(weather.project.as_deref(), &world.machine.home);
    let crate::transport::Target::Process(spawn) = target.unwrap() else {
        panic!("it is a command");
    };
    assert_eq!(
        spawn.cwd.as_deref(),
        Some(&*world.machine.folder.join("weather"))
    );
    assert_eq!(spawn.env[0], ("API_KEY".to_owned(), "k".to_owned()));
}

#[test]
fn secrets_are_in_no_debug_output() {
    let world = World::full();
    let told = format!("{:?} {:?}", find(&world.machine), world.machine);
    for secret in [
        "postgres://secret",
        "user-literal-token",
        "pages-secret",
        "of the file",
    ] {
        assert!(!told.contains(secret), "{secret}");
    }
}

#[test]
fn reading_writes_nothing() {
    fn all(folder: &Path, into: &mut BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                all(&path, into);
            } else {
                let changed = path.metadata().unwrap().modified().unwrap();
                into.insert(path.clone(), (std::fs::read(&path).unwrap(), changed));
            }
        }
    }
    let world = World::full();
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    all(world.folder.path(), &mut before);
    let found = find(&world.machine);
    for server in &found.servers {
        let _ = Trust::at(world.machine.home.join("trust.jsonl")).terms(server);
    }
    all(world.folder.path(), &mut after);
    assert_eq!(before, after);
}

#[test]
fn what_comes_with_a_project_is_agreed_to_once_and_again_when_it_changes() {
    let world = World::full();
    let trust = Trust::at(world.machine.home.join("state/trust.jsonl"));
    let named = |name: &str| {
        let found = find(&world.machine);
        select(&found, name).unwrap().server.clone()
    };
    assert_eq!(trust.standing(&named("cursor:pages")), Standing::Agreed);
    assert_eq!(
        trust.standing(&named("claude-code/local:notes")),
        Standing::Agreed
    );
    let db = named("db");
    assert_eq!(trust.standing(&db), Standing::New);
    let terms = trust.terms(&db).unwrap();
    assert_eq!(
        terms.command,
        ["${DB_HOME}/bin/db-server", "--port", "${DB_PORT:-5432}"]
    );
    assert_eq!(terms.expanded.unwrap()[0], "/opt/db/bin/db-server");
    assert_eq!(terms.names, ["DB_URL"]);
    trust.agree(&db).unwrap();
    assert_eq!(trust.standing(&named("db")), Standing::Agreed);
    assert_eq!(trust.terms(&named("db")), None);

    let file = world.machine.folder.join(".mcp.json");
    let text = std::fs::read_to_string(&file).unwrap();
    let changed = |from: &str, to: &str| {
        std::fs::write(&file, text.replace(from, to)).unwrap();
        let standing = trust.standing(&named("db"));
        std::fs::write(&file, &text).unwrap();
        match standing {
            Standing::Changed(what) => what.join("; "),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        changed("--port", "--evil"),
        "it was: '${DB_HOME}/bin/db-server' --port '${DB_PORT:-5432}'"
    );
    assert_eq!(
        changed("\"DB_URL\":", "\"LD_PRELOAD\":"),
        "LD_PRELOAD is new; DB_URL is gone"
    );
    // The same names with other values.
    assert_eq!(
        changed("\"${DB_URL}\"", "\"${HOME}\""),
        "a value of these changed"
    );
    assert_eq!(trust.standing(&named("db")), Standing::Agreed);

    let kept = std::fs::read_to_string(world.machine.home.join("state/trust.jsonl")).unwrap();
    assert_eq!(kept.lines().count(), 1);
    assert!(!kept.contains("postgres://secret"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let about = std::fs::metadata(world.machine.home.join("state/trust.jsonl")).unwrap();
        assert_eq!(about.permissions().mode() & 0o777, 0o600);
    }
    // A line that somebody else wrote, or half of one, is passed over.
    world.write("state/trust.jsonl", "{\"file\":\"x\"\n");
    assert_eq!(trust.standing(&named("db")), Standing::New);
}

#[test]
fn why_a_client_has_a_server_or_not_is_said() {
    let world = World::full();
    let found = find(&world.machine);
    let home = world.machine.home.to_string_lossy().into_owned();
    let told = |name: &str, client: &str| {
        let verdicts = why::why(&found, &world.machine, name, Client::of(client));
        let why = verdicts[0].why.join("; ").replace(&home, "~");
        format!("{}: {why}", verdicts[0].has)
    };
    assert_eq!(
        told("notes", "claude-code"),
        "true: ~/.claude.json:22 (local: yours, in one project) has it; \
         ~/work/project/.mcp.json:8 (project: comes with the project) does not count: ~/.claude.json:22 comes first; \
         ~/.claude.json:4 (user: yours, everywhere) does not count: ~/.claude.json:22 comes first"
    );
    assert_eq!(
        told("notes", "cursor"),
        "false: ~/work/project/.cursor/mcp.json (project) has no notes; ~/.cursor/mcp.json (user) has no notes"
    );
    assert!(told("far", "claude-code").ends_with("it has far in other projects only: /elsewhere"));
    assert!(told("tracker", "claude-code").contains("but the variable TRACKER_TOKEN has no value"));
    assert!(told("sleeping", "codex").contains("but it is switched off there (enabled: false)"));
    assert!(
        told("misnamed", "windsurf")
            .contains("mcp_config.json:13: misnamed: Windsurf reads no httpUrl")
    );
    let all = why::why(&found, &world.machine, "notes", None);
    assert_eq!(all.len(), CLIENTS.len());
    // Codex trusts this project; without that it would not read its file.
    assert!(told("migrations", "codex").starts_with("true"));
    world.write(".codex/config.toml", "model = \"gpt-5\"\n");
    let found = find(&world.machine);
    let verdicts = why::why(&found, &world.machine, "migrations", Client::of("codex"));
    assert!(verdicts[0].why[0].ends_with("but Codex reads it only in projects that it trusts"));
    // A comment is one too many for Claude Desktop.
    let desktop = ".config/Claude/claude_desktop_config.json";
    world.write(
        desktop,
        "{ // mine\n\"mcpServers\": {\"x\": {\"command\": \"y\"}}}",
    );
    let found = find(&world.machine);
    let verdicts = why::why(&found, &world.machine, "x", Client::of("claude-desktop"));
    assert!(
        !verdicts[0].has && verdicts[0].why[0].contains("reads no comments"),
        "{verdicts:?}"
    );
}
