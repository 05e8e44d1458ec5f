//! Presets: arguments with a name, as files that people keep, edit and commit.
//!
//! ```text
//! .mcpscope/presets/<server>/<tool>/<name>.json          of the project: looked at first
//! <config>/presets/<server>/<tool>/<name>.json           the user's own
//! …/presets/<server>/@prompts/<prompt>/<name>.json       of a prompt; @templates for resource templates
//! ```
//!
//! A file is the object of arguments and nothing else, formatted as its writer left it. Servers go by their names here,
//! since a team's command lines differ. The project's folder is the `.mcpscope` nearest above the working directory,
//! not beyond the repository and never the home directory's. Nothing is written over unless asked for, and secrets
//! never come here: whoever writes takes them out before.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

mod name;
#[cfg(test)]
mod tests;

use crate::history::file::{self, FileError, failed};
use crate::history::{Callee, CalleeKind};
use crate::json::{self, Value};
use crate::paths::{self, Paths};
use name::{decode, encode};

/// The folder of a project's files.
const PROJECT: &str = ".mcpscope";
/// Below it, and below the user's own: the presets.
const PRESETS: &str = "presets";
/// What their files end with.
const ENDING: &str = "json";
/// Larger files are no presets.
const LARGEST: u64 = 4 << 20;

/// Where a preset stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// In the project's folder.
    Project,
    /// In the user's own.
    User,
}

impl Place {
    /// Both, in the order they are looked at.
    pub const ALL: [Self; 2] = [Self::Project, Self::User];

    /// One word for lists.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::User => "mine",
        }
    }
}

/// Whose presets.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The server's name.
    pub server: Box<str>,
    /// What takes the arguments.
    pub callee: Callee,
}

/// A preset that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// Its file.
    pub path: PathBuf,
    /// Whether the project has one of the same name, which is taken instead.
    pub hidden: bool,
}

/// A preset, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    /// Its file.
    pub path: PathBuf,
    /// What stands in it, as it is formatted.
    pub text: String,
    /// The same, as arguments.
    pub arguments: Value,
}

/// Why a preset cannot be had or kept.
#[derive(Debug, thiserror::Error)]
pub enum PresetError {
    /// A file could not be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// There is one of this name; writing again with leave to overwrite replaces it.
    #[error("there is a preset in {} already", .0.display())]
    Exists(PathBuf),
    /// There is none.
    #[error("there is no preset in {}", .0.display())]
    Missing(PathBuf),
    /// What stands in the file, or should, is no object of arguments.
    #[error("{} holds no arguments: {problem}", path.display())]
    NoArguments {
        /// Which file.
        path: PathBuf,
        /// Why not.
        problem: String,
    },
    /// A name that no file can have.
    #[error("{0}")]
    BadName(String),
    /// There is no folder for it.
    #[error("there is no project here")]
    NoProject,
}

impl PresetError {
    /// What to do about it, as one clause.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Exists(_) => Some("overwrite it, or take another name".into()),
            Self::Missing(_) => Some("somebody deleted or renamed it; list them again".into()),
            Self::NoArguments { .. } => Some(
                "a preset is a JSON object such as {\"city\": \"Oslo\"}; correct the file".into(),
            ),
            Self::BadName(_) => Some("take a shorter name".into()),
            Self::NoProject => Some(format!(
                "create the folder {PROJECT} where it belongs, or keep the preset for yourself"
            )),
        }
    }
}

/// The folders of presets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presets {
    project: Option<PathBuf>,
    user: PathBuf,
}

impl Presets {
    /// The presets for somebody who works in `cwd`, with the files of `paths`. `home` is never a project.
    pub fn of(cwd: &Path, home: Option<&Path>, paths: &Paths) -> Self {
        Self {
            project: project(cwd, home),
            user: paths.config.join(PRESETS),
        }
    }

    /// Where to save unless somebody says otherwise: with the project if it keeps files of ours already.
    pub fn usual_place(&self) -> Place {
        match &self.project {
            Some(folder) if folder.parent().is_some_and(Path::is_dir) => Place::Project,
            _ => Place::User,
        }
    }

    /// The project's folder for files of ours, when it is there.
    pub fn project_folder(&self) -> Option<&Path> {
        let folder = self.project.as_ref()?.parent()?;
        folder.is_dir().then_some(folder)
    }

