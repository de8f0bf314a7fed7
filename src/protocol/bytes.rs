//! Bytes that may be anything, in JSON: as base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// Writes them.
///
/// # Errors
/// The serializer's.
pub fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, to: S) -> Result<S::Ok, S::Error> {
    match bytes {
        Some(bytes) => to.serialize_str(&STANDARD.encode(bytes)),
        None => to.serialize_none(),
    }
}

/// Reads them.
///
/// # Errors
/// It is no base64.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<u8>>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    let bytes = text.map(|text| STANDARD.decode(text));
    bytes.transpose().map_err(D::Error::custom)
}
