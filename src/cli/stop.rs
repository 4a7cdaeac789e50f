//! SIGTERM and SIGINT: the first asks to stop, the second insists. SIGHUP asks to read the manifests again.

use std::io::IsTerminal;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// The exit code of a program that a second signal ended, as shells count: 128 and SIGINT's number.
const INSISTED: i32 = 130;

/// Waits for the signals that ask to stop.
pub struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    /// Takes the signals over from here on.
    ///
    /// # Errors
    /// When the system does not give them.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Cancels `stop` at the first signal and ends the process at the second SIGINT.
    pub async fn pass_to(mut self, stop: CancellationToken) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        stop.cancel();
        self.interrupt.recv().await;
        std::process::exit(INSISTED);
    }
}

/// Waits for SIGHUP. On a terminal that is how the terminal says that it goes, and it ends the process as it ends any.
pub struct Hangups(Option<Signal>);

impl Hangups {
    /// Takes the signal over from here on, where it means something.
    #[must_use]
    pub fn listen() -> Self {
        let on_terminal =
            std::io::stdin().is_terminal() || std::io::stdout().is_terminal() || std::io::stderr().is_terminal();
        Self(if on_terminal { None } else { signal(SignalKind::hangup()).ok() })
    }

    /// Notifies at each of them. It never ends.
    pub async fn pass_to(self, now: &Notify) {
        let Some(mut hangup) = self.0 else { return std::future::pending().await };
        while hangup.recv().await.is_some() {
            now.notify_one();
        }
    }
}
