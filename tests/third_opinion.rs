//! A third opinion on the simulated AWS: boto3 asks `sim serve` for everything that the model has, and botocore's model of each
//! service judges the answers. The Python part is in `tests/third_opinion/`.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::fs;

use support::simulated::{root, serve, served, succeeds};

/// Every action that the model has, as `service.Action`, read from where requests are told apart.
fn actions() -> Vec<String> {
    let mut found = Vec::new();
    for (service, folder) in
        [("ecs", "ecs"), ("autoscaling", "autoscaling"), ("elbv2", "elb"), ("sqs", "sqs"), ("events", "events")]
    {
        let source = fs::read_to_string(root().join(format!("src/sim/edge/wire/{folder}/mod.rs"))).unwrap();
        let (_, rest) = source.split_once("match action {").unwrap();
        let (arms, _) = rest.split_once("_ => Err(").unwrap();
        let names = arms.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" =>"));
        found.extend(names.map(|(name, _)| format!("{service}.{name}")));
    }
    assert!(found.len() > 70, "{found:?}");
    found
}

#[test]
fn botocore_finds_nothing_wrong_with_any_answer() {
    let (process, url) = served(&mut serve("127.0.0.1:0"));
    succeeds("run.py", &["--endpoint", &url, "--actions", &actions().join(",")]);
    let (code, said) = process.stop();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_served_simulation_ends_with_0_also_while_somebody_polls() {
    let (process, url) = served(&mut serve("127.0.0.1:0"));
    let address = url.strip_prefix("http://").unwrap();
    let mut polling = std::net::TcpStream::connect(address).unwrap();
    let body = r#"{"QueueUrl":"spot-events-dead","WaitTimeSeconds":20}"#;
    let request = format!(
        "POST / HTTP/1.1\r\nHost: {address}\r\nX-Amz-Target: AmazonSQS.ReceiveMessage\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    std::io::Write::write_all(&mut polling, request.as_bytes()).unwrap();
    let (code, said) = process.stop();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn an_address_that_cannot_be_had_ends_it_with_1_and_one_that_is_none_with_2() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (listen, code) in [(address.as_str(), 1), ("nonsense", 2), ("127.0.0.1:99999", 2)] {
        let output = serve(listen).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{errors}");
        assert!(errors.contains(listen), "{errors}");
        assert!(output.stdout.is_empty(), "nothing is served");
    }
}
