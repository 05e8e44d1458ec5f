//! Presets in folders, the project's and the user's.

#![expect(clippy::unwrap_used, reason = "tests")]

use tempfile::TempDir;

use super::*;

/// A home with a repository in it, and the presets seen from a folder in that.
struct Desk {
    home: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self {
            home: tempfile::tempdir().unwrap(),
        };
        fs::create_dir_all(desk.at("work/repo/.git")).unwrap();
        fs::create_dir_all(desk.at("work/repo/src/deep")).unwrap();
        desk
    }

    fn at(&self, path: &str) -> PathBuf {
        self.home.path().join(path)
    }

    fn presets(&self, cwd: &str) -> Presets {
        let paths = Paths::under(&self.at("mcpscope"));
        Presets::of(&self.at(cwd), Some(self.home.path()), &paths)
    }
}

fn owner() -> Owner {
    Owner {
        server: "@scope/weather".into(),
        callee: Callee::tool("get/forecast"),
    }
}

fn names(listed: &[Listed]) -> Vec<String> {
    listed
        .iter()
        .map(|one| {
            let hidden = if one.hidden { " hidden" } else { "" };
            format!("{} {}{hidden}", one.place.word(), one.name)
        })
        .collect()
}

#[test]
fn where_the_project_is() {
    let desk = Desk::new();
    let project = |cwd: &str| project(&desk.at(cwd), Some(desk.home.path()));
    let presets = |folder: &str| Some(desk.at(folder).join(".mcpscope/presets"));
    assert_eq!(project("work/repo/src/deep"), presets("work/repo"));
    assert_eq!(project("work/repo"), presets("work/repo"));
    assert_eq!(project("work"), None);
    assert_eq!(project(""), None);
    // The nearest one counts, not beyond the repository and never at home.
    fs::create_dir_all(desk.at(".mcpscope")).unwrap();
    fs::create_dir_all(desk.at("work/.mcpscope")).unwrap();
    assert_eq!(project("work"), presets("work"));
    assert_eq!(project("work/repo/src"), presets("work/repo"));
    assert_eq!(project(""), None);
    fs::create_dir_all(desk.at("work/repo/src/.mcpscope")).unwrap();
    assert_eq!(project("work/repo/src/deep"), presets("work/repo/src"));
    // A file of that name is no project.
    fs::create_dir_all(desk.at("other")).unwrap();
    fs::write(desk.at("other/.mcpscope"), "").unwrap();
    fs::remove_dir(desk.at("work/.mcpscope")).unwrap();
    assert_eq!(project("other"), None);
}

#[test]
fn kept_as_they_are_formatted_and_the_project_comes_first() {
    let desk = Desk::new();
    let presets = desk.presets("work/repo/src/deep");
    assert_eq!(presets.list(&owner()).unwrap(), []);
    assert_eq!(presets.usual_place(), Place::User);
    let mine = "{\"z\": 1.0,\n\t\"a\" : 1e400}\n\n";
    let path = presets
        .write(&owner(), "Oslo, today", Place::User, mine, false)
        .unwrap();
    assert_eq!(
        path,
        desk.at("mcpscope/config/presets/%40scope%2Fweather/get%2Fforecast/Oslo%2C today.json")
    );
    let ours = "{ }";
    presets
        .write(&owner(), "Oslo, today", Place::Project, ours, false)
        .unwrap();
    presets
        .write(&owner(), "b", Place::Project, ours, false)
        .unwrap();
    assert_eq!(presets.usual_place(), Place::Project);
    assert!(
        desk.at("work/repo/.mcpscope/presets/%40scope%2Fweather/get%2Fforecast/b.json")
            .is_file()
    );
    presets
        .write(&owner(), "a", Place::User, ours, false)
        .unwrap();
    let listed = presets.list(&owner()).unwrap();
    assert_eq!(
        names(&listed),
        [
            "project Oslo, today",
            "mine Oslo, today hidden",
            "mine a",
            "project b"
        ]
    );
    let read = |place| presets.read(&owner(), "Oslo, today", place).unwrap();
    assert_eq!(read(None).text, "{ }\n");
    let read = read(Some(Place::User));
    assert_eq!(read.text, "{\"z\": 1.0,\n\t\"a\" : 1e400}\n");
    assert_eq!(read.arguments.to_string(), r#"{"z":1.0,"a":1e400}"#);
    // Others' are others'.
    let prompt = |kind| Owner {
        callee: Callee {
            kind,
            ..owner().callee
        },
        ..owner()
    };
    for kind in [CalleeKind::Prompt, CalleeKind::Template] {
        assert_eq!(presets.list(&prompt(kind)).unwrap(), []);
        presets
            .write(&prompt(kind), "p", Place::User, ours, false)
            .unwrap();
        assert_eq!(names(&presets.list(&prompt(kind)).unwrap()), ["mine p"]);
    }
    assert_eq!(presets.list(&owner()).unwrap(), listed);
}

#[test]
fn nothing_is_written_over_unasked() {
    let desk = Desk::new();
    let presets = desk.presets("work/repo");
    for place in Place::ALL {
        let write = |text, overwrite| presets.write(&owner(), "a", place, text, overwrite);
        let path = write("{\"a\":1}", false).unwrap();
        let error = write("{\"a\":2}", false).unwrap_err();
        assert!(matches!(&error, PresetError::Exists(other) if *other == path));
        assert!(error.hint().unwrap().starts_with("overwrite"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "{\"a\":1}\n");
        write("{\"a\":3}", true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "{\"a\":3}\n");
        assert_eq!(presets.delete(&owner(), "a", place).unwrap(), path);
        let error = presets.delete(&owner(), "a", place).unwrap_err();
        assert!(matches!(&error, PresetError::Missing(other) if *other == path));
        // Nothing temporary is left behind.
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 0);
    }
}

#[cfg(unix)]
#[test]
fn a_team_can_read_its_own_and_nobody_the_users() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let presets = desk.presets("work/repo");
    let plain = desk.at("plain");
    fs::write(&plain, "").unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let path = presets
        .write(&owner(), "a", Place::Project, "{}", false)
        .unwrap();
    assert_eq!(mode(&path), mode(&plain));
    let path = presets
        .write(&owner(), "a", Place::User, "{}", false)
        .unwrap();
    assert_eq!(mode(&path), 0o600);
    // A link to where somebody keeps such files stays a link.
    let kept = desk.at("kept.json");
    fs::rename(&path, &kept).unwrap();
    std::os::unix::fs::symlink(&kept, &path).unwrap();
    assert!(
        presets
            .write(&owner(), "a", Place::User, "{\"a\":1}", false)
            .is_err()
    );
    presets
        .write(&owner(), "a", Place::User, "{\"a\":1}", true)
        .unwrap();
    assert!(path.is_symlink());
    assert_eq!(fs::read_to_string(&kept).unwrap(), "{\"a\":1}\n");
}

