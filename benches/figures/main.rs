//! Every figure that the project promises, measured anew and printed as one table.
//!
//! `make bench` runs all of it; `cargo bench --bench figures -- storm footprint` runs parts. It is no test: nothing fails because
//! a machine is slow.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark"
)]

mod day;
mod footprint;
mod peers;
mod process;
mod reaction;
mod steady;
mod storm;
mod table;
mod world;

use table::Table;

type Part = (&'static str, fn(&mut Table));

/// What can be measured, by name.
const PARTS: [Part; 8] = [
    ("storm", storm::of_one_cluster),
    ("storm-5", storm::of_five_clusters),
    ("storm-neighbour", storm::with_a_neighbour),
    ("reaction", reaction::measure),
    ("footprint", footprint::measure),
    ("steady", steady::measure),
    ("peers", peers::measure),
    ("day", day::measure),
];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let mut table = Table::default();
    for (name, measure) in PARTS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            eprintln!("measuring: {name}");
            table.part(name);
            measure(&mut table);
        }
    }
    print!("{table}");
}
