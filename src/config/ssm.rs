//! Manifests in parameters of the Systems Manager.
//!
//! Its calls pass no gate: what the gate lets through is told by what they read, and the Systems Manager counts them apart from
//! everything that the operator does otherwise.

use std::time::Duration;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::Parameter;
use futures_util::future::BoxFuture;

use super::loader::EVERY_REMOTE;
use super::remote::told;
use super::texts::{TEXTS_MAX, Texts, text};
use super::{Loader, Location};
use crate::api::{Problem, Problems, Text};
use crate::aws::{Class, Connection, Failure, clients};

const BY_PATH: &str = "ssm:GetParametersByPath";
const ONE: &str = "ssm:GetParameter";

/// Parameters in one answer (Systems Manager API reference, `GetParametersByPath`).
const PAGE: i32 = 10;

/// A page may have fewer parameters than it could, or none.
const PAGES_MAX: usize = 500;

/// All parameters below a path, each a text, or the one whose name it is.
#[derive(Debug)]
pub struct Parameters {
    client: Client,
    path: String,
}

impl Parameters {
    /// Those below `path`.
    #[must_use]
    pub fn new(connection: &Connection, path: &str) -> Self {
        Self { client: clients::ssm(connection), path: path.to_owned() }
    }

    async fn read(&self) -> Result<Vec<Text>, Problems> {
        let place = Location::Ssm { path: self.path.clone() }.to_string();
        let refuse = |message: String| Problem::with_file(&place, message);
        let mut parameters = self.below().await.map_err(refuse)?;
        if parameters.is_empty() {
            parameters = self.alone().await.map_err(refuse)?;
        }
        if parameters.len() > TEXTS_MAX {
            return Err(refuse(format!("has more than {TEXTS_MAX} parameters below it")).into());
        }
        // The Systems Manager promises no order.
        parameters.sort_by(|a, b| a.name.cmp(&b.name));
        let mut texts = Texts::of(&place);
        for parameter in parameters {
            let name = format!("ssm:{}", parameter.name.unwrap_or_default());
            texts.add(name, manifest(parameter.value.unwrap_or_default()))?;
        }
        texts.all()
    }

    async fn below(&self) -> Result<Vec<Parameter>, String> {
        let (mut parameters, mut next) = (Vec::new(), None);
        for _ in 0..PAGES_MAX {
            let call = self.client.get_parameters_by_path().path(&self.path).recursive(true).with_decryption(true);
            let answer = call.max_results(PAGE).set_next_token(next).send().await;
            let answer = answer.map_err(|error| told(&Failure::of(BY_PATH, &error)))?;
            parameters.extend(answer.parameters.unwrap_or_default());
            next = answer.next_token.filter(|token| !token.is_empty());
            if next.is_none() || parameters.len() > TEXTS_MAX {
                return Ok(parameters);
            }
        }
        Err(told(&Failure::endless(BY_PATH)))
    }

    async fn alone(&self) -> Result<Vec<Parameter>, String> {
        let answer = self.client.get_parameter().name(&self.path).with_decryption(true).send().await;
        let failure = match answer {
            Ok(answer) => return Ok(answer.parameter.into_iter().collect()),
            Err(error) => Failure::of(ONE, &error),
        };
        match failure.class {
            Class::NotFound => Err("there is no parameter of this name, and none below it".to_owned()),
            _ => Err(told(&failure)),
        }
    }
}

/// What is a manifest is no secret. What is none may be one, and is told of without a word of what it says: problems quote.
fn manifest(value: String) -> Result<String, String> {
    if value.lines().any(|line| line.starts_with("apiVersion:")) {
        return text(value.into_bytes());
    }
    Err("is no manifest: it has no apiVersion of this operator".to_owned())
}

impl Loader for Parameters {
    fn load(&self) -> BoxFuture<'_, Result<Vec<Text>, Problems>> {
        Box::pin(self.read())
    }

    fn every(&self) -> Duration {
        EVERY_REMOTE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_manifest_is_not_quoted() {
        assert!(manifest("apiVersion: ecs-spot-operator/v1\nkind: Operator".to_owned()).is_ok());
        let refused = manifest("hunter2".to_owned()).unwrap_err();
        assert!(!refused.contains("hunter2"), "{refused}");
    }
}
