//! Values to bytes, as serde walks over them.

use serde::ser::{self, Serialize};

use super::{PackError, fold_sign, put_number};

/// Writes one value after another.
pub(super) struct Packer<'a> {
    pub(super) out: &'a mut Vec<u8>,
}

impl Packer<'_> {
    fn bytes(&mut self, bytes: &[u8]) {
        put_number(bytes.len() as u64, self.out);
        self.out.extend_from_slice(bytes);
    }

    fn length(&mut self, length: Option<usize>) -> Result<(), PackError> {
        let length = length.ok_or_else(|| PackError("a sequence of unknown length".to_owned()))?;
        put_number(length as u64, self.out);
        Ok(())
    }
}

macro_rules! numbers {
    ($($name:ident: $type:ty => $spell:expr),*) => {
        $(fn $name(self, number: $type) -> Result<(), PackError> {
            put_number($spell(number), self.out);
            Ok(())
        })*
    };
}

impl<'a> ser::Serializer for &'a mut Packer<'_> {
    type Ok = ();
    type Error = PackError;
    type SerializeSeq = Parts<'a>;
    type SerializeTuple = Parts<'a>;
    type SerializeTupleStruct = Parts<'a>;
    type SerializeTupleVariant = Parts<'a>;
    type SerializeMap = Parts<'a>;
    type SerializeStruct = Parts<'a>;
    type SerializeStructVariant = Parts<'a>;

    numbers!(
        serialize_bool: bool => u64::from,
        serialize_u8: u8 => u64::from,
        serialize_u16: u16 => u64::from,
        serialize_u32: u32 => u64::from,
        serialize_u64: u64 => std::convert::identity,
        serialize_i8: i8 => |n| fold_sign(i64::from(n)),
        serialize_i16: i16 => |n| fold_sign(i64::from(n)),
        serialize_i32: i32 => |n| fold_sign(i64::from(n)),
        serialize_i64: i64 => fold_sign,
        serialize_f32: f32 => |n: f32| u64::from(n.to_bits()),
        serialize_f64: f64 => f64::to_bits,
        serialize_char: char => u64::from
    );

    fn serialize_str(self, text: &str) -> Result<(), PackError> {
        self.bytes(text.as_bytes());
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), PackError> {
        self.bytes(bytes);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), PackError> {
        self.out.push(0);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), PackError> {
        self.out.push(1);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), PackError> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), PackError> {
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
    ) -> Result<(), PackError> {
        put_number(index.into(), self.out);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), PackError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), PackError> {
        put_number(index.into(), self.out);
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Parts<'a>, PackError> {
        self.length(length)?;
        Ok(Parts(self.out))
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'a>, PackError> {
        Ok(Parts(self.out))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, PackError> {
        Ok(Parts(self.out))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts<'a>, PackError> {
        put_number(index.into(), self.out);
        Ok(Parts(self.out))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Parts<'a>, PackError> {
        self.length(length)?;
        Ok(Parts(self.out))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, PackError> {
        Ok(Parts(self.out))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts<'a>, PackError> {
        put_number(index.into(), self.out);
        Ok(Parts(self.out))
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

/// What comes one after another: items, members, keys and values.
pub(super) struct Parts<'a>(&'a mut Vec<u8>);

impl Parts<'_> {
    fn put<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), PackError> {
        value.serialize(&mut Packer { out: self.0 })
    }
}

macro_rules! parts {
    ($($of:ident: $name:ident($($key:ty)?)),*) => {
        $(impl ser::$of for Parts<'_> {
            type Ok = ();
            type Error = PackError;

            fn $name<T: Serialize + ?Sized>(&mut self, $(_: $key,)? value: &T) -> Result<(), PackError> {
                self.put(value)
            }

            fn end(self) -> Result<(), PackError> {
                Ok(())
            }
        })*
    };
}

parts!(
    SerializeSeq: serialize_element(),
    SerializeTuple: serialize_element(),
    SerializeTupleStruct: serialize_field(),
    SerializeTupleVariant: serialize_field(),
    SerializeStruct: serialize_field(&'static str),
    SerializeStructVariant: serialize_field(&'static str)
);

impl ser::SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = PackError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), PackError> {
        self.put(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), PackError> {
        self.put(value)
    }

    fn end(self) -> Result<(), PackError> {
        Ok(())
    }
}
