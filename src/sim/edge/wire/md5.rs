//! MD5 (RFC 1321), which SQS answers with and several SDKs check messages by. Good for nothing else.

/// How far each step of a round turns, four a round.
const TURNS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
const START: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
const BLOCK: usize = 64;
/// Of the last block, the length takes the last eight bytes.
const LENGTH_AT: usize = 56;

/// The sum of `data`, in hexadecimal.
pub fn md5(data: &[u8]) -> String {
    let mut padded = data.to_vec();
    padded.push(0x80);
    while padded.len() % BLOCK != LENGTH_AT {
        padded.push(0);
    }
    padded.extend((data.len() as u64).wrapping_mul(8).to_le_bytes());
    let sum = padded.chunks_exact(BLOCK).fold(START, digest);
    sum.iter().flat_map(|word| word.to_le_bytes()).map(|byte| format!("{byte:02x}")).collect()
}

fn digest(sum: [u32; 4], block: &[u8]) -> [u32; 4] {
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
    let words: Vec<u32> = block.chunks_exact(4).map(word).collect();
    let [a, b, c, d] = (0..64).fold(sum, |sum, step| turn(sum, step, &words));
    let [a0, b0, c0, d0] = sum;
    [a0.wrapping_add(a), b0.wrapping_add(b), c0.wrapping_add(c), d0.wrapping_add(d)]
}

fn turn([a, b, c, d]: [u32; 4], step: u32, words: &[u32]) -> [u32; 4] {
    let (mixed, position) = match step / 16 {
        0 => ((b & c) | (!b & d), step),
        1 => ((d & b) | (!d & c), 5 * step + 1),
        2 => (b ^ c ^ d, 3 * step + 5),
        _ => (c ^ (b | !d), 7 * step),
    };
    let at = |list: &[u32], position: u32| list.get(position as usize).copied().unwrap_or_default();
    let turns = TURNS.get((step / 16) as usize).map_or(0, |round| at(round, step % 4));
    let sum = a.wrapping_add(mixed).wrapping_add(constant(step)).wrapping_add(at(words, position % 16));
    [d, b.wrapping_add(sum.rotate_left(turns)), b, c]
}

/// The whole part of 2^32 times the sine of each step, counted from 1.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 2^32, and not negative")]
fn constant(step: u32) -> u32 {
    (f64::from(step + 1).sin().abs() * 4_294_967_296.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_those_of_the_rfc() {
        for (text, sum) in [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a",
            ),
        ] {
            assert_eq!(md5(text.as_bytes()), sum, "{text}");
        }
    }
}
