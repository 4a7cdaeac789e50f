//! Planning, situation by situation. Every test ends in [`Scenario::plan`], which also plans a second time on the same
//! input and holds it to change nothing.

mod again;
mod base;
mod closing;
mod crowd;
mod debt;
mod fallback;
mod handover;
mod hook;
mod loss;
mod notice;
mod orphan;
mod replacement;
mod returning;
mod scenario;
mod services;
mod stopping;
mod targets;
mod watching;
mod way;
