//! The SDK's clients, one set a Region and one a queue, all behind their Region's gate.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_ecs::config::retry::RetryPartition;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, tls};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use super::Failure;
use super::gate::{self, Gate, Gates};
use crate::clock::Clock;
use crate::ids::{QueueUrl, Region};

/// Attempts of the SDK for one call. Planning tries again by itself, knowing more by then.
const ATTEMPTS_MAX: u32 = 3;

/// From the last byte sent to the first one received: an answer that is not there by then is asked for again.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// The same for SQS, whose long polls take up to 20 s by themselves.
const LONG_POLL_READ_TIMEOUT: Duration = Duration::from_secs(30);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How AWS is reached: credentials, endpoints, HTTP client.
#[derive(Clone, Debug)]
pub struct Connection {
    config: SdkConfig,
    http: SharedHttpClient,
}

/// The access key of whoever talks to a simulated AWS.
pub const SIMULATED: &str = "SIMULATED";

impl Connection {
    /// The standard AWS way: environment, profile, task role; `AWS_ENDPOINT_URL` and its per-service forms.
    pub async fn from_environment(clock: &Clock) -> Self {
        let http = Builder::new().tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build_https();
        let config = defaults(clock, http.clone()).load().await;
        Self { config, http }
    }

    /// Everything through `http`, as the simulated AWS wants it: no environment, no file, no network.
    #[must_use]
    pub fn through(http: SharedHttpClient, region: &Region, clock: &Clock) -> Self {
        let credentials = aws_credential_types::Credentials::new(SIMULATED, "simulated", None, None, "simulated");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(aws_config::Region::new(region.as_str().to_owned()))
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(credentials))
            .http_client(http.clone())
            .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(clock.clone()))
            .time_source(aws_smithy_async::time::SharedTimeSource::new(clock.clone()))
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS_MAX))
            .stalled_stream_protection(stalled_streams())
            .build();
        Self { config, http }
    }

    /// The process's own Region, where it has one.
    #[must_use]
    pub fn region(&self) -> Option<Region> {
        let region = self.config.region().filter(|region| !region.as_ref().trim().is_empty());
        region.map(|region| Region::from(region.as_ref()))
    }

    /// In the process's own Region, without a gate: for what is read before anybody knows how large the gates are to be, and for IAM,
    /// which has no Region.
    #[cfg(any(feature = "s3", feature = "ssm", feature = "iam"))]
    fn ungated(&self) -> SdkConfig {
        self.config.to_builder().timeout_config(timeouts(READ_TIMEOUT)).build()
    }

    fn config(&self, region: &Region, gate: &Arc<Gate>, read_timeout: Duration) -> SdkConfig {
        let http = gate::gated(self.http.clone(), Arc::clone(gate));
        let region = aws_config::Region::new(region.as_str().to_owned());
        self.config.to_builder().region(region).http_client(http).timeout_config(timeouts(read_timeout)).build()
    }
}

fn defaults(clock: &Clock, http: SharedHttpClient) -> aws_config::ConfigLoader {
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .sleep_impl(clock.clone())
        .time_source(clock.clone())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS_MAX))
        .stalled_stream_protection(stalled_streams())
}

fn timeouts(read_timeout: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(read_timeout).build()
}

/// A request that waits in the gate sends nothing meanwhile, which the SDK would take for a stalled upload after 5 s.
fn stalled_streams() -> StalledStreamProtectionConfig {
    StalledStreamProtectionConfig::enabled().upload_enabled(false).build()
}

/// What a client may spend on retries is its own. By default the SDK shares it among all clients of a service in the process, so
/// that trials which are played side by side would decide how often each other's calls are tried.
fn own_retries(service: &'static str) -> RetryPartition {
    RetryPartition::custom(service).build()
}

/// The clients of all Regions that the operator works in.
#[derive(Clone, Debug, Default)]
pub struct Clients {
    regions: BTreeMap<Region, RegionClients>,
}

