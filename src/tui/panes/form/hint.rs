//! About the focused row in one line, for the status row: what is wrong, what it means, what fits.

use super::widget::Widget;
use super::{Ask, Focus, FormPane, Input, Mode, Side, words};
use crate::form::schema::Kind;
use crate::form::{NodeId, RowKind};
use crate::text;

/// Keys and what they do.
type Keys = &'static [(&'static str, &'static str)];

/// On a row of choices while fields are filled in.
const CHOICES: Keys = &[
    ("Tab", "next"),
    ("Space", "change"),
    ("letter", "choice"),
    ("Esc", "leave"),
    ("S-Tab", "back"),
];
/// On a row that adds.
const ADDS: Keys = &[
    ("Enter", "add"),
    ("Tab", "next"),
    ("Esc", "leave"),
    ("S-Tab", "back"),
];
/// On any other row that is not typed into.
const ROWS: Keys = &[
    ("Tab", "next"),
    ("Space", "add or fold"),
    ("Esc", "leave"),
    ("S-Tab", "back"),
];
/// In a box of several lines.
const LINES: Keys = &[
    ("Tab", "next"),
    ("Enter", "new line"),
    ("Esc", "leave"),
    ("S-Tab", "back"),
];
/// In a line that may become several.
const STRING: Keys = &[
    ("Tab", "next"),
    ("Enter", "keep and next"),
    ("Esc", "leave"),
    ("S-Tab", "back"),
    ("C-j", "new line"),
];
/// In a line with answers offered below it, of which one goes on from what is typed.
const TAKEN: Keys = &[
    ("Tab", "take it"),
    ("↓", "list"),
    ("Enter", "keep"),
    ("Esc", "leave"),
];
/// In a line with answers offered below it.
const OFFERED: Keys = &[
    ("↓", "list"),
    ("Tab", "next"),
    ("Enter", "keep"),
    ("Esc", "leave"),
];
/// In the list of answers.
const ANSWERS: Keys = &[
    ("Enter", "take it"),
    ("↑↓", "choose"),
    ("Esc", "out of the list"),
];
/// In a list that dropped down.
const LIST: Keys = &[
    ("Enter", "pick"),
    ("↑↓", "choose"),
    ("letters", "jump"),
    ("Esc", "close"),
];
/// In one that is narrowed by typing.
const SEARCHED: Keys = &[
    ("letters", "search"),
    ("↑↓", "choose"),
    ("Enter", "pick"),
    ("Esc", "close"),
];
/// In a list of boxes.
const BOXES: Keys = &[("Space", "tick"), ("↑↓", "choose"), ("Esc", "close")];
/// In one that is narrowed by typing.
const SEARCHED_BOXES: Keys = &[
    ("Space", "tick"),
    ("letters", "search"),
    ("↑↓", "choose"),
    ("Esc", "close"),
];
/// While it is asked whether pasted lines are items.
const PASTED: Keys = &[("y", "items"), ("n", "one text"), ("Esc", "neither")];
/// Where the key of an entry is typed.
const KEY: Keys = &[
    ("Enter", "on to its value"),
    ("Tab", "the same"),
    ("Esc", "leave"),
];
/// Where something else is asked for.
const ASKED: Keys = &[("Enter", "take it"), ("Esc", "never mind")];
/// Where a file is asked for.
const FILE: Keys = &[("Enter", "load it"), ("Esc", "never mind")];
/// Where a member is asked for.
const MEMBER: Keys = &[("Enter", "add it"), ("Esc", "never mind")];
/// In the text of all arguments.
const TEXT: Keys = &[
    ("Esc", "leave the text"),
    ("Enter", "new line"),
    ("Tab", "next pane"),
];

impl FormPane {
    /// What keys mean in what is open over the fields: a list, a question, answers that are offered.
    fn open_keys(&self) -> Option<Keys> {
        if let Some(menu) = &self.menu {
            return Some(match (menu.ticks(), menu.narrows()) {
                (true, true) => SEARCHED_BOXES,
                (true, false) => BOXES,
                (false, true) => SEARCHED,
                (false, false) => LIST,
            });
        }
        if self.pasted.is_some() {
            return Some(PASTED);
        }
        match (&self.input, &self.offer) {
            (Some(Input::Ask(Ask::File, _)), _) => Some(FILE),
            (Some(Input::Ask(Ask::Member, _)), _) => Some(MEMBER),
            (Some(Input::Ask(Ask::Other, _)), _) => Some(ASKED),
            (Some(Input::Key(_)), _) => Some(KEY),
            (Some(Input::Line(_)), Some(offer)) if offer.at.is_some() => Some(ANSWERS),
            (Some(Input::Line(line)), Some(offer)) => {
                let typed = if self.over_default { "" } else { line.text() };
                let takes = offer.taken(typed).is_some();
                Some(if takes { TAKEN } else { OFFERED })
            }
            _ => None,
        }
    }

