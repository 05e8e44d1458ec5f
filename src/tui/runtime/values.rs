//! Single values of bodies, for the columns of a list.

use crate::json::path::Path;
use crate::json::{self, Kind};
use crate::recording::Bodies;
use crate::tui::effect::{Source, Wanted};

/// The most of a value that is given.
const LONGEST: usize = 200;

/// Reads them, each body once for paths that follow each other.
pub fn read(bodies: &Bodies, wanted: Vec<Wanted>) -> Vec<(Source, Box<str>, Option<Box<str>>)> {
    let mut last: Option<(u64, Vec<u8>)> = None;
    wanted
        .into_iter()
        .map(|Wanted { source, path }| {
            if last.as_ref().is_none_or(|(seq, _)| *seq != source.seq) {
                let body = bodies.read(source.seq, source.place);
                last = Some((
                    source.seq,
                    body.map_or_else(|_| Vec::new(), |entry| entry.body),
                ));
            }
            let body = last.as_ref().map_or(&[][..], |(_, body)| body);
            let value = value(body, &path);
            (source, path, value)
        })
        .collect()
}

/// The value at a path: of a string its text, else the beginning of its JSON.
fn value(body: &[u8], path: &str) -> Option<Box<str>> {
    let path = Path::parse(path).ok()?;
    let raw = path.find_in(body)?;
    let text = match json::kind(raw) {
        Kind::String => json::string(raw)?,
        _ => String::from_utf8_lossy(&raw[..raw.len().min(LONGEST)]).into_owned(),
    };
    Some(text.chars().take(LONGEST).collect::<String>().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_its_text_and_all_else_its_json() {
        let body = br#"{"params":{"arguments":{"city":"Oslo \u00e6","n":1.0,"l":[1,{"a":2}]}}}"#;
        let read = |path| value(body, path).map(String::from);
        assert_eq!(read("$.params.arguments.city").as_deref(), Some("Oslo æ"));
        assert_eq!(read("$.params.arguments.n").as_deref(), Some("1.0"));
        assert_eq!(read("$.params.arguments.l[1].a").as_deref(), Some("2"));
        assert_eq!(
            read("$.params.arguments.l").as_deref(),
            Some(r#"[1,{"a":2}]"#)
        );
        assert_eq!(read("$.result"), None);
        assert_eq!(value(b"no JSON", "$.a"), None);
    }
}
