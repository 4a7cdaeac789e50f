//! Which known word somebody may have meant.

/// The known word that is most like `word`, if one is like it at all.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |other: &str| strsim::jaro_winkler(&word.to_lowercase(), &other.to_lowercase());
    let mut best: Option<(f64, &str)> = None;
    for other in known {
        let score = likeness(other);
        if score > best.map_or(LIKE, |(score, _)| score) {
            best = Some((score, other));
        }
    }
    best.map(|(_, other)| other)
}

/// Less alike than this, two words have nothing to do with each other; clap draws the line there as well.
const LIKE: f64 = 0.7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_understood_and_another_word_is_not() {
        let known = ["cluster", "capacityProviders", "confirmWithin", "mode"];
        for (word, near) in
            [("clutser", Some("cluster")), ("capacityproviders", Some("capacityProviders")), ("xyz", None)]
        {
            assert_eq!(nearest(word, known.into_iter()), near, "{word}");
        }
    }
}
