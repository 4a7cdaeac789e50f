//! The lines of a log of any length, none of them longer than a line of the operator's can be.

use std::io::{self, BufRead};

/// Hands each line that is not too long to `hear`, and how many bytes have been read by then.
///
/// # Errors
/// Reading fails.
pub fn each(reader: &mut impl BufRead, bytes_max: usize, mut hear: impl FnMut(&str, u64)) -> io::Result<()> {
    let (mut line, mut read, mut too_long) = (Vec::new(), 0_u64, false);
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            break;
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let part = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
        too_long |= line.len() + part.len() > bytes_max;
        if !too_long {
            line.extend_from_slice(part);
        }
        let taken = part.len() + usize::from(end.is_some());
        reader.consume(taken);
        read += taken as u64;
        if end.is_some() {
            if !too_long {
                hear(&String::from_utf8_lossy(&line), read);
            }
            line.clear();
            too_long = false;
        }
    }
    if !too_long && !line.is_empty() {
        hear(&String::from_utf8_lossy(&line), read);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    #[test]
    fn lines_are_heard_one_by_one_and_endless_ones_are_passed_over() {
        let text = format!("first\n\n{}\nsecond\r\nlast \u{fe}", "x".repeat(50));
        for capacity in [1, 7, 4096] {
            let mut heard = Vec::new();
            let mut reader = BufReader::with_capacity(capacity, text.as_bytes());
            each(&mut reader, 20, |line, read| heard.push((line.to_owned(), read))).unwrap();
            let lines: Vec<&str> = heard.iter().map(|(line, _)| line.as_str()).collect();
            assert_eq!(lines, ["first", "", "second\r", "last \u{fe}"]);
            assert_eq!(heard.last().map(|(_, read)| *read), Some(text.len() as u64));
        }
    }
}
