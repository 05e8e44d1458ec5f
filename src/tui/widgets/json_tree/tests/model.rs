//! The tree against a plain reading of the whole document: every row, both ways, however the index was made.

use super::*;

/// A value as a plain reader sees it.
#[derive(Debug, Clone, PartialEq)]
struct Value {
    path: String,
    bytes: Range<usize>,
    depth: usize,
    count: usize,
    parent: Option<usize>,
}

/// Reads everything, recursively.
fn read(bytes: &[u8], at: &mut usize, path: &str, parent: Option<usize>, out: &mut Vec<Value>) {
    let space = |at: &mut usize| {
        while bytes.get(*at).is_some_and(u8::is_ascii_whitespace) {
            *at += 1;
        }
    };
    let string = |at: &mut usize| {
        *at += 1;
        while bytes[*at] != b'"' {
            *at += if bytes[*at] == b'\\' { 2 } else { 1 };
        }
        *at += 1;
    };
    space(at);
    let (start, own) = (*at, out.len());
    out.push(Value {
        path: path.to_owned(),
        bytes: 0..0,
        depth: parent.map_or(0, |parent| out[parent].depth + 1),
        count: 0,
        parent,
    });
    match bytes[*at] {
        open @ (b'{' | b'[') => {
            *at += 1;
            loop {
                space(at);
                if matches!(bytes[*at], b'}' | b']') {
                    break;
                }
                if bytes[*at] == b',' {
                    *at += 1;
                    continue;
                }
                let mut step = format!("[{}]", out[own].count);
                if open == b'{' {
                    let name = *at;
                    string(at);
                    step = format!("[{}]", String::from_utf8_lossy(&bytes[name..*at]));
                    space(at);
                    *at += 1;
                }
                out[own].count += 1;
                read(bytes, at, &format!("{path}{step}"), Some(own), out);
            }
            *at += 1;
        }
        b'"' => string(at),
        _ => {
            while bytes.get(*at).is_some_and(|b| !b",]} \n\r\t".contains(b)) {
                *at += 1;
            }
        }
    }
    out[own].bytes = start..*at;
}

fn values(doc: &str) -> Vec<Value> {
    let mut out = Vec::new();
    read(doc.as_bytes(), &mut 0, "$", None, &mut out);
    out
}

/// The path of a row with every name as it is spelled, in quotes.
fn path(tree: &Tree, place: &Place) -> String {
    let mut path = String::from("$");
    for node in place.above.iter().chain([&place.node]).skip(1) {
        match node.key() {
            Some(key) => {
                let name = &tree.bytes()[key.start - 1..=key.end];
                let _ = write!(path, "[{}]", String::from_utf8_lossy(name));
            }
            None => write!(path, "[{}]", node.index).unwrap(),
        }
    }
    path
}

