//! URI templates (RFC 6570, all four levels): which variables they have, and what they expand to.
//!
//! Resource templates (`uriTemplate`) are written in them. Text that is no valid expression stays as it is, since an
//! expansion that guesses would hide a server's mistake.

use crate::json::Value;

/// A variable of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Whether the address falls apart without it. Query and matrix variables (`?`, `&`, `;`) may be left out.
    pub required: bool,
    /// Whether each of several values has a place of its own (`{name*}`).
    pub list: bool,
}

/// The variables of `template` in order, each once.
pub fn variables(template: &str) -> Vec<Variable> {
    let mut found: Vec<Variable> = Vec::new();
    for part in parts(template) {
        let Part::Expression(expression) = part else {
            continue;
        };
        let required = !matches!(expression.operator, b'?' | b'&' | b';');
        for spec in expression.specs {
            match found.iter_mut().find(|known| known.name == spec.name) {
                Some(known) => {
                    known.required |= required;
                    known.list |= spec.explode;
                }
                None => found.push(Variable {
                    name: spec.name.to_owned(),
                    required,
                    list: spec.explode,
                }),
            }
        }
    }
    found
}

/// The address that `template` stands for with the members of `values`; members not there, null, and empty lists
/// are undefined and leave nothing behind.
pub fn expand(template: &str, values: &Value) -> String {
    let mut out = String::with_capacity(template.len());
    for part in parts(template) {
        match part {
            // Literals are copied, with what an address cannot hold encoded (§3.1).
            Part::Literal(text) => encode(&mut out, text, true),
            Part::Broken(text) => out.push_str(text),
            Part::Expression(expression) => expression.expand(&mut out, values),
        }
    }
    out
}

enum Part<'a> {
    Literal(&'a str),
    /// Braces that hold no valid expression.
    Broken(&'a str),
    Expression(Expression<'a>),
}

struct Expression<'a> {
    /// The operator, `b' '` for none.
    operator: u8,
    specs: Vec<Spec<'a>>,
}

struct Spec<'a> {
    name: &'a str,
    explode: bool,
    prefix: Option<usize>,
}

fn parts(template: &str) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        if open > 0 {
            found.push(Part::Literal(&rest[..open]));
        }
        let Some(close) = rest[open..].find('}') else {
            found.push(Part::Broken(&rest[open..]));
            return found;
        };
        let whole = &rest[open..=open + close];
        found.push(
            Expression::parse(&whole[1..whole.len() - 1])
                .map_or(Part::Broken(whole), Part::Expression),
        );
        rest = &rest[open + close + 1..];
    }
    if !rest.is_empty() {
        found.push(Part::Literal(rest));
    }
    found
}