/// The clients of one Region.
#[derive(Clone, Debug)]
pub struct RegionClients {
    /// Amazon ECS.
    pub ecs: aws_sdk_ecs::Client,
    /// EC2 Auto Scaling.
    pub autoscaling: aws_sdk_autoscaling::Client,
    /// Elastic Load Balancing, version 2.
    pub elb: aws_sdk_elasticloadbalancingv2::Client,
    /// What all of them wait at.
    pub gate: Arc<Gate>,
}

impl Clients {
    /// Clients for `regions`, each behind its Region's gate.
    pub fn new(connection: &Connection, regions: impl IntoIterator<Item = Region>, gates: &Gates) -> Self {
        Self::default().with(connection, regions, gates)
    }

    /// The same, and those of more Regions.
    #[must_use]
    pub fn with(&self, connection: &Connection, regions: impl IntoIterator<Item = Region>, gates: &Gates) -> Self {
        let clients = |region: Region| {
            let gate = gates.of(&region);
            let config = connection.config(&region, &gate, READ_TIMEOUT);
            let ecs = aws_sdk_ecs::config::Builder::from(&config).retry_partition(own_retries("ecs")).build();
            let autoscaling = aws_sdk_autoscaling::config::Builder::from(&config);
            let autoscaling = autoscaling.retry_partition(own_retries("autoscaling")).build();
            let elb = aws_sdk_elasticloadbalancingv2::config::Builder::from(&config);
            let elb = elb.retry_partition(own_retries("elasticloadbalancing")).build();
            let clients = RegionClients {
                ecs: aws_sdk_ecs::Client::from_conf(ecs),
                autoscaling: aws_sdk_autoscaling::Client::from_conf(autoscaling),
                elb: aws_sdk_elasticloadbalancingv2::Client::from_conf(elb),
                gate,
            };
            (region, clients)
        };
        let new = regions.into_iter().filter(|region| !self.regions.contains_key(region)).map(clients);
        Self { regions: self.regions.clone().into_iter().chain(new).collect() }
    }

    /// The clients of a Region, for a call of `action`.
    ///
    /// # Errors
    /// There are clients for the Regions of the manifests only.
    pub fn of(&self, region: &Region, action: &'static str) -> Result<&RegionClients, Failure> {
        self.regions.get(region).ok_or_else(|| Failure::unaddressed(action, region.as_str()))
    }
}

/// The SQS client for a queue: in the Region that its URL names, else in `fallback`.
#[must_use]
pub fn sqs(connection: &Connection, queue: &QueueUrl, fallback: &Region, gates: &Gates) -> aws_sdk_sqs::Client {
    let region = region_of_queue(queue).unwrap_or_else(|| fallback.clone());
    let config = connection.config(&region, &gates.of(&region), LONG_POLL_READ_TIMEOUT);
    let config = aws_sdk_sqs::config::Builder::from(&config).retry_partition(own_retries("sqs")).build();
    aws_sdk_sqs::Client::from_conf(config)
}

/// The EventBridge client of a Region.
#[must_use]
pub fn eventbridge(connection: &Connection, region: &Region, gates: &Gates) -> aws_sdk_eventbridge::Client {
    let config = connection.config(region, &gates.of(region), READ_TIMEOUT);
    let config = aws_sdk_eventbridge::config::Builder::from(&config).retry_partition(own_retries("events")).build();
    aws_sdk_eventbridge::Client::from_conf(config)
}

/// The S3 client of the process's own Region.
#[cfg(feature = "s3")]
#[must_use]
pub fn s3(connection: &Connection) -> aws_sdk_s3::Client {
    let config = connection.ungated();
    // Emulators and stores of other makers seldom have a name for each bucket.
    let elsewhere = config.endpoint_url().is_some() || std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
    aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(&config).force_path_style(elsewhere).build())
}

/// The Systems Manager client of the process's own Region.
#[cfg(feature = "ssm")]
#[must_use]
pub fn ssm(connection: &Connection) -> aws_sdk_ssm::Client {
    aws_sdk_ssm::Client::from_conf(aws_sdk_ssm::config::Builder::from(&connection.ungated()).build())
}

