//! What the settings' file may say, and what is said about mistakes in it.

#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("config.toml"))
}

fn refuse(text: &str) -> (String, String) {
    let error = parse(text).unwrap_err();
    (error.to_string(), error.hint().unwrap_or_default())
}

#[test]
fn the_reference_is_the_default_and_explains_every_setting() {
    let reference = parse(DEFAULT_TOML).unwrap();
    assert_eq!(reference.settings, Settings::default());
    let written: Vec<_> = reference
        .set
        .iter()
        .map(|(name, line)| (*line, *name))
        .collect();
    let mut in_order = written.clone();
    in_order.sort_unstable();
    let names: Vec<_> = in_order.iter().map(|(_, name)| *name).collect();
    assert_eq!(names, Config::names().collect::<Vec<_>>());
    let lines: Vec<&str> = DEFAULT_TOML.lines().collect();
    for (line, name) in written {
        assert!(
            lines[line - 2].starts_with("# "),
            "{name} has no comment above it"
        );
    }
}

#[test]
fn a_file_changes_what_it_names_and_nothing_else() {
    let config = parse("\nrequest_timeout = \"2 min\"\ntheme = \"light\"\n").unwrap();
    let expected = Settings {
        request_timeout: Duration::from_secs(120),
        theme: ThemeChoice::Light,
        ..Settings::default()
    };
    assert_eq!(config.settings, expected);
    assert_eq!(config.origin("request_timeout"), Origin::File { line: 2 });
    assert_eq!(config.origin("theme").to_string(), "config.toml line 3");
    assert_eq!(config.origin("record"), Origin::Default);
}

#[test]
fn every_setting_can_be_set() {
    let text = "theme='mono'\nimages='off'\nrecord=false\nhistory=false\nfollow=false\ncareful=true\nfollow_lists=false\nprobe_timeout='1s'\nrequest_timeout='1s'\n\
                request_timeout_max='1s'\nstdin_grace='0ms'\nterminate_grace='0ms'\nclipboard='off'\ncolumns=['took']\n\
                [keys]\nquit=['X']\n[pager]\njson='jless'\n\
                [ask]\nurl='off'\n[servers.x.ask]\nurl='off'";
    // The only other place for logins is in some builds only.
    let keychain = cfg!(feature = "keychain");
    let text = format!(
        "{}{text}",
        if keychain { "logins='keychain'\n" } else { "" }
    );
    let config = parse(&text).unwrap();
    assert_eq!(
        config.set.len() + usize::from(!keychain),
        Config::names().count()
    );
    let wrong = parse("logins='vault'\n").unwrap_err().to_string();
    assert!(wrong.contains("logins must be \"file\""), "{wrong}");
    let default = format!("{:?}", Settings::default());
    let changed = format!("{:?}", config.settings);
    for (before, after) in default.split(", ").zip(changed.split(", ")) {
        if before.starts_with("logins") && !keychain {
            continue;
        }
        assert_ne!(before, after);
    }
}

#[test]
fn mistakes_are_named_with_their_place_and_a_way_out() {
    let (error, hint) = refuse("record = true\n\n  request-timout = \"3s\"\n");
    assert_eq!(error, "config.toml:3:3: unknown setting \"request-timout\"");
    assert_eq!(hint, "did you mean \"request_timeout\"?");

    let (_, hint) = refuse("[shortcuts]\nquit = [\"q\"]");
    assert!(
        hint.starts_with("known settings: theme, images, record"),
        "{hint}"
    );
    assert!(
        hint.ends_with(
            "and the tables [keys], [pager], [mask], [sessions], [ask], [servers.NAME] and [servers.NAME.ask]"
        ),
        "{hint}"
    );
    let (_, hint) = refuse("[key]\nquit = [\"q\"]");
    assert_eq!(hint, "did you mean \"keys\"?");

    let (error, _) = refuse("theme = \"pink\"");
    assert_eq!(
        error,
        "config.toml:1:9: theme must be \"auto\", \"dark\", \"light\" or \"mono\""
    );

    let (error, _) = refuse("follow = true\nprobe_timeout = 3");
    assert!(
        error.starts_with("config.toml:2:17: probe_timeout must be a time such as"),
        "{error}"
    );
    refuse("probe_timeout = \"0s\"");
    refuse("request_timeout = { a = 1 }");

    let (error, _) = refuse("follow = true\nrecord = \n");
    assert!(error.starts_with("config.toml:2:"), "{error}");
    let (error, _) = refuse("follow = true\nfollow = false");
    assert!(error.starts_with("config.toml:2:"), "{error}");

    let (error, _) = refuse("record = true\nrequest_timeout = \"11min\"");
    assert_eq!(
        error,
        "config.toml:2:1: request_timeout must be a time no longer than request_timeout_max"
    );
}

#[test]
fn times_need_a_unit_and_a_size() {
    assert_eq!(duration("1500ms"), Some(Duration::from_millis(1500)));
    assert_eq!(duration(" 3 s "), Some(Duration::from_secs(3)));
    assert_eq!(duration("10min"), Some(Duration::from_secs(600)));
    for wrong in [
        "",
        "3",
        "s",
        "-1s",
        "1.5s",
        "1 h",
        "2000min",
        "99999999999999999999s",
        "18446744073709551615min",
    ] {
        assert_eq!(duration(wrong), None, "{wrong:?}");
    }
}

