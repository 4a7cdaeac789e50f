//! A text's documents, each with the number of lines that stand before it.

/// The documents that have something in them; `None` where there are more than `most`, with something in them or not.
pub fn split(text: &str, most: usize) -> Option<Vec<(usize, String)>> {
    let mut documents = vec![(0, String::new())];
    for (index, line) in text.lines().enumerate() {
        let begins = line == "---" || line.starts_with("--- ");
        if begins && index > 0 {
            documents.push((index, String::new()));
            if documents.len() > most {
                return None;
            }
        }
        if let Some((_, document)) = documents.last_mut() {
            document.push_str(if begins { line.trim_start_matches("---") } else { line });
            document.push('\n');
        }
    }
    documents.retain(|(_, document)| has_content(document));
    Some(documents)
}

fn has_content(document: &str) -> bool {
    document.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
}
