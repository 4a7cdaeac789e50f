use std::net::TcpListener;

use super::*;
use crate::plan::{Case, Tally};
use crate::signal::{self, Parsed};

const NOW: &str = "2026-01-02T03:00:30Z";

fn line(event: &'static str) -> CaseLine {
    let body = serde_json::json!({
        "detail-type": "EC2 Spot Instance Interruption Warning", "time": "2026-01-02T03:00:00Z", "detail": {"instance-id": "i-1"},
    });
    let now = NOW.parse().unwrap();
    let Ok(Parsed::Signals(signals)) = signal::parse(&body.to_string(), now) else { panic!("{body}") };
    CaseLine::new(event, &Case::new(&signals[0], now), Tally::default(), now)
}

/// Somebody who lets itself be called and never answers.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    (listener, url)
}

fn spec(urls: &[&str]) -> Notifications {
    let hook = |url: &&str| serde_json::json!({"url": url, "when": ["opened", "closed"]});
    let hooks: Vec<_> = urls.iter().map(hook).collect();
    serde_json::from_value(serde_json::json!({"webhooks": hooks})).unwrap()
}

fn notifier() -> Notifier {
    let clock = Clock::simulated(NOW.parse().unwrap(), 1.0);
    let region = Region::from("us-east-1");
    let http = aws_smithy_http_client::Builder::new().build_http();
    Notifier::new(&Connection::through(http, &region, &clock), &region, &clock, &Arc::default())
}

fn counted(notifier: &Notifier, result: &str) -> usize {
    let text = notifier.world.metrics.text();
    let name = format!("ecs_spot_operator_notifications_total{{receiver=\"webhook\",result=\"{result}\"}} ");
    text.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_has_no_room_is_dropped_and_nobody_waits() {
    let (_listener, url) = silent();
    let notifier = notifier();
    notifier.settle(Some(&spec(&[&url])));
    (0..3_000).for_each(|_| notifier.hear(&line("case.noticed")));
    assert_eq!(counted(&notifier, "dropped"), 2_000);
    notifier.close().await;
    assert_eq!(counted(&notifier, "dropped"), 3_000, "what was left at the end is counted, too");
}

#[tokio::test(start_paused = true)]
async fn who_is_named_as_before_goes_on_and_who_is_named_no_more_hears_nothing_more() {
    let ((_a, stays), (_b, goes)) = (silent(), silent());
    let notifier = notifier();
    notifier.settle(Some(&spec(&[&stays, &goes])));
    (0..10).for_each(|_| notifier.hear(&line("case.closed")));
    notifier.settle(Some(&spec(&[&stays])));
    assert_eq!((notifier.tasks.len(), notifier.lock().len()), (2, 1));
    while notifier.tasks.len() > 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(counted(&notifier, "dropped"), 10, "those of the one that is gone");
    notifier.settle(None);
    assert!(notifier.lock().is_empty());
    notifier.close().await;
    assert_eq!(counted(&notifier, "dropped"), 20);
}

#[test]
fn a_case_is_opened_at_risk_and_closed_and_all_else_is_nobodys_business() {
    let occasion = |event| Notice::of(&line(event), NOW.parse().unwrap()).map(|notice| notice.occasion);
    use crate::api::Occasion::{AtRisk, Closed, Opened};
    assert_eq!(
        ["case.noticed", "case.at_risk", "case.closed", "case.rehearsed", "case.draining"].map(occasion),
        [Some(Opened), Some(AtRisk), Some(Closed), Some(Closed), None]
    );
}
