//! Mutations that keep JSON well-formed.
//!
//! Bytes changed blindly rarely get past a JSON reader, and what lies behind it is what matters here: members
//! that are missing, exchanged, of another kind, or name what does not exist.

use libfuzzer_sys::fuzzer_mutate;
use serde_json::Value;

/// Mutates `data[..size]`, a first byte of `prefix` bytes apart, in place; gives the new size.
///
/// One mutation in four is libFuzzer's own, of all bytes. The others change one value of one line.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32, prefix: usize) -> usize {
    let mut dice = Dice::new(seed);
    if dice.below(4) > 0
        && let Some(mutated) = data.get(prefix..size).and_then(|document| mutated(document, &mut dice))
        && prefix + mutated.len() <= max_size
    {
        data[prefix..][..mutated.len()].copy_from_slice(&mutated);
        return prefix + mutated.len();
    }
    fuzzer_mutate(data, size, max_size)
}

fn mutated(document: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let mut lines: Vec<&[u8]> = document.split_inclusive(|byte| *byte == b'\n').collect();
    let chosen = dice.below(lines.len());
    let (&line, ends) = (lines.get(chosen)?, lines.get(chosen)?.ends_with(b"\n"));
    let mut value: Value = serde_json::from_slice(line).ok()?;
    let donor = pick(&value, dice).clone();
    change(pick_mut(&mut value, dice), donor, dice);
    let mut text = serde_json::to_vec(&value).ok()?;
    if ends {
        text.push(b'\n');
    }
    lines[chosen] = &text;
    Some(lines.concat())
}

fn change(value: &mut Value, donor: Value, dice: &mut Dice) {
    match (value, dice.below(8)) {
        (value, 0) => *value = donor,
        (value, 1) => {
            let plain = [Value::Null, true.into(), 0.into(), "".into(), Value::Array(Vec::new())];
            *value = plain[dice.below(plain.len())].clone();
        }
        (Value::Array(items), 2..=4) if !items.is_empty() => {
            items.remove(dice.below(items.len()));
        }
        (Value::Array(items), _) => {
            let at = dice.below(items.len() + 1);
            let item = items.get(at).cloned().unwrap_or(donor);
            items.insert(at, item);
        }
        (Value::Object(members), 2..=4) if !members.is_empty() => {
            let name = members.keys().nth(dice.below(members.len())).cloned().unwrap_or_default();
            members.remove(&name);
        }
        (Value::Object(members), _) => {
            let name = donor.as_str().map(str::to_owned);
            members.insert(name.unwrap_or_else(|| "member".to_owned()), donor);
        }
        (Value::String(text), _) => {
            let mut bytes = text.clone().into_bytes();
            let (size, most) = (bytes.len(), bytes.len() + 16);
            bytes.resize(most, 0);
            let size = fuzzer_mutate(&mut bytes, size, most);
            *text = String::from_utf8_lossy(&bytes[..size]).into_owned();
        }
        (Value::Number(number), _) => {
            let near = number.as_i64().unwrap_or_default();
            let others =
                [0, 1, -1, 255, i64::from(u32::MAX), i64::MAX, near.wrapping_add(1), near.wrapping_neg()];
            *number = others[dice.below(others.len())].into();
        }
        (value, _) => *value = donor,
    }
}

fn pick<'v>(value: &'v Value, dice: &mut Dice) -> &'v Value {
    let child = match value {
        Value::Array(items) => items.get(dice.below(items.len() + 1)),
        Value::Object(members) => members.values().nth(dice.below(members.len() + 1)),
        _ => None,
    };
    child.map_or(value, |child| pick(child, dice))
}

fn pick_mut<'v>(value: &'v mut Value, dice: &mut Dice) -> &'v mut Value {
    let (children, which) = match &*value {
        Value::Array(items) => (items.len(), dice.below(items.len() + 1)),
        Value::Object(members) => (members.len(), dice.below(members.len() + 1)),
        _ => return value,
    };
    if which == children {
        return value;
    }
    match value {
        Value::Array(items) => pick_mut(&mut items[which], dice),
        Value::Object(members) => match members.values_mut().nth(which) {
            Some(child) => pick_mut(child, dice),
            None => unreachable!("fewer members than were counted"),
        },
        leaf => leaf,
    }
}

/// Choices that follow from libFuzzer's seed (the finaliser of `MurmurHash3`).
struct Dice(u32);

impl Dice {
    fn new(seed: u32) -> Self {
        Self(seed)
    }

    /// A number below `sides`; 0 for no sides.
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9);
        let mut z = self.0;
        z = (z ^ (z >> 16)).wrapping_mul(0x85EB_CA6B);
        z = (z ^ (z >> 13)).wrapping_mul(0xC2B2_AE35);
        usize::try_from(z ^ (z >> 16)).unwrap_or_default().checked_rem(sides).unwrap_or_default()
    }
}
