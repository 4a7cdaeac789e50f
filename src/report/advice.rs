//! What to change, by what a log shows. Each sentence names its figures.

use jiff::SignedDuration;

use super::figures::Figures;

/// Fewer cases than this say little.
const CASES_MIN: usize = 5;

/// What to change, the most pressing first.
#[must_use]
pub fn advice(figures: &Figures) -> Vec<String> {
    let mut advice = Vec::new();
    let ended: usize = figures.outcomes.values().sum();
    let of_ended = |count: usize| format!("{count} of {ended} cases");
    let unannounced = figures.ended("unannounced");
    if unannounced > 0 {
        advice.push(format!(
            "{} were lost without a word: see that the rule for interruption warnings sends to the queue (`doctor` tells), and what else \
             terminates instances",
            of_ended(unannounced)
        ));
    }
    if let Some((reason, count)) =
        figures.reasons.iter().max_by_key(|(_, count)| **count).filter(|_| figures.killed > 0)
    {
        advice.push(format!(
            "{} tasks were killed with their instance; what was at risk most often, in {count} cases: {reason}",
            figures.killed
        ));
    } else if figures.killed > 0 {
        advice.push(format!("{} tasks were killed with their instance: see the worst cases", figures.killed));
    }
    let not_replaced = figures.ended("not_replaced");
    if not_replaced > 0 {
        advice.push(format!(
            "{} got no replacement: more instance types and zones, or `replacement.fallback`, where the pool had no capacity",
            of_ended(not_replaced)
        ));
    }
    let late = figures.ended("late");
    let lead = figures.phases.get(2).and_then(|lead| lead.quantile(50));
    if late > 0 {
        let half = lead
            .map_or(String::new(), |half| format!("; half of the replacements registered within {} s", half.as_secs()));
        advice.push(format!(
            "{} were replaced late{half}: `headroom`, a warm pool, a smaller AMI, or images that are pulled beforehand",
            of_ended(late)
        ));
    }
    let slow = figures.phases.get(1).and_then(|drain| drain.quantile(90));
    if let Some(slow) = slow.filter(|slow| *slow > SignedDuration::from_secs(20)) {
        advice.push(format!(
            "one in ten was drained later than {} s after its notice: see `api.share`, and who else takes from the bucket \"Cluster resource \
             modify\"",
            slow.as_secs()
        ));
    }
    for pool in figures.pools.iter().filter(|pool| pool.cases >= CASES_MIN && pool.well * 2 < pool.cases) {
        advice.push(format!(
            "in the pool {} of {} only {} of {} cases went well: take it out, or give it less",
            pool.name, pool.cluster, pool.well, pool.cases
        ));
    }
    advice
}
