//! Which characters go in which mode (ISO/IEC 18004 §7.4): the segmentation that takes the fewest bits,
//! where the standard's annex on the matter gives rules of thumb.

use qrcode::optimize::Segment;
use qrcode::types::{Mode, Version};

const MODES: [Mode; 3] = [Mode::Byte, Mode::Alphanumeric, Mode::Numeric];

/// Counting in sixths of a bit makes all three modes come out even: 8, 5½ and 3⅓ bits a character.
const SIXTHS: usize = 6;

/// Cuts text into segments with the least total length at `version`, by dynamic programming over
/// positions and modes.
pub(crate) fn segments(text: &[u8], version: Version) -> Vec<Segment> {
    let headers = MODES.map(|mode| SIXTHS * (version.mode_bits_count() + mode.length_bits_count(version)));
    let mut costs = headers;
    // For each character and each mode: the mode that the character itself is best written in when the
    // next one is to be in that mode.
    let mut choices = Vec::with_capacity(text.len());
    for &byte in text {
        let mut written = [usize::MAX; 3];
        for (i, &mode) in MODES.iter().enumerate() {
            if let Some(cost) = character_cost(byte, mode) {
                written[i] = costs[i].saturating_add(cost);
            }
        }
        let mut choice = [0, 1, 2];
        for next in 0..MODES.len() {
            costs[next] = written[next];
            for (last, cost) in written.iter().enumerate().filter(|(last, _)| *last != next) {
                // A segment ends with a whole bit.
                let switched = cost.checked_next_multiple_of(SIXTHS).unwrap_or(usize::MAX);
                let switched = switched.saturating_add(headers[next]);
                if switched < costs[next] {
                    (costs[next], choice[next]) = (switched, last);
                }
            }
        }
        choices.push(choice);
    }
    trace_back(&choices, cheapest(&costs))
}

fn cheapest(costs: &[usize; 3]) -> usize {
    let whole = |i: usize| costs[i].div_ceil(SIXTHS);
    (0..MODES.len()).min_by_key(|&i| whole(i)).unwrap_or(0)
}

/// Reads the choices from the end; `mode` is what a character after the last would be in.
fn trace_back(choices: &[[usize; 3]], mut mode: usize) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for (at, choice) in choices.iter().enumerate().rev() {
        mode = choice[mode];
        match segments.last_mut() {
            Some(last) if last.mode == MODES[mode] => last.begin = at,
            _ => segments.push(Segment { mode: MODES[mode], begin: at, end: at + 1 }),
        }
    }
    segments.reverse();
    segments
}

/// Sixths of a bit for a character, if the mode has it.
fn character_cost(byte: u8, mode: Mode) -> Option<usize> {
    match mode {
        Mode::Numeric => byte.is_ascii_digit().then_some(20),
        Mode::Alphanumeric => is_alphanumeric(byte).then_some(33),
        Mode::Byte | Mode::Kanji => Some(48),
    }
}

fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase() || b" $%*+-./:".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use qrcode::optimize::{Parser, total_encoded_len};

    #[test]
    fn a_link_is_bytes_then_digits() {
        let link = format!("https://label.example.sg/01/09521234543213#1{}", "7".repeat(353));
        let segments = segments(link.as_bytes(), Version::Normal(10));
        let modes: Vec<_> = segments.iter().map(|s| (s.mode, s.end - s.begin)).collect();
        assert_eq!(modes, [(Mode::Byte, 28), (Mode::Numeric, 14), (Mode::Byte, 1), (Mode::Numeric, 354)]);
    }

    /// All ways to cut a short text, one after the other.
    fn least_by_trying(text: &[u8], version: Version) -> usize {
        let mut least = usize::MAX;
        for ways in 0..3_usize.pow(u32::try_from(text.len()).unwrap()) {
            let mut segments: Vec<Segment> = Vec::new();
            let mut rest = ways;
            let possible = text.iter().enumerate().all(|(at, &byte)| {
                let mode = MODES[rest % 3];
                rest /= 3;
                match segments.last_mut() {
                    Some(open) if open.mode == mode => open.end = at + 1,
                    _ => segments.push(Segment { mode, begin: at, end: at + 1 }),
                }
                character_cost(byte, mode).is_some()
            });
            if possible {
                least = least.min(total_encoded_len(&segments, version));
            }
        }
        least
    }

    proptest! {
        #[test]
        fn nothing_is_shorter(text in "[0-9A-Za-z/]{0,7}", version in prop::sample::select(vec![9, 26, 40])) {
            let version = Version::Normal(version);
            let length = total_encoded_len(&segments(text.as_bytes(), version), version);
            prop_assert_eq!(length, least_by_trying(text.as_bytes(), version));
        }

        #[test]
        fn segments_cover_the_text(text in "([0-9]{0,20}|[A-Z/:]{0,12}|[a-z#?]{0,9}){0,9}") {
            let version = Version::Normal(10);
            let segments = segments(text.as_bytes(), version);
            let mut at = 0;
            for segment in &segments {
                prop_assert_eq!(segment.begin, at);
                prop_assert!(text.as_bytes()[segment.begin..segment.end].iter()
                    .all(|&byte| character_cost(byte, segment.mode).is_some()));
                at = segment.end;
            }
            prop_assert_eq!(at, text.len());
            let greedy: Vec<_> = Parser::new(text.as_bytes()).optimize(version).collect();
            prop_assert!(total_encoded_len(&segments, version) <= total_encoded_len(&greedy, version));
        }
    }
}
