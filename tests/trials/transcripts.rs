//! Every scenario of `scenarios/`, played with seed 1: the transcript that a reader finds in `scenarios/transcripts/` is what
//! happens. `make transcripts` writes them anew.

use std::fs;

use super::{run, scenarios};

const SEED: &str = "1";

#[test]
fn every_scenario_plays_as_its_transcript_says() {
    let mut named = Vec::new();
    for entry in fs::read_dir(scenarios()).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let written = fs::read_to_string(scenarios().join(format!("transcripts/{name}.txt")));
        let written = written.unwrap_or_else(|error| panic!("{name} has no transcript: {error}: make transcripts"));
        let (code, played, said) = run(&[&format!("{name}.yaml"), "--seed", SEED]);
        assert_eq!(code, Some(0), "{name}: {said}");
        let differs = written.lines().zip(played.lines()).find(|(written, played)| written != played);
        assert_eq!(differs, None, "{name} plays otherwise than written: where that is meant, make transcripts");
        assert_eq!(written.lines().count(), played.lines().count(), "{name}");
        named.push(name);
    }
    assert_eq!(named.len(), fs::read_dir(scenarios().join("transcripts")).unwrap().count(), "one of no scenario");
}
