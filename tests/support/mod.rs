//! What the tests with real processes share: emulators and the built binary, started, watched and ended.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so")]
#![allow(clippy::print_stderr, reason = "what a program complains of is passed on")]

pub mod emulator;
pub mod process;
pub mod simulated;
pub mod world;

use std::time::Duration;

/// Nothing here takes longer than this unless it is broken.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// Asks again and again until there is an answer. Only for other processes, which nobody can be told to wait for.
#[expect(clippy::disallowed_methods, reason = "the tests wait for real processes in real time")]
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(answer) => answer,
        Err(_) => panic!("waited {PATIENCE:?} in vain until {what}"),
    }
}
