//! A text's documents, each behind as many empty lines as stand before it, so that places come out right.

/// The documents that have something in them; `None` where there are more than `most`, with something in them or not.
pub fn split(text: &str, most: usize) -> Option<Vec<String>> {
    let markers = text.lines().enumerate().filter(|(_, line)| *line == "---" || line.starts_with("--- "));
    let starts: Vec<usize> = [0].into_iter().chain(markers.map(|(index, _)| index)).collect();
    if starts.len() > most {
        return None;
    }
    let ends = starts.iter().skip(1).copied().map(Some).chain([None]);
    let documents = starts.iter().zip(ends).filter(|(start, end)| Some(**start) != *end);
    let documents = documents.map(|(start, end)| document(text, *start, end));
    Some(documents.filter(|document| has_content(document)).collect())
}

/// The lines from `start` to `end`.
fn document(text: &str, start: usize, end: Option<usize>) -> String {
    let count = end.map_or(usize::MAX, |end| end - start);
    let mut document = "\n".repeat(start);
    for (index, line) in text.lines().skip(start).take(count).enumerate() {
        let marker = index == 0 && line.starts_with("---");
        document.push_str(if marker { line.trim_start_matches("---") } else { line });
        document.push('\n');
    }
    document
}

fn has_content(document: &str) -> bool {
    document.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
}
