//! Canonical JSON, over which TUF signs: members sorted by code point, no white space, `"` and `\` escaped
//! and nothing else, integers only (the OLPC form that the reference implementation writes).

use serde_json::Value;

use super::MetadataError;

/// Deepest nesting of any metadata that means something.
const MAX_DEPTH: u8 = 32;

pub(super) fn canonical(value: &Value) -> Result<Vec<u8>, MetadataError> {
    let mut out = Vec::with_capacity(1_024);
    write(value, &mut out, MAX_DEPTH)?;
    Ok(out)
}

fn write(value: &Value, out: &mut Vec<u8>, depth: u8) -> Result<(), MetadataError> {
    let deeper = depth.checked_sub(1).ok_or(MetadataError::TooDeep)?;
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) if number.is_f64() => {
            return Err(MetadataError::NotAnInteger { number: number.to_string() });
        }
        Value::Number(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write(item, out, deeper)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            // Bytewise order of UTF-8 is the order of code points.
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| name.as_bytes());
            out.push(b'{');
            for (i, (name, member)) in sorted.into_iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_text(name, out);
                out.push(b':');
                write(member, out, deeper)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text.bytes() {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_sorted_and_little_is_escaped() {
        let value: Value = serde_json::from_str(r#"{"b":[1,-2,null,true],"a":"é\n\"\\","A":{}}"#).unwrap();
        let text = String::from_utf8(canonical(&value).unwrap()).unwrap();
        assert_eq!(text, "{\"A\":{},\"a\":\"é\n\\\"\\\\\",\"b\":[1,-2,null,true]}");
    }

    #[test]
    fn fractions_and_abysses_are_refused() {
        assert_eq!(canonical(&serde_json::json!([1.5])).unwrap_err().code(), "metadata-malformed");
        let mut deep = Value::Null;
        for _ in 0..40 {
            deep = Value::Array(vec![deep]);
        }
        assert_eq!(canonical(&deep).unwrap_err(), MetadataError::TooDeep);
    }
}