/// The IAM client, by way of a Region, which tells its partition.
#[cfg(feature = "iam")]
#[must_use]
pub fn iam(connection: &Connection, region: &Region) -> aws_sdk_iam::Client {
    let region = aws_config::Region::new(region.as_str().to_owned());
    let config = aws_sdk_iam::config::Builder::from(&connection.ungated()).region(region);
    aws_sdk_iam::Client::from_conf(config.build())
}

/// The Region in a queue's host name, as in `https://sqs.eu-west-1.amazonaws.com/…`.
#[must_use]
pub fn region_of_queue(queue: &QueueUrl) -> Option<Region> {
    let (_, rest) = queue.as_str().split_once("://")?;
    let mut labels = rest.split(['/', ':']).next()?.split('.');
    let region = (labels.next()? == "sqs").then(|| labels.next()).flatten()?;
    region.contains('-').then(|| Region::from(region))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::api::{ApiBudget, Percent};
    use aws_smithy_runtime_api::client::http::{
        HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
    };
    use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
    use aws_smithy_types::body::SdkBody;
    use jiff::Timestamp;

    /// An ECS that has nothing.
    #[derive(Debug)]
    struct Nothing;

    impl HttpConnector for Nothing {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            HttpConnectorFuture::ready(Ok(HttpResponse::new(200.try_into().unwrap(), SdkBody::from("{}"))))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_may_wait_long_for_its_token() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH, 1.0);
        let http = http_client_fn(|_, _| SharedHttpConnector::new(Nothing));
        let connection = Connection::through(http, &"us-east-1".into(), &clock);
        let gates = Gates::new(&ApiBudget { share: Percent::new(1), ..ApiBudget::default() }, &clock);
        let clients = Clients::new(&connection, ["us-east-1".into()], &gates);
        let ask = || async {
            let clients = clients.of(&"us-east-1".into(), "test").unwrap();
            clients.ecs.describe_clusters().send().await.unwrap();
            clock.elapsed().as_secs()
        };
        let asked = tokio::join!(ask(), ask(), ask(), ask(), ask());
        assert_eq!(asked, (0, 5, 10, 15, 20), "one token every five seconds");
    }

    /// An ECS that fails always, and counts how often it is asked.
    #[derive(Clone, Debug, Default)]
    struct Failing(Arc<AtomicU32>);

    impl HttpConnector for Failing {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            self.0.fetch_add(1, Ordering::Relaxed);
            HttpConnectorFuture::ready(Ok(HttpResponse::new(500.try_into().unwrap(), SdkBody::empty())))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_one_client_has_spent_on_retries_another_can_still_spend() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH, 1.0);
        let asked_by = async |calls: u32| {
            let failing = Failing::default();
            let connector = SharedHttpConnector::new(failing.clone());
            let http = http_client_fn(move |_, _| connector.clone());
            let connection = Connection::through(http, &"us-east-1".into(), &clock);
            let gates = Gates::new(&ApiBudget::default(), &clock);
            let clients = Clients::new(&connection, ["us-east-1".into()], &gates);
            let ecs = &clients.of(&"us-east-1".into(), "test").unwrap().ecs;
            for _ in 0..calls {
                ecs.list_clusters().send().await.unwrap_err();
            }
            failing.0.load(Ordering::Relaxed)
        };
        assert!(asked_by(200).await < 200 * ATTEMPTS_MAX, "it does not try for ever");
        assert_eq!(asked_by(1).await, ATTEMPTS_MAX);
    }

    #[test]
    fn the_region_of_a_queue_is_in_its_host_name() {
        for (url, region) in [
            ("https://sqs.eu-west-1.amazonaws.com/123456789012/spot", Some("eu-west-1")),
            ("http://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/spot", Some("us-east-1")),
            ("http://127.0.0.1:5000/123456789012/spot", None),
            ("http://localhost:4566/000000000000/sqs.us-east-1", None),
            ("nonsense", None),
        ] {
            assert_eq!(region_of_queue(&url.into()), region.map(Region::from), "{url}");
        }
    }
}
