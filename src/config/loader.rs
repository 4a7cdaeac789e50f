//! What every kind of location can do: give its texts, and say how often it is worth asking.

use std::fmt;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::api::{Problems, Text};
use crate::aws::{Class, Failure};

/// What costs calls is read again after so long.
pub const EVERY_REMOTE: Duration = Duration::from_secs(10);

/// Gives the texts at one location.
pub trait Loader: fmt::Debug + Send + Sync {
    /// Reads them, in an order that stays.
    ///
    /// # Errors
    /// All that cannot be read, with the reason.
    fn load(&self) -> BoxFuture<'_, Result<Vec<Text>, Problems>>;

    /// After how long it is worth reading again.
    fn every(&self) -> Duration;
}

/// Why something could not be read, and what mends it.
#[cfg_attr(not(any(feature = "s3", feature = "ssm")), allow(dead_code, reason = "nothing else asks AWS"))]
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
