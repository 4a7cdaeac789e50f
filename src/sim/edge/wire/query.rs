//! awsQuery: a form as the request, XML as the answer. Lists are `Name.member.1=…&Name.member.2=…`.

use std::collections::BTreeMap;

use super::Response;
use super::xml::Xml;
use crate::sim::kernel::Fault;

/// The parameters of a request.
#[derive(Clone, Debug, Default)]
pub struct Form(BTreeMap<String, String>);

impl Form {
    pub fn parse(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        Self(pairs.map(|(name, value)| (decode(name), decode(value))).collect())
    }

    pub fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    pub fn required(&self, name: &str) -> Result<String, Fault> {
        let missing = || {
            Fault::validation(format!(
                "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be \
                 null"
            ))
        };
        self.text(name).ok_or_else(missing)
    }

    pub fn number(&self, name: &str) -> Result<Option<usize>, Fault> {
        let malformed = |_| Fault::sender("MalformedInput", format!("{name} is not an integer"));
        self.text(name).map(|value| value.parse().map_err(malformed)).transpose()
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        self.0.get(name).map(|value| value == "true")
    }

    /// The members of a list, in order.
    pub fn list(&self, name: &str) -> Vec<String> {
        (1..).map_while(|position| self.text(&format!("{name}.member.{position}"))).collect()
    }

    /// The members of a list of objects, in order, each with parameters of its own.
    pub fn objects(&self, name: &str) -> Vec<Self> {
        let member = |position: usize| {
            let prefix = format!("{name}.member.{position}.");
            let of =
                self.0.iter().filter_map(|(key, value)| Some((key.strip_prefix(&prefix)?.to_owned(), value.clone())));
            Some(Self(of.collect())).filter(|form| !form.0.is_empty())
        };
        (1..).map_while(member).collect()
    }

    /// Whether any parameter of that name, or below it, is given.
    pub fn has(&self, name: &str) -> bool {
        self.0.keys().any(|key| key.split('.').next() == Some(name))
    }
}

/// Undoes the encoding of `application/x-www-form-urlencoded`.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.extend(u8::from_str_radix(&digits, 16));
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The answer, and the code of the error where it is one. `result` writes the inside of `<ActionResult>`.
pub fn respond(
    namespace: &str,
    action: &str,
    id: &str,
    result: Result<Xml, Fault>,
) -> (Option<&'static str>, Response) {
    let mut xml = Xml::default();
    let (error, status) = match result {
        Ok(inside) => {
            xml.open(&format!("{action}Response xmlns=\"{namespace}\""));
            // An action without output has no result either.
            if !inside.is_empty() {
                xml.element(&format!("{action}Result"), |xml| xml.append(inside));
            }
            xml.element("ResponseMetadata", |xml| xml.text("RequestId", id));
            xml.close(&format!("{action}Response"));
            (None, 200)
        }
        Err(fault) => {
            xml.open(&format!("ErrorResponse xmlns=\"{namespace}\""));
            xml.element("Error", |xml| {
                xml.text("Type", if fault.status < 500 { "Sender" } else { "Receiver" });
                xml.text("Code", fault.code);
                xml.text("Message", &fault.message);
            });
            xml.text("RequestId", id);
            xml.close("ErrorResponse");
            (Some(fault.code), fault.status)
        }
    };
    let headers = vec![("content-type", "text/xml".to_owned()), ("x-amzn-requestid", id.to_owned())];
    (error, Response { status, headers, body: xml.into_bytes() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_decoded_and_its_lists_are_found() {
        let form = Form::parse(b"Action=X&Names.member.1=a%2Fb+c&Names.member.2=d&Flag=true&Size=7");
        assert_eq!(form.list("Names"), ["a/b c", "d"]);
        assert_eq!((form.flag("Flag"), form.number("Size")), (Some(true), Ok(Some(7))));
        assert!(form.has("Names") && !form.has("Name"));
    }
}
