//! What loaders that ask AWS have in common: how they say that they could not read.

use crate::aws::{Class, Failure};

/// Why something could not be read, and what mends it.
pub fn told(failure: &Failure) -> String {
    let says = |words: &[&str]| words.iter().any(|word| failure.message.to_ascii_lowercase().contains(word));
    let elsewhere = ["PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"];
    let mend = match failure.class {
        Class::Denied if says(&["kms:", "ciphertext"]) => "allow `kms:Decrypt` with its key".to_owned(),
        _ if failure.code.as_deref().is_some_and(|code| elsewhere.contains(&code)) => {
            "it is in another Region: keep it in that of AWS_REGION".to_owned()
        }
        _ if says(&["missing region"]) => "set AWS_REGION".to_owned(),
        Class::Throttled => "too many calls in this account and Region".to_owned(),
        Class::Invalid | Class::Other | Class::Server => "see the message".to_owned(),
        Class::Denied => format!("allow `{}`", failure.action),
        _ => failure.remedy(),
    };
    format!("cannot be read: {failure}; {mend}")
}