    /// What keys mean where something is filled in, when it is not what they mean in any line of text.
    pub fn row_keys(&self) -> Keys {
        if let Some(keys) = self.open_keys().filter(|_| self.side == Side::Fields) {
            return keys;
        }
        if self.side == Side::Json {
            return if self.mode == Mode::Typing { TEXT } else { &[] };
        }
        match (self.focus, self.widget()) {
            _ if self.takes_lines() => LINES,
            (_, Some(Widget::Line)) if self.takes_letters() && self.takes_new_lines() => STRING,
            _ if !self.is_between_fields() => &[],
            (Focus::Row(_, RowKind::AddItem | RowKind::AddEntry), _) => ADDS,
            (
                _,
                Some(
                    Widget::Boolean
                    | Widget::Radios
                    | Widget::Drop
                    | Widget::Ticks
                    | Widget::TickList
                    | Widget::Null,
                ),
            ) => CHOICES,
            (Focus::Row(id, _), Some(Widget::Array | Widget::Map | Widget::Object))
                if self.is_absent(id) && self.is_due(id) =>
            {
                ADDS
            }
            (Focus::Row(id, _), Some(Widget::Union)) if !self.is_absent(id) => CHOICES,
            _ => ROWS,
        }
    }

    /// About the focused row in one line: what is wrong, what it means, what fits. Sanitised.
    pub fn hint(&self) -> Option<String> {
        if self.side == Side::Json {
            return self.json.words();
        }
        if let Some(problem) = self.json.words().filter(|_| self.on_run()) {
            return Some(problem);
        }
        let Focus::Row(id, kind) = self.focus else {
            return self.problem_list();
        };
        if kind != RowKind::Node {
            let field = self.form.field(id);
            return words::description(field);
        }
        let field = self.form.field(id);
        let mut parts = Vec::new();
        let problem = self.refused(id).or_else(|| self.sheet.problems.at(id));
        parts.extend(problem.map(|problem| format!("✗ {problem}")));
        parts.extend(field.title.clone());
        parts.extend(words::description(field));
        parts.extend(words::rules(&field.kind));
        parts.extend(
            field
                .because
                .as_ref()
                .map(|why| format!("there because {why}")),
        );
        parts.extend(field.deprecated.then(|| "deprecated".to_owned()));
        parts.extend(field.read_only.then(|| "read-only".to_owned()));
        parts.extend(self.described_choice(id));
        (!parts.is_empty()).then(|| text::sanitize(&parts.join(" · ")).into_owned())
    }

    fn problem_list(&self) -> Option<String> {
        let list: Vec<String> = self
            .sheet
            .problems
            .order
            .iter()
            .take(8)
            .filter_map(|id| {
                let what = self.sheet.problems.at(*id)?;
                let pointer = self.form.pointer(*id);
                Some(format!("{}: {what}", pointer.trim_start_matches('/')))
            })
            .collect();
        (!list.is_empty()).then(|| text::sanitize(&list.join(" · ")).into_owned())
    }

    /// What the variant or choice that stands means.
    fn described_choice(&self, id: NodeId) -> Option<String> {
        match self.form.node(id).kind() {
            Kind::Union(union) => {
                let variant = union.variants.get(self.form.variant(id)?)?;
                let words = variant.description.as_ref()?;
                Some(format!("{}: {words}", variant.name))
            }
            Kind::Enum(choices) => {
                let choice = choices.get(self.form.choice(id)?)?;
                choice.description.clone()
            }
            Kind::Set(set) => set.choices.get(self.tick)?.description.clone(),
            _ => None,
        }
    }

    /// Why the key that was typed for an entry will not do.
    pub(super) fn refused(&self, id: NodeId) -> Option<String> {
        let key = self.keys.get(&(id, RowKind::Node))?;
        let object = self.form.get(id)?.parent()?;
        self.form.key_problem(object, key)
    }
}
