//! Writing XML.

use std::fmt::Display;

use jiff::Timestamp;

/// A piece of XML.
#[derive(Debug, Default)]
pub struct Xml(String);

impl Xml {
    /// Opens an element; `name` may have attributes.
    pub fn open(&mut self, name: &str) {
        self.0.push_str(&format!("<{name}>"));
    }

    pub fn close(&mut self, name: &str) {
        self.0.push_str(&format!("</{name}>"));
    }

    pub fn element(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.open(name);
        inside(self);
        self.close(name);
    }

    pub fn text(&mut self, name: &str, value: impl Display) {
        let value = value.to_string().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        self.element(name, |xml| xml.0.push_str(&value));
    }

    pub fn option(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// `<name><member>…</member><member>…</member></name>`.
    pub fn list<T>(&mut self, name: &str, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.element(name, |xml| {
            for item in items {
                xml.element("member", |xml| write(xml, item));
            }
        });
    }

    /// A list of texts.
    pub fn texts(&mut self, name: &str, items: impl IntoIterator<Item = impl Display>) {
        self.element(name, |xml| items.into_iter().for_each(|item| xml.text("member", item)));
    }

    /// A time, to the millisecond as AWS gives them.
    pub fn time(&mut self, name: &str, moment: Timestamp) {
        self.text(name, format_args!("{moment:.3}"));
    }

    /// Makes it more than nothing, though there is nothing in it.
    pub fn blank(&mut self) {
        self.0.push(' ');
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn append(&mut self, other: Self) {
        self.0.push_str(&other.0);
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        let mut xml = Xml::default();
        xml.list("Names", ["a<b", "c&d"], |xml, name| xml.text("Name", name));
        let expected = "<Names><member><Name>a&lt;b</Name></member><member><Name>c&amp;d</Name></member></Names>";
        assert_eq!(String::from_utf8(xml.into_bytes()).unwrap(), expected);
    }
}