impl<'a> Expression<'a> {
    fn parse(inside: &'a str) -> Option<Self> {
        let operator = match inside.as_bytes().first()? {
            found @ (b'+' | b'#' | b'.' | b'/' | b';' | b'?' | b'&') => *found,
            _ => b' ',
        };
        let list = if operator == b' ' {
            inside
        } else {
            &inside[1..]
        };
        let specs = list
            .split(',')
            .map(|spec| {
                let (name, explode, prefix) = match (spec.strip_suffix('*'), spec.split_once(':')) {
                    (Some(name), _) => (name, true, None),
                    (None, Some((name, count))) => (name, false, Some(count.parse().ok()?)),
                    (None, None) => (spec, false, None),
                };
                // Wider than the RFC's names, which forbid `-`: servers use it, and nothing else could be meant.
                let valid = !name.is_empty()
                    && name
                        .chars()
                        .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '%' | '-'));
                valid.then_some(Spec {
                    name,
                    explode,
                    prefix,
                })
            })
            .collect::<Option<_>>()?;
        Some(Self { operator, specs })
    }

    /// Appendix A of the RFC, which this follows: what comes first, what between, and whether names are written.
    fn expand(&self, out: &mut String, values: &Value) {
        let (first, between, named, if_empty, reserved) = match self.operator {
            b'+' => ("", ",", false, "", true),
            b'#' => ("#", ",", false, "", true),
            b'.' => (".", ".", false, "", false),
            b'/' => ("/", "/", false, "", false),
            b';' => (";", ";", true, "", false),
            b'?' => ("?", "&", true, "=", false),
            b'&' => ("&", "&", true, "=", false),
            _ => ("", ",", false, "", false),
        };
        let mut lead = first;
        for spec in &self.specs {
            let Some(value) = values.get(spec.name).filter(|value| is_defined(value)) else {
                continue;
            };
            let mut pair = |out: &mut String, name: Option<&str>, text: &str, is_key: bool| {
                out.push_str(lead);
                lead = between;
                if let Some(name) = name {
                    if is_key {
                        encode(out, name, reserved);
                    } else {
                        out.push_str(name);
                    }
                    out.push_str(if text.is_empty() && !is_key {
                        if_empty
                    } else {
                        "="
                    });
                }
                out.push_str(text);
            };
            let encoded = |value: &str| {
                let mut text = String::new();
                encode(&mut text, value, reserved);
                text
            };
            let name = named.then_some(spec.name);
            match value {
                Value::Array(items) if spec.explode => {
                    for item in items.iter().filter(|item| is_defined(item)) {
                        pair(out, name, &encoded(&plain(item)), false);
                    }
                }
                Value::Object(members) if spec.explode => {
                    for (key, value) in members.iter().filter(|(_, value)| is_defined(value)) {
                        let text = encoded(&plain(value));
                        if named && text.is_empty() {
                            pair(out, Some(key), "", if_empty == "=");
                        } else {
                            pair(out, Some(key), &text, true);
                        }
                    }
                }
                Value::Array(items) => {
                    let list: Vec<String> = items
                        .iter()
                        .filter(|item| is_defined(item))
                        .map(|item| encoded(&plain(item)))
                        .collect();
                    pair(out, name, &list.join(","), false);
                }
                Value::Object(members) => {
                    let list: Vec<String> = members
                        .iter()
                        .filter(|(_, value)| is_defined(value))
                        .flat_map(|(key, value)| [encoded(key), encoded(&plain(value))])
                        .collect();
                    pair(out, name, &list.join(","), false);
                }
                scalar => {
                    let text = plain(scalar);
                    let cut: String = match spec.prefix {
                        Some(count) => text.chars().take(count).collect(),
                        None => text,
                    };
                    pair(out, name, &encoded(&cut), false);
                }
            }
        }
    }
}

fn is_defined(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    }
}

fn plain(value: &Value) -> String {
    super::schema::plain(value)
}

