//! Bytes to values. Whatever the bytes are, nothing panics and nothing is allocated that they do not pay for.

use serde::de::{self, DeserializeSeed, Visitor};

use super::{PackError, take_number, unfold_sign};

/// Reads one value after another from the front of the bytes.
pub(super) struct Unpacker<'de> {
    pub(super) bytes: &'de [u8],
}

impl<'de> Unpacker<'de> {
    fn number(&mut self) -> Result<u64, PackError> {
        take_number(&mut self.bytes).ok_or_else(|| PackError("no number".to_owned()))
    }

    fn small<T: TryFrom<u64>>(&mut self) -> Result<T, PackError> {
        let number = self.number()?;
        T::try_from(number).map_err(|_| PackError(format!("{number} is too big")))
    }

    fn signed<T: TryFrom<i64>>(&mut self) -> Result<T, PackError> {
        let number = unfold_sign(self.number()?);
        T::try_from(number).map_err(|_| PackError(format!("{number} is too big")))
    }

    /// How many things follow: never more than there are bytes.
    fn length(&mut self) -> Result<usize, PackError> {
        let length: usize = self.small()?;
        if length > self.bytes.len() {
            return Err(PackError(format!(
                "{length} things in {} bytes",
                self.bytes.len()
            )));
        }
        Ok(length)
    }

    fn slice(&mut self) -> Result<&'de [u8], PackError> {
        let length = self.length()?;
        let (slice, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        Ok(slice)
    }

    fn text(&mut self) -> Result<&'de str, PackError> {
        std::str::from_utf8(self.slice()?).map_err(|error| PackError(error.to_string()))
    }
}

macro_rules! read {
    ($($name:ident => $visit:ident($read:ident)),*) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PackError> {
            visitor.$visit(self.$read()?)
        })*
    };
}

impl<'de> de::Deserializer<'de> for &mut Unpacker<'de> {
    type Error = PackError;

    read!(
        deserialize_u8 => visit_u8(small),
        deserialize_u16 => visit_u16(small),
        deserialize_u32 => visit_u32(small),
        deserialize_u64 => visit_u64(number),
        deserialize_i8 => visit_i8(signed),
        deserialize_i16 => visit_i16(signed),
        deserialize_i32 => visit_i32(signed),
        deserialize_i64 => visit_i64(signed),
        deserialize_str => visit_borrowed_str(text),
        deserialize_string => visit_borrowed_str(text),
        deserialize_bytes => visit_borrowed_bytes(slice),
        deserialize_byte_buf => visit_borrowed_bytes(slice)
    );

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, PackError> {
        Err(PackError("the bytes do not say what they are".to_owned()))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PackError> {
        match self.number()? {
            0 => visitor.visit_bool(false),
            1 => visitor.visit_bool(true),
            other => Err(PackError(format!("{other} is neither yes nor no"))),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PackError> {
        visitor.visit_f32(f32::from_bits(self.small()?))
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PackError> {
        visitor.visit_f64(f64::from_bits(self.number()?))
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PackError> {
        let number: u32 = self.small()?;
        let letter = char::from_u32(number);
        visitor.visit_char(letter.ok_or_else(|| PackError(format!("{number} is no character")))?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PackError> {
        match self.number()? {
            0 => visitor.visit_none(),
            1 => visitor.visit_some(self),
            other => Err(PackError(format!("{other} is neither some nor none"))),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PackError> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, PackError> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, PackError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PackError> {
        let left = self.length()?;
        visitor.visit_seq(Parts { from: self, left })
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        left: usize,
        visitor: V,
    ) -> Result<V::Value, PackError> {
        visitor.visit_seq(Parts { from: self, left })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        left: usize,
        visitor: V,
    ) -> Result<V::Value, PackError> {
        visitor.visit_seq(Parts { from: self, left })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PackError> {
        let left = self.length()?;
        visitor.visit_map(Parts { from: self, left })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        members: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, PackError> {
        let left = members.len();
        visitor.visit_seq(Parts { from: self, left })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, PackError> {
        visitor.visit_enum(self)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, _: V) -> Result<V::Value, PackError> {
        Err(PackError("the bytes hold no names".to_owned()))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, PackError> {
        Err(PackError(
            "the bytes do not say how long something is".to_owned(),
        ))
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

struct Parts<'a, 'de> {
    from: &'a mut Unpacker<'de>,
    left: usize,
}

impl<'de> de::SeqAccess<'de> for Parts<'_, 'de> {
    type Error = PackError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, PackError> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(&mut *self.from).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

impl<'de> de::MapAccess<'de> for Parts<'_, 'de> {
    type Error = PackError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, PackError> {
        de::SeqAccess::next_element_seed(self, seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, PackError> {
        seed.deserialize(&mut *self.from)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

impl<'de> de::EnumAccess<'de> for &mut Unpacker<'de> {
    type Error = PackError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), PackError> {
        let index: u32 = self.small()?;
        let variant = de::value::U32Deserializer::<PackError>::new(index);
        Ok((seed.deserialize(variant)?, self))
    }
}

impl<'de> de::VariantAccess<'de> for &mut Unpacker<'de> {
    type Error = PackError;

    fn unit_variant(self) -> Result<(), PackError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, PackError> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        left: usize,
        visitor: V,
    ) -> Result<V::Value, PackError> {
        visitor.visit_seq(Parts { from: self, left })
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        members: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, PackError> {
        let left = members.len();
        visitor.visit_seq(Parts { from: self, left })
    }
}
