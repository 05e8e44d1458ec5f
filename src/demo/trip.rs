//! The tool whose arguments are of every kind a form has to offer: nested, repeated, one of several, conditional.

use serde_json::{Value, json};

use super::calls::{Call, Played};

pub(super) fn input() -> Value {
    json!({
        "type": "object",
        "required": ["traveller", "legs", "payment"],
        "properties": {
            "traveller": traveller(),
            "legs": {
                "type": "array",
                "description": "From place to place, in order.",
                "minItems": 1,
                "maxItems": 8,
                "items": {
                    "type": "object",
                    "required": ["to"],
                    "properties": {
                        "to": {"type": "string", "minLength": 1, "description": "Where to."},
                        "nights": {"type": "integer", "minimum": 0, "maximum": 30, "default": 1},
                        "sights": {"type": "array", "items": {"type": "string"}, "uniqueItems": true, "description": "What to see there."}
                    }
                }
            },
            "payment": payment(),
            "class": {
                "type": "integer",
                "default": 2,
                "oneOf": [{"const": 1, "title": "First"}, {"const": 2, "title": "Second"}]
            },
            "country": {"type": "string", "description": "Where it begins.", "enum": [
                "Austria", "Belgium", "Croatia", "Denmark", "Estonia", "Finland", "Greece", "Hungary", "Iceland",
                "Latvia", "Malta", "Norway", "Portugal", "Slovenia"
            ]},
            "currency": {"type": "string", "enum": ["EUR", "GBP", "USD", "CHF", "NOK", "ISK"]},
            "depart": {"type": "string", "format": "date-time", "description": "When it begins."},
            "budget": {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5},
            "refundable": {"type": "boolean"},
            "insurance": {"type": "boolean", "default": false, "description": "Asks for an insurer when it is true."},
            "between": {
                "type": "array",
                "description": "The earliest and the latest day.",
                "prefixItems": [
                    {"type": "string", "format": "date", "title": "from"},
                    {"type": "string", "format": "date", "title": "until"}
                ],
                "items": false
            },
            "labels": {
                "type": "object",
                "description": "Anything by a name in small letters.",
                "propertyNames": {"pattern": "^[a-z]+$"},
                "additionalProperties": {"type": "string"}
            },
            "ticket": {"type": "string", "contentEncoding": "base64", "contentMediaType": "image/png", "description": "A picture of an old ticket."},
            "note": {"type": "string", "maxLength": 500, "description": "Several lines, if need be."},
            "anything": {"description": "Any JSON at all."},
            "fax": {"type": "string", "deprecated": true}
        },
        "if": {"required": ["insurance"], "properties": {"insurance": {"const": true}}},
        "then": {"required": ["insurer"], "properties": {"insurer": {"type": "string", "description": "Who insures it."}}}
    })
}

fn traveller() -> Value {
    json!({
        "type": "object",
        "description": "Who travels.",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": 40, "examples": ["Ada", "Grace"], "description": "As in the passport."},
            "born": {"type": ["string", "null"], "format": "date", "description": "null if nobody knows."},
            "seat": {"type": "string", "enum": ["window", "aisle"], "default": "window"},
            "meals": {
                "type": "array",
                "description": "What to serve.",
                "uniqueItems": true,
                "minItems": 1,
                "maxItems": 3,
                "items": {"type": "string", "enum": ["breakfast", "lunch", "dinner", "snack"]}
            }
        }
    })
}

fn payment() -> Value {
    json!({
        "description": "How it is paid.",
        "oneOf": [
            {
                "title": "card",
                "type": "object",
                "required": ["kind", "number"],
                "properties": {
                    "kind": {"const": "card"},
                    "number": {"type": "string", "pattern": "^[0-9]{12,19}$", "description": "12 to 19 digits."},
                    "pin": {"type": "string", "format": "password", "description": "Never shown."}
                }
            },
            {
                "title": "invoice",
                "type": "object",
                "required": ["kind", "address"],
                "properties": {"kind": {"const": "invoice"}, "address": {"type": "string", "maxLength": 300}}
            },
            {
                "title": "voucher",
                "type": "object",
                "required": ["kind", "code"],
                "properties": {"kind": {"const": "voucher"}, "code": {"type": "string", "format": "uuid"}}
            }
        ]
    })
}

/// Says what arrived.
pub(super) fn book(call: &Call) -> Played {
    let arguments = serde_json::to_string_pretty(&call.args).unwrap_or_default();
    Played::text(format!("Nothing is booked. This arrived:\n{arguments}"))
}