    /// Those of `owner`, by name, the project's first. Files that are no presets are passed over.
    pub fn list(&self, owner: &Owner) -> Result<Vec<Listed>, PresetError> {
        let mut listed: Vec<Listed> = Vec::new();
        for place in Place::ALL {
            let Ok(folder) = self.folder(owner, place) else {
                continue;
            };
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(failed("read", &folder)(error).into()),
            };
            for entry in entries {
                let path = entry.map_err(failed("read", &folder))?.path();
                let is_preset = path.extension().is_some_and(|end| end == ENDING) && path.is_file();
                let stem = path.file_stem().and_then(|stem| stem.to_str());
                if let (true, Some(name)) = (is_preset, stem.and_then(decode)) {
                    let hidden = listed
                        .iter()
                        .any(|other| other.place < place && other.name == name);
                    listed.push(Listed {
                        name,
                        place,
                        path,
                        hidden,
                    });
                }
            }
        }
        listed.sort_by(|one, other| (&one.name, one.place).cmp(&(&other.name, other.place)));
        Ok(listed)
    }

    /// Reads one, from `place` or from wherever it is found first.
    pub fn read(
        &self,
        owner: &Owner,
        name: &str,
        place: Option<Place>,
    ) -> Result<Preset, PresetError> {
        let mut path = PathBuf::new();
        for place in Place::ALL
            .into_iter()
            .filter(|it| place.is_none_or(|place| place == *it))
        {
            path = match self.path(owner, name, place) {
                // Without a project there is still the user's own.
                Err(PresetError::NoProject) => continue,
                path => path?,
            };
            if path.is_file() {
                return read(path);
            }
        }
        if path.as_os_str().is_empty() {
            return Err(PresetError::NoProject);
        }
        Err(PresetError::Missing(path))
    }

    /// Writes one, with `text` as it is formatted; only with `overwrite` in the place of another. Gives its file.
    pub fn write(
        &self,
        owner: &Owner,
        name: &str,
        place: Place,
        text: &str,
        overwrite: bool,
    ) -> Result<PathBuf, PresetError> {
        let path = self.path(owner, name, place)?;
        arguments(&path, text.as_bytes())?;
        let mut bytes = text.trim_end().as_bytes().to_vec();
        bytes.push(b'\n');
        let folder = path.parent().unwrap_or(Path::new(""));
        match place {
            // As any file of the project: who may read it is for the umask to say.
            Place::Project => fs::create_dir_all(folder),
            Place::User => paths::create(folder),
        }
        .map_err(failed("create", folder))?;
        let write = || -> io::Result<bool> {
            let target = path.canonicalize().unwrap_or_else(|_| path.clone());
            let folder = target.parent().unwrap_or(folder);
            let mut builder = tempfile::Builder::new();
            builder.prefix(".mcpscope-");
            #[cfg(unix)]
            let mode = std::os::unix::fs::PermissionsExt::from_mode(match place {
                Place::Project => 0o666,
                Place::User => 0o600,
            });
            #[cfg(unix)]
            builder.permissions(mode);
            let mut temporary = builder.tempfile_in(folder)?;
            temporary.write_all(&bytes)?;
            temporary.as_file().sync_all()?;
            if overwrite {
                temporary.persist(&target)?;
                return Ok(true);
            }
            match temporary.persist_noclobber(&path) {
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
                Err(error) => Err(error.error),
                Ok(_) => Ok(true),
            }
        };
        if write().map_err(failed("write", &path))? {
            Ok(path)
        } else {
            Err(PresetError::Exists(path))
        }
    }

    /// Deletes one.
    pub fn delete(&self, owner: &Owner, name: &str, place: Place) -> Result<PathBuf, PresetError> {
        let path = self.path(owner, name, place)?;
        match fs::remove_file(&path) {
            Ok(()) => Ok(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(PresetError::Missing(path))
            }
            Err(error) => Err(failed("delete", &path)(error).into()),
        }
    }

    fn folder(&self, owner: &Owner, place: Place) -> Result<PathBuf, PresetError> {
        let root = match place {
            Place::Project => self.project.as_ref().ok_or(PresetError::NoProject)?,
            Place::User => &self.user,
        };
        let mut folder = root.join(encode(&owner.server)?);
        match owner.callee.kind {
            CalleeKind::Tool => {}
            // No encoded name begins with @.
            CalleeKind::Prompt => folder.push("@prompts"),
            CalleeKind::Template => folder.push("@templates"),
        }
        Ok(folder.join(encode(&owner.callee.name)?))
    }

    fn path(&self, owner: &Owner, name: &str, place: Place) -> Result<PathBuf, PresetError> {
        let file = format!("{}.{ENDING}", encode(name)?);
        Ok(self.folder(owner, place)?.join(file))
    }
}

/// Where the presets of the project are that `cwd` belongs to: in the nearest `.mcpscope`, else in one to be made at
/// the root of the repository. Outside of one, and at home, there is no project.
fn project(cwd: &Path, home: Option<&Path>) -> Option<PathBuf> {
    let mut root = None;
    for folder in cwd.ancestors().take_while(|folder| Some(*folder) != home) {
        let own = folder.join(PROJECT);
        if own.is_dir() {
            return Some(own.join(PRESETS));
        }
        // A file, in the work trees that git adds.
        if folder.join(".git").exists() {
            root = Some(own.join(PRESETS));
            break;
        }
    }
    root
}

fn read(path: PathBuf) -> Result<Preset, PresetError> {
    let bytes = file::read(&path, LARGEST)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let arguments = arguments(&path, bytes)?;
    let text = String::from_utf8_lossy(bytes).into_owned();
    Ok(Preset {
        path,
        text,
        arguments,
    })
}

/// The object of arguments that `bytes` hold.
fn arguments(path: &Path, bytes: &[u8]) -> Result<Value, PresetError> {
    let wrong = |problem: String| PresetError::NoArguments {
        path: path.to_owned(),
        problem,
    };
    let value = Value::parse(bytes).map_err(|problem| wrong(problem.to_string()))?;
    match json::kind(bytes) {
        json::Kind::Object => Ok(value),
        _ => Err(wrong("it is JSON, but no object".to_owned())),
    }
}
