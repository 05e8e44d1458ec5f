//! Pages in somebody's browser: which program that is, and giving it an address. Only ever because somebody pressed
//! what says that it opens this page; nothing is fetched here.

use std::process::{Command, Stdio};

use url::Url;

use super::tools::{self, Lookup, Tool};

/// Gives an address to the browser; what to say about it.
pub fn open(address: &str, lookup: &impl Lookup) -> Result<String, String> {
    let page = page(address)?;
    let browser = browser(lookup)?;
    let mut command = Command::new(&browser.program);
    command.args(with_page(&browser.arguments, page.as_str()));
    command.stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let name = browser.name();
    let mut child = command
        .spawn()
        .map_err(|error| format!("{name} did not start: {error}"))?;
    // Only so that no zombie stays: it ends when it likes.
    std::thread::spawn(move || child.wait());
    Ok(format!("the page was given to {name}"))
}

/// An address that a browser may get: of a web page, and nothing that passes for an option or a file.
fn page(address: &str) -> Result<Url, String> {
    let page = Url::parse(address.trim()).map_err(|error| format!("no address: {error}"))?;
    match page.scheme() {
        "http" | "https" => Ok(page),
        other => Err(format!("only http and https are opened, not {other}")),
    }
}

/// `$BROWSER`, the first of several; else what the desktop has.
fn browser(lookup: &impl Lookup) -> Result<Tool, String> {
    if let Some(several) = lookup.variable("BROWSER") {
        let first = several.split(':').next().unwrap_or_default();
        return tools::tool(first, "$BROWSER", lookup);
    }
    tools::opener(lookup).ok_or_else(|| {
        "no browser can be opened from here (no display, or over ssh): copy the address instead"
            .to_owned()
    })
}

/// `%s` stands for the page; else it comes last.
fn with_page(arguments: &[String], page: &str) -> Vec<String> {
    let mut with: Vec<String> = arguments
        .iter()
        .map(|word| word.replace("%s", page))
        .collect();
    if !arguments.iter().any(|word| word.contains("%s")) {
        with.push(page.to_owned());
    }
    with
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::path::PathBuf;

    use super::*;

    struct Set(&'static [(&'static str, &'static str)]);

    impl Lookup for Set {
        fn variable(&self, name: &str) -> Option<String> {
            let found = self.0.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        }

        fn program(&self, name: &str) -> Option<PathBuf> {
            (name != "none").then(|| PathBuf::from("/bin").join(name))
        }
    }

    #[test]
    fn only_pages_are_opened() {
        for (address, why) in [
            ("file:///etc/passwd", "not file"),
            ("javascript:alert(1)", "not javascript"),
            ("--help", "no address"),
            ("", "no address"),
        ] {
            assert!(page(address).unwrap_err().contains(why), "{address}");
        }
        assert_eq!(page(" https://a.b ").unwrap().as_str(), "https://a.b/");
        // What a shell or a browser could take for something else is written as in an address.
        let odd = page("https://a.b/x y\"'$(z)").unwrap();
        assert!(!odd.as_str().contains([' ', '"']), "{odd}");
    }

    #[test]
    fn the_variable_comes_before_the_desktop() {
        let own = browser(&Set(&[
            ("BROWSER", "fire --new %s:other"),
            ("DISPLAY", ":0"),
        ]))
        .unwrap();
        assert_eq!(own.name(), "fire");
        assert_eq!(with_page(&own.arguments, "P"), ["--new", "P"]);
        assert_eq!(with_page(&[], "P"), ["P"]);
        let over_ssh = browser(&Set(&[("DISPLAY", ":0"), ("SSH_TTY", "/dev/pts/0")]));
        assert!(over_ssh.unwrap_err().contains("copy the address"));
        let missing = browser(&Set(&[("BROWSER", "none")]));
        assert!(missing.unwrap_err().contains("$BROWSER"));
    }
}
