//! What goes in comes out, and what was damaged is refused.

#![expect(clippy::unwrap_used, reason = "tests")]
use std::collections::HashMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Shape {
    Point,
    Circle(i64),
    Box { width: u16, name: Option<Box<str>> },
    Pair(u8, char),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Whole {
    shapes: Vec<Shape>,
    by: HashMap<(u32, Option<bool>), String>,
    unit: (),
    real: f64,
    half: [f32; 2],
    newtype: Newtype,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Newtype(Arc<str>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Holders {
    #[serde(with = "shared")]
    one: Arc<String>,
    #[serde(with = "shared")]
    two: Arc<String>,
    #[serde(with = "shared::list")]
    list: Arc<Vec<Arc<String>>>,
    #[serde(with = "shared::list")]
    again: Arc<Vec<Arc<String>>>,
}

fn packed<T: Serialize>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    write(value, &mut out).unwrap();
    out
}

#[test]
fn what_several_hold_stays_held_together() {
    let one = Arc::new("x".repeat(100));
    let list = Arc::new(vec![Arc::clone(&one), Arc::new("y".to_owned())]);
    let holders = Holders {
        two: Arc::clone(&one),
        one,
        again: Arc::clone(&list),
        list,
    };
    let bytes = packed(&holders);
    assert!(bytes.len() < 150, "{}", bytes.len());
    let back: Holders = read(&bytes).unwrap();
    assert_eq!(back, holders);
    assert!(Arc::ptr_eq(&back.one, &back.two) && Arc::ptr_eq(&back.list, &back.again));
    assert!(Arc::ptr_eq(&back.one, &back.list[0]));
    // Another call has met nothing.
    assert_eq!(packed(&holders), bytes);
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        Just(Shape::Point),
        any::<i64>().prop_map(Shape::Circle),
        (any::<u16>(), proptest::option::of("[a-z]{0,5}")).prop_map(|(width, name)| Shape::Box {
            width,
            name: name.map(Into::into)
        }),
        (any::<u8>(), any::<char>()).prop_map(|(a, b)| Shape::Pair(a, b)),
    ]
}

proptest! {
    #[test]
    fn values_come_back(
        shapes in proptest::collection::vec(shape(), 0..5),
        by in proptest::collection::hash_map(any::<(u32, Option<bool>)>(), "[a-zé]{0,5}", 0..4),
        real in any::<u64>(),
        text in "[a-z❄]{0,9}",
    ) {
        let whole = Whole {
            shapes,
            by,
            unit: (),
            real: f64::from_bits(real),
            half: [1.5, -0.0],
            newtype: Newtype(text.into()),
        };
        let bytes = packed(&whole);
        let back: Whole = read(&bytes).unwrap();
        prop_assert_eq!(packed(&Whole { by: HashMap::new(), ..back.clone() }), packed(&Whole { by: HashMap::new(), ..whole.clone() }));
        prop_assert_eq!(back.by, whole.by);
        // Nothing shorter is one, nor is anything longer.
        for cut in 0..bytes.len() {
            prop_assert!(read::<Whole>(&bytes[..cut]).is_err());
        }
        prop_assert!(read::<Whole>(&[&bytes[..], &[0]].concat()).is_err());
    }

    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>) {
        let _ = read::<Whole>(&bytes);
        let _ = read::<Holders>(&bytes);
    }

    #[test]
    fn numbers_come_back(number: u64, signed: i64) {
        let mut out = Vec::new();
        put_number(number, &mut out);
        put_number(fold_sign(signed), &mut out);
        let mut rest = &out[..];
        prop_assert_eq!(take_number(&mut rest), Some(number));
        prop_assert_eq!(take_number(&mut rest).map(unfold_sign), Some(signed));
        prop_assert!(rest.is_empty());
    }
}
