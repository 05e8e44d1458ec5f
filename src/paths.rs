//! Where mcpscope keeps its files: the platform's directories, or all of them under `MCPSCOPE_HOME`.
//!
//! Names directories and creates them when asked to; it never reads or writes a file in them.

use directories::ProjectDirs;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// The variable that, when set, moves everything under one directory.
pub const HOME_VARIABLE: &str = "MCPSCOPE_HOME";

/// The directories of this user. None of them needs to exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// `config.toml` and what the user writes by hand.
    pub config: PathBuf,
    /// Recordings and what must not be lost.
    pub data: PathBuf,
    /// Drafts and history: what is kept between runs but could be lost.
    pub state: PathBuf,
    /// What can be made again.
    pub cache: PathBuf,
    /// mcpscope's own log files.
    pub log: PathBuf,
}

/// There is no directory to keep anything in.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PathsError {
    /// The system does not say where this user's files belong.
    #[error("this user has no home directory")]
    NoHome,
}

impl PathsError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(format!("set {HOME_VARIABLE} to a directory, or set HOME"))
    }
}

impl Paths {
    /// The paths for the environment we run in.
    pub fn from_env() -> Result<Self, PathsError> {
        Self::from_env_value(std::env::var_os(HOME_VARIABLE))
    }

    /// The paths for a value of `MCPSCOPE_HOME`; none and an empty one mean the platform's own.
    pub fn from_env_value(home: Option<OsString>) -> Result<Self, PathsError> {
        if let Some(home) = home.filter(|home| !home.is_empty()) {
            return Ok(Self::under(Path::new(&home)));
        }
        let platform = ProjectDirs::from("", "", "mcpscope").ok_or(PathsError::NoHome)?;
        let data = platform.data_local_dir().to_path_buf();
        // Only Linux has a place for state; elsewhere it lives beside the data.
        let state = platform
            .state_dir()
            .map_or_else(|| data.join("state"), Path::to_path_buf);
        Ok(Self {
            config: platform.config_dir().to_path_buf(),
            cache: platform.cache_dir().to_path_buf(),
            log: state.join("log"),
            data,
            state,
        })
    }

    /// All of them under one directory. A relative one counts from where we are now, so that a later
    /// change of directory moves nothing.
    pub fn under(home: &Path) -> Self {
        let home = std::path::absolute(home).unwrap_or_else(|_| home.to_path_buf());
        Self {
            config: home.join("config"),
            data: home.join("data"),
            state: home.join("state"),
            cache: home.join("cache"),
            log: home.join("log"),
        }
    }

    /// The user's settings.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// Filters of rows with a name.
    pub fn filters_file(&self) -> PathBuf {
        self.config.join("filters.toml")
    }

    /// Filters of sessions with a name.
    pub fn session_filters_file(&self) -> PathBuf {
        self.config.join("session-filters.toml")
    }

    /// Runs with their arguments.
    pub fn history_file(&self) -> PathBuf {
        self.state.join("history.jsonl")
    }

    /// Which era each server speaks.
    pub fn eras_file(&self) -> PathBuf {
        self.state.join("eras.jsonl")
    }

    /// What is being typed, a file for each server.
    pub fn drafts(&self) -> PathBuf {
        self.state.join("drafts")
    }

    /// Where clients and tokens of logins are kept.
    pub fn logins_file(&self) -> PathBuf {
        self.data.join("logins.json")
    }

    /// Tasks that had not ended.
    pub fn tasks_file(&self) -> PathBuf {
        self.state.join("tasks.json")
    }

    /// What somebody agreed to run out of files that come with a project.
    pub fn trust_file(&self) -> PathBuf {
        self.state.join("trust.jsonl")
    }

    /// Which taps run, a file for each.
    pub fn taps(&self) -> PathBuf {
        self.state.join("taps")
    }

    /// Where recordings go.
    pub fn sessions(&self) -> PathBuf {
        self.data.join("sessions")
    }
}

/// The home directory of this user, if there is one.
pub fn home() -> Option<PathBuf> {
    directories::BaseDirs::new().map(|platform| platform.home_dir().to_path_buf())
}

/// Creates a directory and its parents if they are missing, for this user only (0700 on Unix).
/// Directories that exist keep their mode.
pub fn create(directory: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn one_variable_moves_everything() {
        let paths = Paths::from_env_value(Some("/somewhere".into())).unwrap();
        for path in [
            &paths.config,
            &paths.data,
            &paths.state,
            &paths.cache,
            &paths.log,
            &paths.sessions(),
            &paths.logins_file(),
            &paths.history_file(),
            &paths.drafts(),
            &paths.tasks_file(),
            &paths.trust_file(),
            &paths.taps(),
        ] {
            assert!(
                path.starts_with("/somewhere") && path != Path::new("/somewhere"),
                "{path:?}"
            );
        }
        assert_eq!(
            paths.config_file(),
            Path::new("/somewhere/config/config.toml")
        );
        assert!(
            Paths::from_env_value(Some("here".into()))
                .unwrap()
                .data
                .is_absolute()
        );
    }

    #[test]
    fn an_empty_value_is_no_value() {
        assert_eq!(
            Paths::from_env_value(Some(OsString::new())),
            Paths::from_env_value(None)
        );
        if let Ok(paths) = Paths::from_env_value(None) {
            for path in [
                &paths.config,
                &paths.data,
                &paths.state,
                &paths.cache,
                &paths.log,
            ] {
                assert!(
                    path.is_absolute() && path.to_string_lossy().contains("mcpscope"),
                    "{path:?}"
                );
            }
            assert_ne!(paths.log, paths.state);
        }
    }

    #[cfg(unix)]
    #[test]
    fn created_directories_are_the_users_alone() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let sessions = Paths::under(home.path()).sessions();
        create(&sessions).unwrap();
        create(&sessions).unwrap();
        for directory in [sessions.as_path(), sessions.parent().unwrap()] {
            assert_eq!(
                directory.metadata().unwrap().permissions().mode() & 0o777,
                0o700
            );
        }
    }
}