#[test]
fn a_missing_file_is_all_defaults_and_an_unreadable_one_is_an_error() {
    let home = tempfile::tempdir().unwrap();
    let paths = Paths::under(home.path());
    assert_eq!(Config::load(&paths).unwrap(), Config::default());
    crate::paths::create(&paths.config).unwrap();
    std::fs::write(paths.config_file(), b"theme = \"\xff\"").unwrap();
    let error = Config::load(&paths).unwrap_err();
    assert!(
        matches!(error, ConfigError::Unreadable { .. }) && error.hint().is_some(),
        "{error:?}"
    );
    std::fs::write(paths.config_file(), "record = false").unwrap();
    assert!(!Config::load(&paths).unwrap().settings.record);
}

#[test]
fn keys_are_kept_as_they_are_written_with_their_places() {
    let config = parse(
        "record = false\n[keys]\nrun = [\"C-x\",\n  \"g r\"] # both\nanything = []\n\"what ever\" = ['x']\n",
    )
    .unwrap();
    let keys = &config.settings.keys;
    assert_eq!(keys.file, Path::new("config.toml"));
    let written: Vec<String> = keys
        .bindings
        .iter()
        .flat_map(|binding| std::iter::once(&binding.action).chain(&binding.keys))
        .map(|word| format!("{}:{} {}", word.line, word.column, word.text))
        .collect();
    let expected = [
        "3:1 run",
        "3:8 C-x",
        "4:3 g r",
        "5:1 anything",
        "6:1 what ever",
        "6:16 x",
    ];
    assert_eq!(written, expected);
    assert!(!config.settings.record);
}

#[test]
fn mistakes_in_the_table_of_keys_are_named() {
    let (error, _) = refuse("[keys]\nquit = \"q\"");
    assert_eq!(
        error,
        "config.toml:2:8: quit must be a list of keys such as [\"g t\", \"C-x\"]"
    );
    let (error, _) = refuse("[keys]\nquit = [\"q\", 1]");
    assert!(
        error.starts_with("config.toml:2:14: quit must be"),
        "{error}"
    );
    let (error, _) = refuse("keys = true");
    assert!(
        error.starts_with("config.toml:1:8: keys must be a table"),
        "{error}"
    );
    let (error, hint) = refuse("[keys]\nquit = [\"X\"]\ntheme = \"dark\"\n");
    assert_eq!(
        error,
        "config.toml:3:1: theme is a setting, not a line of this table"
    );
    assert_eq!(hint, "move the line above the first [table]");
}

#[test]
fn sessions_are_kept_for_so_long_and_so_much() {
    let config = parse("[sessions]\nkeep_days = 90\nkeep_size = \"2 GB\"\n").unwrap();
    let (days, bytes) = (90, 2_000_000_000);
    assert_eq!(config.settings.sessions, Retention { days, bytes });
    for (text, said) in [
        (
            "[sessions]\nkeep_days = -1",
            "2:13: keep_days must be a whole number",
        ),
        ("[sessions]\nkeep_days = \"9\"", "2:13: keep_days must be"),
        (
            "[sessions]\nkeep_size = 9",
            "2:13: keep_size must be a size",
        ),
        ("[sessions]\nkeep_size = \"9\"", "2:13: keep_size must be"),
        ("[sessions]\nkept = 9", "unknown setting \"sessions.kept\""),
        ("sessions = 9", "sessions must be a table"),
        ("[sessions]\ntheme = \"dark\"", "theme is a setting"),
    ] {
        let (error, _) = refuse(text);
        assert!(error.contains(said), "{text}: {error}");
    }
}

#[test]
fn pagers_are_kept_by_the_kind_of_text() {
    let config = parse("[pager]\njson = \"jless -m line\"\n\"text/html\" = 'w3m'\n").unwrap();
    let pager = |kind: &str, command: &str| (kind.to_owned(), command.to_owned());
    let mut pagers = config.settings.pagers;
    pagers.sort();
    assert_eq!(
        pagers,
        [pager("json", "jless -m line"), pager("text/html", "w3m")]
    );
    for wrong in [
        "[pager]\njson = 1",
        "[pager]\njson = ' '",
        "[pager]\njson = []",
    ] {
        let (error, hint) = refuse(wrong);
        assert_eq!(
            error,
            "config.toml:2:8: a pager must be a command line such as \"jless\" or \"less -S\""
        );
        assert_eq!(hint, "correct the line, or remove it");
    }
    assert!(
        refuse("pager = \"less\"")
            .0
            .contains("pager must be a table: [pager]")
    );
    let (error, hint) = refuse("[pager]\ntheme = \"dark\"");
    assert!(
        error.ends_with("theme is a setting, not a line of this table"),
        "{error}"
    );
    assert_eq!(hint, "move the line above the first [table]");
    let (error, _) = refuse("clipboard = true");
    assert!(error.ends_with("clipboard must be \"auto\", \"osc52\", \"helper\" or \"off\""));
}
