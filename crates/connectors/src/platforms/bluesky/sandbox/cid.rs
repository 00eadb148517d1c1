//! Content ids. Source: github.com/multiformats/cid; atproto.com, "Data Model".

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The id of a blob: raw bytes, by their SHA-256 in hex.
pub fn of_blob(sha256: &str) -> String {
    encode(0x55, &hex::decode(sha256).unwrap_or_default())
}

/// The id of a record. It is the hash of a canonical form; clients may not look inside, so this one is JSON with sorted keys.
pub fn of_record(value: &Value) -> String {
    let mut canonical = String::new();
    write(&mut canonical, value);
    encode(0x71, &Sha256::digest(canonical))
}

fn write(out: &mut String, value: &Value) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| name.as_str());
            out.push('{');
            for (name, value) in fields {
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write(out, value);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write(out, item);
                out.push(',');
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

/// Version 1, this codec, SHA-256, in base32.
fn encode(codec: u8, digest: &[u8]) -> String {
    const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut out = String::from("b");
    let (mut bits, mut count) = (0_u32, 0);
    for byte in [1, codec, 0x12, 0x20].iter().chain(digest) {
        bits = (bits << 8 | u32::from(*byte)) & 0xfff;
        count += 8;
        while count >= 5 {
            count -= 5;
            out.push(char::from(BASE32[(bits >> count & 31) as usize]));
        }
    }
    if count > 0 {
        out.push(char::from(BASE32[(bits << (5 - count) & 31) as usize]));
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn blobs_have_the_ids_that_the_reference_server_gives() {
        let sha256 = hex::encode(Sha256::digest(b"hello"));
        assert_eq!(of_blob(&sha256), "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq");
    }

    #[test]
    fn the_order_of_fields_does_not_matter() {
        assert_eq!(
            of_record(&json!({"a": 1, "b": [{"c": 2, "d": 3}]})),
            of_record(&json!({"b": [{"d": 3, "c": 2}], "a": 1}))
        );
        assert_ne!(of_record(&json!({"a": 1})), of_record(&json!({"a": 2})));
        assert!(of_record(&json!({})).starts_with("bafyrei"));
    }
}
