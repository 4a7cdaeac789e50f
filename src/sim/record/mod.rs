//! What there is to know of a simulated account from outside, and no caller of AWS could: what really happened to interrupted
//! instances (`truth`), everything in order (`journal`, `happening`), and everything as it is now (`inspect`, `state`).
//! Records and shows; changes nothing.

mod happening;
mod inspect;
mod journal;
mod situation;
mod state;
mod truth;

pub use happening::{Happening, Listener};
pub use inspect::{ContainerInstanceView, GroupView, MemberView, QueueDepth, TaskView};
pub use journal::{CallRecord, Journal};
pub use situation::{Situation, situation};
pub use state::state;
pub use truth::{Interruption, Recorder, Replacement, Truth};
