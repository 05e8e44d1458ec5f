//! Which values a JSON Schema marks as secret: `writeOnly: true`, or `format: password`.

use crate::json;

/// How deep schemas are looked into.
const DEEPEST: usize = 64;

/// A schema in the document it stands in.
#[derive(Debug, Clone, Copy)]
pub struct Schema<'a> {
    root: &'a [u8],
    raw: &'a [u8],
}

/// What `schemas` say one step further down.
pub fn below<'a>(
    schemas: &[Schema<'a>],
    step: impl Fn(&Schema<'a>) -> Vec<Schema<'a>>,
) -> Vec<Schema<'a>> {
    schemas.iter().flat_map(step).collect()
}

impl<'a> Schema<'a> {
    /// A whole schema, and all that it takes in.
    pub fn all(root: &'a [u8]) -> Vec<Self> {
        let mut found = Vec::new();
        Self { root, raw: root }.spread(0, &mut found);
        found
    }

    /// Whether what it describes is a secret.
    pub fn is_secret(&self) -> bool {
        json::get(self.raw, &["writeOnly"]).and_then(json::boolean) == Some(true)
            || json::string_at(self.raw, &["format"]).as_deref() == Some("password")
    }

    /// Whether a text may be what it describes, by its `type`.
    pub fn takes_text(&self) -> bool {
        let Some(kind) = json::get(self.raw, &["type"]) else {
            return true;
        };
        let is_text = |raw| json::string(raw).as_deref() == Some("string");
        is_text(kind) || json::elements(kind).any(is_text)
    }

    /// The schema and those it refers to or is made of. Branches that may not apply count: rather hidden than told.
    fn spread(self, depth: usize, found: &mut Vec<Self>) {
        if depth > DEEPEST || found.len() > DEEPEST * DEEPEST {
            return;
        }
        found.push(self);
        for (key, raw) in json::members(self.raw) {
            match &*key {
                "$ref" => {
                    let target = json::string(raw).and_then(|target| self.resolve(&target));
                    if let Some(target) = target {
                        target.spread(depth + 1, found);
                    }
                }
                "allOf" | "anyOf" | "oneOf" => {
                    for raw in json::elements(raw) {
                        self.at(raw).spread(depth + 1, found);
                    }
                }
                "if" | "then" | "else" => self.at(raw).spread(depth + 1, found),
                _ => {}
            }
        }
    }

    fn at(self, raw: &'a [u8]) -> Self {
        Self { raw, ..self }
    }

    fn resolve(self, target: &str) -> Option<Self> {
        let mut raw = self.root;
        for step in json::pointer::steps(target.strip_prefix('#')?) {
            let step = json::pointer::unescape(step);
            raw = match json::kind(raw) {
                json::Kind::Array => json::elements(raw).nth(step.parse().ok()?)?,
                _ => json::get(raw, &[&step])?,
            };
        }
        Some(self.at(raw))
    }

    /// What it says of the member of that name.
    pub fn member(&self, name: &str) -> Vec<Self> {
        let mut found = Vec::new();
        if let Some(raw) = json::get(self.raw, &["properties", name]) {
            self.at(raw).spread(0, &mut found);
        } else if let Some(raw) = json::get(self.raw, &["additionalProperties"]) {
            self.at(raw).spread(0, &mut found);
        }
        let patterns = json::get(self.raw, &["patternProperties"]);
        for (_, raw) in json::members(patterns.unwrap_or_default()) {
            self.at(raw).spread(0, &mut found);
        }
        found
    }

    /// What it says of the item in that place.
    pub fn items(&self, index: usize) -> Vec<Self> {
        let mut found = Vec::new();
        let of = |name: &str| json::get(self.raw, &[name]);
        let tuple = of("prefixItems").and_then(|raw| json::elements(raw).nth(index));
        for raw in [tuple, of("items"), of("contains")].into_iter().flatten() {
            self.at(raw).spread(0, &mut found);
        }
        found
    }
}