/// Appends `text` percent-encoded; `reserved` lets reserved characters and existing triplets through.
fn encode(out: &mut String, text: &str, reserved: bool) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let triplet = *byte == b'%'
            && bytes
                .get(at + 1..at + 3)
                .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let plain = byte.is_ascii_alphanumeric()
            || b"-._~".contains(byte)
            || (reserved && (b":/?#[]@!$&'()*+,;=".contains(byte) || triplet));
        if plain {
            out.push(char::from(*byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// The values of RFC 6570 §3.2.
    fn values() -> Value {
        Value::parse(
            br#"{"count":["one","two","three"],"dom":["example","com"],"dub":"me/too","hello":"Hello World!",
                "half":"50%","var":"value","who":"fred","base":"http://example.com/home/","path":"/foo/bar",
                "list":["red","green","blue"],"keys":{"semi":";","dot":".","comma":","},"v":6,"x":1024,"y":768,
                "empty":"","empty_keys":[],"undef":null}"#,
        )
        .unwrap()
    }

    #[test]
    fn the_examples_of_the_rfc() {
        let values = values();
        for (template, wanted) in [
            // level 1
            ("{var}", "value"),
            ("{hello}", "Hello%20World%21"),
            ("{half}", "50%25"),
            ("O{empty}X", "OX"),
            ("O{undef}X", "OX"),
            // level 2
            ("{+var}", "value"),
            ("{+hello}", "Hello%20World!"),
            ("{+half}", "50%25"),
            ("{+path}/here", "/foo/bar/here"),
            ("here?ref={+path}", "here?ref=/foo/bar"),
            ("{base}index", "http%3A%2F%2Fexample.com%2Fhome%2Findex"),
            ("{+base}index", "http://example.com/home/index"),
            ("X{#var}", "X#value"),
            ("X{#hello}", "X#Hello%20World!"),
            ("foo{#empty}", "foo#"),
            ("foo{#undef}", "foo"),
            // level 3
            ("map?{x,y}", "map?1024,768"),
            ("{x,hello,y}", "1024,Hello%20World%21,768"),
            ("{+x,hello,y}", "1024,Hello%20World!,768"),
            ("{+path,x}/here", "/foo/bar,1024/here"),
            ("{#x,hello,y}", "#1024,Hello%20World!,768"),
            ("X{.var}", "X.value"),
            ("X{.x,y}", "X.1024.768"),
            ("{/var}", "/value"),
            ("{/var,x}/here", "/value/1024/here"),
            ("{/var,empty}", "/value/"),
            ("{/var,undef}", "/value"),
            ("{;x,y}", ";x=1024;y=768"),
            ("{;x,y,empty}", ";x=1024;y=768;empty"),
            ("{?x,y}", "?x=1024&y=768"),
            ("{?x,y,empty}", "?x=1024&y=768&empty="),
            ("{?x,y,undef}", "?x=1024&y=768"),
            ("?fixed=yes{&x}", "?fixed=yes&x=1024"),
            ("{&x,y,empty}", "&x=1024&y=768&empty="),
            // level 4
            ("{var:3}", "val"),
            ("{var:30}", "value"),
            ("{list}", "red,green,blue"),
            ("{list*}", "red,green,blue"),
            ("{keys}", "semi,%3B,dot,.,comma,%2C"),
            ("{keys*}", "semi=%3B,dot=.,comma=%2C"),
            ("{+path:6}/here", "/foo/b/here"),
            ("{+keys*}", "semi=;,dot=.,comma=,"),
            ("X{.list*}", "X.red.green.blue"),
            ("X{.empty_keys}", "X"),
            ("{/var:1,var}", "/v/value"),
            ("{/list*,path:4}", "/red/green/blue/%2Ffoo"),
            ("{/keys*}", "/semi=%3B/dot=./comma=%2C"),
            ("{;hello:5}", ";hello=Hello"),
            ("{;list*}", ";list=red;list=green;list=blue"),
            ("{;keys}", ";keys=semi,%3B,dot,.,comma,%2C"),
            ("{?list}", "?list=red,green,blue"),
            ("{?list*}", "?list=red&list=green&list=blue"),
            ("{&keys*}", "&semi=%3B&dot=.&comma=%2C"),
        ] {
            assert_eq!(expand(template, &values), wanted, "{template}");
        }
    }

    #[test]
    fn text_beyond_ascii_and_broken_braces() {
        let values = Value::parse("{\"a\":\"é x\"}".as_bytes()).unwrap();
        assert_eq!(expand("t://ü/{a}", &values), "t://%C3%BC/%C3%A9%20x");
        assert_eq!(expand("{a", &values), "{a");
        assert_eq!(expand("x{}y{a b}", &values), "x{}y{a b}");
    }

    #[test]
    fn variables_in_order_each_once() {
        let found: Vec<(String, bool, bool)> = variables("t://{a}/{b-c}{?q,a,r*}{}")
            .into_iter()
            .map(|variable| (variable.name, variable.required, variable.list))
            .collect();
        assert_eq!(
            found,
            [
                ("a", true, false),
                ("b-c", true, false),
                ("q", false, false),
                ("r", false, true)
            ]
            .map(|(name, required, list)| (name.to_owned(), required, list))
        );
    }

    proptest::proptest! {
        #[test]
        fn any_template_is_survived(template: String, value: String) {
            let names = variables(&template);
            let values = Value::Object(
                names.into_iter().map(|found| (found.name, Value::String(value.clone()))).collect(),
            );
            let _ = expand(&template, &values);
        }
    }
}
