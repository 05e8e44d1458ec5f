//! The page of a login, given to the desktop's browser: only because somebody asked for it, only http and https, and
//! as one argument of a program, never through a shell (protocol.md §5.4).

use std::process::{Command, Stdio};

use url::Url;

use super::tools::{self, Lookup, Tool};

/// The program and its argument, or why there is none.
fn browser(url: &str, lookup: &impl Lookup) -> Result<(Tool, Url), String> {
    let url = Url::parse(url).map_err(|error| format!("no address: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(format!("{}: is no address of a page", url.scheme()));
    }
    let tool = tools::opener(lookup).ok_or(
        "there is no browser here (no display, or a session over ssh); copy the address and open it elsewhere",
    )?;
    Ok((tool, url))
}

/// Opens a page; says by what.
pub fn open(url: &str, lookup: &impl Lookup) -> Result<String, String> {
    let (tool, url) = browser(url, lookup)?;
    let mut command = Command::new(&tool.program);
    command.args(&tool.arguments).arg(url.as_str());
    command.stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let name = tool.name();
    let mut child = command
        .spawn()
        .map_err(|error| format!("{name} did not start: {error}"))?;
    // Only so that no zombie stays: it ends when it likes.
    std::thread::spawn(move || child.wait());
    let host = url.host_str().unwrap_or_default().to_owned();
    Ok(format!("{host} given to {name}"))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    struct Desktop(bool);

    impl Lookup for Desktop {
        fn variable(&self, name: &str) -> Option<String> {
            (self.0 && name == "DISPLAY").then(|| ":0".to_owned())
        }

        fn program(&self, name: &str) -> Option<PathBuf> {
            Some(PathBuf::from("/bin").join(name))
        }
    }

    #[test]
    fn only_pages_are_opened() {
        for bad in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "-x",
            "x",
            "mailto:me@h",
        ] {
            assert!(browser(bad, &Desktop(true)).is_err(), "{bad}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_page_is_one_argument_and_needs_a_display() {
        let url = "https://as.example/authorize?a=1&b=$(id);%20'x'";
        let (tool, url) = browser(url, &Desktop(true)).expect("there is a desktop");
        assert_eq!(tool.name(), "xdg-open");
        assert!(
            url.as_str()
                .starts_with("https://as.example/authorize?a=1&b=$(id);")
        );
        let why = browser(url.as_str(), &Desktop(false)).expect_err("there is none");
        assert!(why.contains("copy the address"), "{why}");
    }
}