/// Numbers, text with escapes and long text, in containers that may have many.
fn documents() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("-1.5e3".to_owned()),
        Just(r#""a\"b""#.to_owned()),
        Just(r#""é,]}""#.to_owned()),
        Just(format!("\"{}\"", "long ".repeat(8))),
        Just("{ }".to_owned()),
        Just("[]".to_owned()),
    ];
    scalar.prop_recursive(5, 120, 9, |inner| {
        let space = prop_oneof![Just(""), Just(" "), Just("\n  ")];
        prop_oneof![
            (prop::collection::vec(inner.clone(), 1..9), space.clone()).prop_map(
                |(items, space)| format!("[{space}{}{space}]", items.join(&format!("{space},")))
            ),
            (
                prop::collection::vec((r#"[ab"\\]{0,3}"#, inner), 1..9),
                space
            )
                .prop_map(|(members, space)| {
                    let members: Vec<String> = members
                        .iter()
                        .map(|(name, value)| {
                            format!("{}{space}:{space}{value}", crate::json::quote(name))
                        })
                        .collect();
                    format!("{{{}}}", members.join(","))
                }),
        ]
    })
}

proptest! {
    #[test]
    fn rows_are_the_values_of_the_document(doc in documents(), spare in 0_usize..3) {
        let doc = format!("{}{doc} ", " ".repeat(spare));
        let tree = fine(&doc, usize::MAX);
        let values = values(&doc);
        prop_assert_eq!(tree.values(), values.len());
        let mut folds = Folds::default();
        folds.set_all(None);
        for lines in [true, false] {
            let view = View { tree: &tree, folds: &folds, lines };
            let mut place = Place::first(view);
            let mut forwards = vec![place.clone()];
            while place.forward(view) {
                forwards.push(place.clone());
            }
            let shown: Vec<&Place> = forwards.iter().filter(|p| p.part == Part::Value).collect();
            let skipped = usize::from(!lines && values.len() > 1);
            prop_assert_eq!(shown.len() + skipped, values.len());
            for (place, value) in shown.iter().zip(&values[skipped..]) {
                prop_assert_eq!(path(&tree, place), &*value.path);
                prop_assert_eq!(tree.span(place), value.bytes.clone());
                prop_assert_eq!(tree.count(place), value.count);
                prop_assert_eq!(place.depth(), value.depth);
                let number = values.iter().position(|other| other == value).unwrap();
                prop_assert_eq!(tree.number(place), number + 1);
                prop_assert_eq!(&&Place::at(view, value.bytes.start as u32), place);
                // Out, by way of a group or not, is to the parent.
                let mut out = (*place).clone();
                while out.out(view) && out.is_group() {}
                if let Some(parent) = value.parent.filter(|parent| *parent >= skipped) {
                    prop_assert_eq!(out.start(), values[parent].bytes.start);
                }
                let sibling = |at: usize| values[at].parent == value.parent;
                let next = (number + 1..values.len()).find(|at| sibling(*at)).filter(|_| value.parent.is_some());
                let mut side = (*place).clone();
                prop_assert_eq!(side.sideways(view, true), next.is_some());
                if let Some(next) = next {
                    prop_assert_eq!(side.start(), values[next].bytes.start);
                    prop_assert!(side.sideways(view, false));
                    prop_assert_eq!(&side, *place);
                }
            }
            let (closing, groups) = forwards.iter().fold((0, 0), |(c, g), place| match place.part {
                Part::Close => (c + 1, g),
                Part::Group(..) => (c, g + 1),
                Part::Value => (c, g),
            });
            prop_assert_eq!(closing, if lines { values.iter().filter(|v| v.count > 0).count() } else { 0 });
            prop_assert!(!lines || groups == 0);
            // The same, backwards.
            let mut place = Place::last(view);
            let mut backwards = vec![place.clone()];
            while place.backward(view) {
                backwards.push(place.clone());
            }
            backwards.reverse();
            prop_assert_eq!(&forwards, &backwards);
            // In order, and none twice.
            for pair in forwards.windows(2) {
                prop_assert!(pair[0].order(&tree) < pair[1].order(&tree));
            }
        }
    }

    #[test]
    fn however_it_is_split_the_index_is_the_same(doc in documents(), steps in prop::collection::vec(1_usize..40, 1..30)) {
        let whole = fine(&doc, usize::MAX);
        let mut builder = Builder::new(doc.as_bytes(), GRAIN).unwrap();
        let mut at = 0;
        for step in steps.iter().cycle() {
            at += step;
            if builder.run(at).unwrap() {
                break;
            }
            // What is known so far is the beginning of the document.
            let tree = whole.with_index(Arc::new(builder.index()));
            let folds = Folds::default();
            for lines in [false, true] {
                let view = View { tree: &tree, folds: &folds, lines };
                let mut place = Place::first(view);
                while place.forward(view) {
                    prop_assert!(place.start() < tree.index().upto());
                }
                let mut back = Place::last(view);
                while back.backward(view) {}
                prop_assert_eq!(back, Place::first(view));
            }
            tree.search(&Term::new("a").unwrap());
        }
        let split = builder.finish();
        prop_assert_eq!(format!("{:?}", split.records), format!("{:?}", whole.index.records));
        prop_assert_eq!(format!("{:?}", split.marks), format!("{:?}", whole.index.marks));
        prop_assert_eq!(format!("{:?}", split.flags), format!("{:?}", whole.index.flags));
        prop_assert_eq!(split.rows, whole.index.rows);
    }

    #[test]
    fn the_search_finds_what_names_and_scalars_hold(doc in documents(), term in r"(k:)?([ab,n]|a\\|long|\[)") {
        let tree = fine(&doc, usize::MAX);
        let needle = term.strip_prefix("k:").unwrap_or(&term);
        let name = |value: &Value| {
            let last = value.path.len() - 1;
            let parent = value.parent?;
            let step = &value.path[values(&doc)[parent].path.len() + 1..last];
            step.starts_with('"').then(|| step[1..step.len() - 1].to_owned())
        };
        let expected: Vec<u32> = values(&doc)
            .iter()
            .filter(|value| {
                let own = &doc[value.bytes.clone()];
                let scalar = !own.starts_with(['{', '[']);
                name(value).is_some_and(|name| name.contains(needle))
                    || (scalar && needle == term && own.contains(needle))
            })
            .map(|value| value.bytes.start as u32)
            .collect();
        prop_assert_eq!(tree.search(&Term::new(&term).unwrap()), expected);
    }
}
