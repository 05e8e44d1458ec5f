//! A request that is sent again and again: its bytes, with a hole where the id stands. Never looks at answers.

use crate::json;

/// One request, to be sent under any number of ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    name: Box<str>,
    /// The bytes around the id, which stands between every two of them.
    parts: Vec<Box<[u8]>>,
}

impl Template {
    /// That of a request as it was sent. None when it is none: no object, no method, no id.
    ///
    /// A progress token that is the request's id stays so. Nothing else is touched: all copies carry what this one
    /// carries.
    pub fn of(frame: &[u8]) -> Option<Self> {
        let method = json::string_at(frame, &["method"])?;
        let id = json::get(frame, &["id"])?;
        let token = json::get(frame, &["params", "_meta", "progressToken"]);
        let token = token.filter(|token| *token == id);
        let mut holes = vec![json::place_of(id, frame)];
        holes.extend(token.map(|token| json::place_of(token, frame)));
        holes.sort_by_key(|hole| hole.start);
        let mut parts = Vec::with_capacity(holes.len() + 1);
        let mut from = 0;
        for hole in holes {
            parts.push(frame[from..hole.start].into());
            from = hole.end;
        }
        parts.push(frame[from..].into());
        let what = ["name", "uri"]
            .iter()
            .find_map(|member| json::string_at(frame, &["params", member]));
        let name = what.map_or_else(|| method.clone(), |what| format!("{method} {what}"));
        Some(Self {
            name: name.into(),
            parts,
        })
    }

    /// What is asked of whom: the method, and the tool's or prompt's name or the address. Not sanitised.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The frame under this id, without a line ending.
    pub fn frame(&self, id: u64) -> Vec<u8> {
        let id = id.to_string();
        let size = self.parts.iter().map(|part| part.len() + id.len()).sum();
        let mut frame = Vec::with_capacity(size);
        for (place, part) in self.parts.iter().enumerate() {
            if place > 0 {
                frame.extend_from_slice(id.as_bytes());
            }
            frame.extend_from_slice(part);
        }
        frame
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_copy_differs_in_its_id_only() {
        let frame = br#"{"jsonrpc":"2.0", "id":7,"method":"tools/call","params":{"name":"echo","arguments":{"id":7,"n":1.0}}}"#;
        let template = Template::of(frame).unwrap();
        assert_eq!(template.name(), "tools/call echo");
        assert_eq!(template.frame(7), frame);
        assert_eq!(
            String::from_utf8(template.frame(1_000_001)).unwrap(),
            r#"{"jsonrpc":"2.0", "id":1000001,"method":"tools/call","params":{"name":"echo","arguments":{"id":7,"n":1.0}}}"#
        );
    }

    #[test]
    fn a_progress_token_that_is_the_id_stays_the_id() {
        let frame = br#"{"method":"ping","params":{"_meta":{"progressToken":3}},"id":3}"#;
        let copy = Template::of(frame).unwrap().frame(40);
        assert_eq!(
            String::from_utf8(copy).unwrap(),
            r#"{"method":"ping","params":{"_meta":{"progressToken":40}},"id":40}"#
        );
        let other = br#"{"method":"ping","params":{"_meta":{"progressToken":9}},"id":3}"#;
        let copy = Template::of(other).unwrap().frame(40);
        assert!(
            String::from_utf8(copy)
                .unwrap()
                .contains(r#""progressToken":9"#)
        );
    }

    #[test]
    fn what_is_no_request_makes_no_template() {
        for frame in [
            &b"[1]"[..],
            br#"{"method":"notifications/initialized"}"#,
            br#"{"id":1,"result":{}}"#,
            b"hello",
            b"",
        ] {
            assert_eq!(Template::of(frame), None);
        }
    }
}
