//! What happened, told after the fact from log lines alone.
//!
//! It knows the lines as their schema has them (`api::LogLine`) and nothing of the operator that wrote them. It asks nobody.

mod advice;
mod figures;
mod html;
mod line;
mod lines;
mod story;
mod text;

pub use figures::Figures;
pub use html::Html;
pub use line::LINE_BYTES_MAX;
pub use lines::each as each_line;
pub use story::{Stories, Story};
pub use text::Text;
