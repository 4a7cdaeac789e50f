//! The API budget as metrics: what each bucket of the gate holds, who waits for it, and what AWS called too much.
//!
//! Read from the gate at each scrape, so that nothing is counted twice.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;

use crate::api::BucketStatus;
use crate::aws::gate::{Category, NotSent, Tally};
use crate::aws::{Gates, Lane};
use crate::ids::Region;

/// The API budget, once there is a gate.
#[derive(Clone, Debug, Default)]
pub struct Budget(Arc<OnceLock<Gates>>);

impl Budget {
    /// From now on it is that of `gates`.
    pub fn watch(&self, gates: &Gates) {
        // An operator has one gate; a second one is not what anybody looks at.
        let _ = self.0.set(gates.clone());
    }
}

impl Budget {
    /// How each bucket stands that was asked for anything.
    #[must_use]
    pub fn buckets(&self) -> Vec<BucketStatus> {
        let readings = self.0.get().map(Gates::readings).unwrap_or_default();
        let asked = |tally: &Tally| !tally.sent.is_empty() || !tally.waiting.is_empty() || !tally.dropped.is_empty();
        readings
            .iter()
            .filter(|(_, _, tally)| asked(tally))
            .map(|(region, bucket, it)| status(region, *bucket, it))
            .collect()
    }
}

fn status(region: &Region, bucket: Category, tally: &Tally) -> BucketStatus {
    let mut waiting: BTreeMap<String, u64> = Lane::ALL.map(|lane| (lane.name().to_owned(), 0)).into();
    for (lane, count) in &tally.waiting {
        *waiting.entry(lane.name().to_owned()).or_default() += count;
    }
    BucketStatus {
        region: region.to_string(),
        bucket: bucket.name().to_owned(),
        tokens: hundredths(tally.tokens),
        burst: hundredths(tally.burst),
        rate: hundredths(tally.rate),
        waiting,
        requests: tally.sent.values().sum(),
        throttled: tally.throttled,
        dropped: tally.dropped.values().sum(),
    }
}

fn hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// One more label and a value: what a bucket adds to a metric.
type Row = (Option<(&'static str, &'static str)>, f64);

impl Collector for Budget {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let readings = self.0.get().map(Gates::readings).unwrap_or_default();
        let page = &mut Page { encoder: &mut encoder, readings: &readings };
        let (gauge, counter) = (ConstGauge::new, ConstCounter::new);
        page.write("gate_tokens", "Tokens in a bucket of the gate", gauge, |tally| vec![(None, tally.tokens)])?;
        page.write("gate_rate", "Tokens that a bucket gains a second", gauge, |tally| vec![(None, tally.rate)])?;
        page.write("gate_waiting", "Requests that wait for a token", gauge, |tally| by_lane(&tally.waiting, count))?;
        page.write("gate_requests", "Requests that got a token", counter, |tally| by_lane(&tally.sent, count))?;
        page.write("gate_waits", "Requests that had to wait", counter, |tally| by_lane(&tally.waits, count))?;
        page.seconds("gate_waited", "Time that requests waited", |tally| {
            by_lane(&tally.waited, Duration::as_secs_f64)
        })?;
        page.write("gate_throttled", "Answers of AWS that said that it was too much", counter, |tally| {
            vec![(None, count(&tally.throttled))]
        })?;
        page.write("gate_dropped", "Requests that were not sent", counter, |tally| {
            NotSent::ALL.map(|why| (Some(("reason", why.name())), tally.dropped.get(&why).map_or(0.0, count))).into()
        })
    }
}

struct Page<'a, 'e> {
    encoder: &'a mut DescriptorEncoder<'e>,
    readings: &'a [(Region, Category, Tally)],
}

impl Page<'_, '_> {
    fn write<M: EncodeMetric>(
        &mut self,
        name: &str,
        help: &str,
        metric: impl Fn(f64) -> M,
        rows: impl Fn(&Tally) -> Vec<Row>,
    ) -> fmt::Result {
        self.encode((name, help, None), metric, rows)
    }

    fn seconds(&mut self, name: &str, help: &str, rows: impl Fn(&Tally) -> Vec<Row>) -> fmt::Result {
        self.encode((name, help, Some(&Unit::Seconds)), ConstCounter::new, rows)
    }

    fn encode<M: EncodeMetric>(
        &mut self,
        (name, help, unit): (&str, &str, Option<&Unit>),
        metric: impl Fn(f64) -> M,
        rows: impl Fn(&Tally) -> Vec<Row>,
    ) -> fmt::Result {
        let mut family = self.encoder.encode_descriptor(name, help, unit, metric(0.0).metric_type())?;
        for (region, category, tally) in self.readings {
            for (label, value) in rows(tally) {
                let labels = [("region", region.as_str()), ("bucket", category.name())].into_iter().chain(label);
                metric(value).encode(family.encode_family(&labels.collect::<Vec<_>>())?)?;
            }
        }
        Ok(())
    }
}

/// A row for each lane; the ranks within one are one row.
fn by_lane<T>(values: &BTreeMap<Lane, T>, number: impl Fn(&T) -> f64) -> Vec<Row> {
    let mut rows: BTreeMap<&'static str, f64> = Lane::ALL.map(|lane| (lane.name(), 0.0)).into();
    for (lane, value) in values {
        *rows.entry(lane.name()).or_default() += number(value);
    }
    rows.into_iter().map(|(lane, value)| (Some(("lane", lane)), value)).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a count beyond 2^53 is off by one at most")]
const fn count(number: &u64) -> f64 {
    *number as f64
}
