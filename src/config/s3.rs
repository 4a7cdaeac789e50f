//! Manifests in the objects of an S3 bucket.
//!
//! Its calls pass no gate: what the gate lets through is told by what they read, and S3 counts them apart from everything that the
//! operator does otherwise.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;

use super::loader::EVERY_REMOTE;
use super::remote::told;
use super::texts::{TEXTS_MAX, Texts, is_yaml, text};
use super::{Loader, Location};
use crate::api::{Problem, Problems, TEXT_BYTES_MAX, Text};
use crate::aws::{Connection, Failure, clients};

const LIST: &str = "s3:ListBucket";
const GET: &str = "s3:GetObject";

/// The code of S3 for an object that is another one by now.
const WRITTEN_OVER: &str = "PreconditionFailed";

/// Pages of a bucket's list, of 1,000 objects each, that are read at most.
const PAGES_MAX: usize = 10;

/// So many objects are read side by side.
const AT_ONCE: usize = 8;

/// The YAML objects right below a prefix, as files of a directory, or the one whose key it is.
#[derive(Debug)]
pub struct Objects {
    client: Client,
    bucket: String,
    prefix: String,
    /// What has been read, by key. An object whose tag is in there need not be read again.
    known: Mutex<BTreeMap<String, Known>>,
}

#[derive(Clone, Debug)]
struct Known {
    tag: String,
    text: String,
}

/// An object as the bucket lists it.
#[derive(Debug)]
struct Listed {
    key: String,
    tag: String,
    bytes: i64,
}

impl Objects {
    /// Those of `bucket` below `prefix`.
    #[must_use]
    pub fn new(connection: &Connection, bucket: &str, prefix: &str) -> Self {
        let (bucket, prefix) = (bucket.to_owned(), prefix.to_owned());
        Self { client: clients::s3(connection), bucket, prefix, known: Mutex::default() }
    }

    /// What was written over between the list and the reading is listed once more.
    async fn read(&self) -> Result<Vec<Text>, Problems> {
        match self.read_once().await {
            Err(problems) if problems.0.iter().any(|it| it.message.contains(WRITTEN_OVER)) => self.read_once().await,
            read => read,
        }
    }

    async fn read_once(&self) -> Result<Vec<Text>, Problems> {
        let refuse = |message: String| Problem::with_file(&self.place(), message);
        let objects = self.list().await.map_err(refuse)?;
        if objects.is_empty() {
            return Err(refuse("has no *.yaml or *.yml object right below it".to_owned()).into());
        }
        if objects.len() > TEXTS_MAX {
            return Err(refuse(format!("has more than {TEXTS_MAX} YAML objects below it")).into());
        }
        let mut texts = Texts::of(self.place());
        let reads: Vec<_> = objects.iter().map(|object| self.contents(object)).collect();
        let mut reads = futures_util::stream::iter(reads).buffered(AT_ONCE);
        for object in &objects {
            let Some(read) = reads.next().await else { break };
            texts.add(format!("s3://{}/{}", self.bucket, object.key), read)?;
        }
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|key, _| objects.iter().any(|it| it.key == *key));
        texts.all()
    }

    /// The object whose key the prefix is, or those right below it, in the order of their keys.
    async fn list(&self) -> Result<Vec<Listed>, String> {
        let asked = asked(&self.prefix);
        let (mut listed, mut next) = (Vec::new(), None);
        for _ in 0..PAGES_MAX {
            let call = self.client.list_objects_v2().bucket(&self.bucket).prefix(&asked).delimiter("/");
            let answer = call.set_continuation_token(next).send().await;
            let answer = answer.map_err(|error| told(&Failure::of(LIST, &error)))?;
            let ours = answer.contents.unwrap_or_default().into_iter().filter_map(|object| {
                let key = object.key.filter(|key| is_ours(key, &asked))?;
                Some(Listed { key, tag: object.e_tag.unwrap_or_default(), bytes: object.size.unwrap_or_default() })
            });
            listed.extend(ours);
            next = answer.next_continuation_token.filter(|_| answer.is_truncated == Some(true));
            if next.is_none() || listed.len() > TEXTS_MAX {
                return Ok(listed);
            }
        }
        Err(told(&Failure::endless(LIST)))
    }

    async fn contents(&self, object: &Listed) -> Result<String, String> {
        if let Some(text) = self.known_as(object) {
            return Ok(text);
        }
        if usize::try_from(object.bytes).is_ok_and(|bytes| bytes > TEXT_BYTES_MAX) {
            return Err(format!("has more than {TEXT_BYTES_MAX} bytes, which is all that manifests may have"));
        }
        let call = self.client.get_object().bucket(&self.bucket).key(&object.key);
        // What has been written over since is another object, of any length.
        let call = call.set_if_match(Some(object.tag.clone()).filter(|tag| !tag.is_empty()));
        let answer = call.send().await.map_err(|error| told(&Failure::of(GET, &error)))?;
        let text = text(body(answer.body).await?)?;
        let known = Known { tag: object.tag.clone(), text: text.clone() };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(object.key.clone(), known);
        Ok(text)
    }

    fn known_as(&self, object: &Listed) -> Option<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let same = known.get(&object.key).filter(|known| !known.tag.is_empty() && known.tag == object.tag);
        same.map(|known| known.text.clone())
    }

    fn place(&self) -> String {
        Location::S3 { bucket: self.bucket.clone(), prefix: self.prefix.clone() }.to_string()
    }
}

impl Loader for Objects {
    fn load(&self) -> BoxFuture<'_, Result<Vec<Text>, Problems>> {
        Box::pin(self.read())
    }

    fn every(&self) -> Duration {
        EVERY_REMOTE
    }
}

/// No more of it than is looked at.
async fn body(mut stream: ByteStream) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    while let Some(more) = stream.try_next().await.map_err(|error| format!("cannot be read: {error}"))? {
        bytes.extend_from_slice(&more);
        if bytes.len() > TEXT_BYTES_MAX {
            break;
        }
    }
    Ok(bytes)
}

/// What the keys begin with that are asked for: the whole of the one where it is named, else the folder with its slash.
fn asked(prefix: &str) -> String {
    let is_folder = !is_yaml(name(prefix)) && !prefix.is_empty() && !prefix.ends_with('/');
    format!("{prefix}{}", if is_folder { "/" } else { "" })
}

/// Whether `key`, which begins with what was asked for, is what was meant: the one itself, or a name right below a folder.
fn is_ours(key: &str, asked: &str) -> bool {
    let is_folder = asked.is_empty() || asked.ends_with('/');
    if is_folder { key.strip_prefix(asked) == Some(name(key)) && is_yaml(name(key)) } else { key == asked }
}

fn name(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_right_below_counts_and_nothing_else() {
        for (key, prefix) in
            [("a.yaml", ""), ("prod/a.yaml", "prod"), ("prod/a.yml", "prod/"), ("prod/a.yaml", "prod/a.yaml")]
        {
            assert!(is_ours(key, &asked(prefix)), "{key} below {prefix}");
        }
        for (key, prefix) in [
            ("production/a.yaml", "prod"),
            ("prod/a.json", "prod"),
            ("prod/old/a.yaml", "prod"),
            ("prod/.a.yaml", "prod"),
            ("prod/", "prod"),
            ("prod/a.yaml.yaml", "prod/a.yaml"),
            ("", ""),
        ] {
            assert!(!is_ours(key, &asked(prefix)), "{key} below {prefix}");
        }
    }
}
