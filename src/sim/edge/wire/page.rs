//! Pages: a list in the order of its keys is cut, and the token is the last key of the page, so that what is added or
//! taken away meanwhile shifts nothing.

/// The part of `items` after `token`, at most `size` of it, and the token of the next page.
pub fn page<T: AsRef<str>>(items: Vec<T>, token: Option<&str>, size: usize) -> (Vec<T>, Option<String>) {
    let mut rest = items.into_iter().filter(|item| token.is_none_or(|last| item.as_ref() > last)).peekable();
    let page: Vec<T> = rest.by_ref().take(size).collect();
    let next = rest.peek().and(page.last()).map(|last| last.as_ref().to_owned());
    (page, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_cover_everything_once() {
        let items = || vec!["a", "b", "c"];
        let (first, token) = page(items(), None, 2);
        let (second, end) = page(items(), token.as_deref(), 2);
        assert_eq!((first, second, end), (vec!["a", "b"], vec!["c"], None));
    }
}
