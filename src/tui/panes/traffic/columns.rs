//! Which columns a list of the traffic has, in which order. Values, with the names they have in settings.

use std::fmt;

use crate::json::path::Path;

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// The letter of a mark, and whether the row is selected.
    Mark,
    /// The number of its first entry.
    Number,
    /// When.
    Time,
    /// How long after the row before.
    Since,
    /// On which server.
    Server,
    /// Which way.
    Direction,
    /// What it is.
    What,
    /// Its id.
    Id,
    /// What became of it.
    Status,
    /// How long it took.
    Took,
    /// How big it is.
    Size,
    /// What lint finds in it.
    Lint,
    /// A value of its request, or of its answer when the path begins with `$.result` or `$.error`.
    Value(Box<str>),
}

/// All but those that are values.
pub const COLUMNS: &[(Column, &str)] = &[
    (Column::Mark, "mark"),
    (Column::Number, "number"),
    (Column::Time, "time"),
    (Column::Since, "delta"),
    (Column::Server, "server"),
    (Column::Direction, "direction"),
    (Column::What, "what"),
    (Column::Id, "id"),
    (Column::Status, "status"),
    (Column::Took, "took"),
    (Column::Size, "size"),
    (Column::Lint, "lint"),
];

impl Column {
    /// The column of a name, or of a path; words say why there is none.
    pub fn named(name: &str) -> Result<Self, String> {
        let name = name.trim();
        if let Some((column, _)) = COLUMNS.iter().find(|(_, other)| *other == name) {
            return Ok(column.clone());
        }
        if !name.starts_with(['$', '.', '[']) {
            return Err(format!("no column is called {name}; a path begins with $."));
        }
        let path = if name.starts_with('$') {
            name.to_owned()
        } else {
            format!("${name}")
        };
        Path::parse(&path)?;
        Ok(Self::Value(path.into()))
    }

    /// Whether it is read from the answer of a row.
    pub fn is_of_answer(path: &str) -> bool {
        ["$.result", "$.error", "$['result']", "$['error']"]
            .iter()
            .any(|beginning| path.starts_with(beginning))
    }
}

impl fmt::Display for Column {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(path) => formatter.write_str(path),
            column => {
                let named = COLUMNS.iter().find(|(other, _)| other == column);
                formatter.write_str(named.map_or("", |(_, name)| name))
            }
        }
    }
}

/// Columns in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout(pub Vec<Column>);

impl Default for Layout {
    fn default() -> Self {
        Self(COLUMNS.iter().map(|(column, _)| column.clone()).collect())
    }
}

impl Layout {
    /// From the names of settings: what has no such name is left out, and what a row is cannot be.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut columns: Vec<Column> = Vec::new();
        for column in names
            .into_iter()
            .filter_map(|name| Column::named(name).ok())
        {
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        if columns.is_empty() {
            return Self::default();
        }
        if !columns.contains(&Column::What) {
            columns.push(Column::What);
        }
        Self(columns)
    }

    /// The names.
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// The paths of its values.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|column| match column {
            Column::Value(path) => Some(&**path),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_they_are_written() {
        let layout = Layout::of([
            "what",
            ".params.arguments.city",
            "nonsense",
            "took",
            "what",
            "$.x[",
        ]);
        assert_eq!(layout.names(), ["what", "$.params.arguments.city", "took"]);
        let names = layout.names();
        assert_eq!(Layout::of(names.iter().map(String::as_str)), layout);
        assert_eq!(Layout::of([]), Layout::default());
        assert_eq!(Layout::of(["took"]).names(), ["took", "what"]);
        assert!(Column::named("cty").is_err_and(|why| why.contains("cty")));
        assert!(Column::is_of_answer("$.result.isError") && !Column::is_of_answer("$.params"));
    }
}