#[test]
fn what_is_no_preset_is_passed_over_or_explained() {
    let desk = Desk::new();
    let presets = desk.presets("work/repo");
    let path = presets
        .write(&owner(), "good", Place::User, "{}", false)
        .unwrap();
    let folder = path.parent().unwrap();
    for name in ["notes.txt", ".json", "%zz.json", "a%2fb.json", "noend"] {
        fs::write(folder.join(name), "{}").unwrap();
    }
    fs::create_dir(folder.join("folder.json")).unwrap();
    assert_eq!(names(&presets.list(&owner()).unwrap()), ["mine good"]);
    for (text, problem) in [
        ("", "the text is empty"),
        ("[1]", "it is JSON, but no object"),
        ("{\"a\":}", "at 1:6"),
        ("{} {}", "at 1:4"),
    ] {
        fs::write(&path, text).unwrap();
        let error = presets.read(&owner(), "good", None).unwrap_err();
        let words = error.to_string();
        assert!(
            words.starts_with(&path.display().to_string())
                && error.hint().unwrap().contains("JSON object"),
            "{words}"
        );
        assert!(words.contains(problem) || text.is_empty(), "{words}");
        // And none of them is ever written.
        let error = presets
            .write(&owner(), "bad", Place::User, text, true)
            .unwrap_err();
        assert!(matches!(error, PresetError::NoArguments { .. }), "{error}");
    }
    fs::write(&path, b"\xef\xbb\xbf{\"a\":1}").unwrap();
    assert_eq!(
        presets.read(&owner(), "good", None).unwrap().text,
        "{\"a\":1}"
    );
    fs::write(&path, b"{\"a\":\"\xff\"}").unwrap();
    assert!(presets.read(&owner(), "good", None).is_err());
}

#[test]
fn errors_name_the_path_or_the_reason() {
    let desk = Desk::new();
    let presets = desk.presets("work");
    assert!(matches!(
        presets.write(&owner(), "a", Place::Project, "{}", false),
        Err(PresetError::NoProject)
    ));
    assert!(matches!(
        presets.read(&owner(), "a", Some(Place::Project)),
        Err(PresetError::NoProject)
    ));
    assert!(matches!(
        presets.read(&owner(), "a", None),
        Err(PresetError::Missing(_))
    ));
    assert!(matches!(
        presets.read(&owner(), "", None),
        Err(PresetError::BadName(_))
    ));
    let long = presets.write(&owner(), &"x".repeat(300), Place::User, "{}", false);
    assert!(
        long.unwrap_err()
            .to_string()
            .ends_with("is too long for the name of a file")
    );
    let file = desk.at("mcpscope");
    fs::write(&file, "").unwrap();
    let error = presets
        .write(&owner(), "a", Place::User, "{}", false)
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with(&format!("cannot create {}", file.display())),
        "{error}"
    );
}
