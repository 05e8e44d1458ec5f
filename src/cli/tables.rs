//! `mcpscope keys` and `mcpscope theme`: what is asked of the tables of the screen. What stands in them is the screen's
//! to say, so these are handed back.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::failure::Failure;
use crate::config::{Config, Settings};
use crate::paths::Paths;

/// List the keys of the screen, the settings' own in their place, or check them
#[derive(Debug, Clone, Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    what: Option<KeysVerb>,
    /// Print one JSON list
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum KeysVerb {
    /// Say what is wrong with [keys] in the settings, and which keys this terminal keeps to itself
    Check,
}

/// List the themes, or check one
#[derive(Debug, Clone, Args)]
pub struct ThemeArgs {
    #[command(subcommand)]
    what: Option<ThemeVerb>,
}

#[derive(Debug, Clone, Subcommand)]
enum ThemeVerb {
    /// List the themes
    List,
    /// Say what of a theme cannot be read well, or why it cannot be used
    Check {
        /// A theme's name, or a theme file
        #[arg(value_name = "NAME|FILE")]
        theme: String,
    },
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tables {
    /// The keys.
    Keys {
        /// The settings they are in.
        settings: Box<Settings>,
        /// Whether to check them rather than to list them.
        check: bool,
        /// As JSON.
        json: bool,
    },
    /// The names of the themes.
    Themes,
    /// A theme is to be checked.
    Theme(String),
}

/// What `keys` asks.
pub fn keys(args: &KeysArgs) -> Result<Tables, Failure> {
    let settings = match Paths::from_env() {
        Ok(paths) => {
            Config::load(&paths)
                .map_err(|error| Failure::usage(error.to_string()).hint(error.hint()))?
                .settings
        }
        Err(_) => Settings::default(),
    };
    Ok(Tables::Keys {
        settings: Box::new(settings),
        check: args.what.is_some(),
        json: args.json,
    })
}

/// What `theme` asks.
pub fn theme(args: &ThemeArgs) -> Tables {
    match &args.what {
        None | Some(ThemeVerb::List) => Tables::Themes,
        Some(ThemeVerb::Check { theme }) => Tables::Theme(theme.clone()),
    }
}

/// The text of the file that a theme to be checked is in.
pub fn file(theme: &str) -> Result<String, Failure> {
    let path = PathBuf::from(theme);
    std::fs::read_to_string(&path).map_err(|error| {
        let known = "dark, light and mono are part of mcpscope; anything else is a file";
        Failure::usage(format!("cannot read the theme {theme}: {error}")).hint(known.to_owned())
    })
}
