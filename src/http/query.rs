//! The parameters of a question. Those of other names are left alone.

/// The last value of a parameter.
pub fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let mut values = query.split('&').filter_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    values.next_back()
}

/// Whether only this operator's own answer is wanted, and not what other replicas have. Replicas ask each other so.
pub fn is_local(query: &str) -> bool {
    parameter(query, "local") == Some("true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_several_counts() {
        assert_eq!(parameter("limit=1&x=2&limit=3&limitless=4", "limit"), Some("3"));
        assert_eq!((parameter("", "limit"), parameter("limit", "limit")), (None, None));
        assert_eq!(
            (is_local("limit=1&local=true"), is_local("local=false"), is_local("notlocal=true")),
            (true, false, false)
        );
    }
}
