//! The simulated AWS as an HTTP client of the AWS SDK for Rust: requests never leave the process.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::{self, ByteStream};
use jiff::Timestamp;

use super::simulation::Simulation;
use crate::sim::edge::{self, Request, Response};
use crate::sim::kernel::{Loss, later};

impl Simulation {
    /// An HTTP client for SDK configurations, behind which this account answers whatever the endpoint.
    #[must_use]
    pub fn http_client(&self) -> SharedHttpClient {
        let simulation = self.clone();
        http_client_fn(move |settings, _| {
            let read_timeout = settings.read_timeout().unwrap_or(READ_TIMEOUT_DEFAULT);
            SharedHttpConnector::new(Connector { simulation: simulation.clone(), read_timeout })
        })
    }

    /// Answers a request, unless that or the answer is lost on its way.
    pub(super) async fn exchange(&self, request: Request) -> Result<Response, Loss> {
        let (service, action) = edge::names(&request);
        let fate = {
            let mut world = self.present();
            let fate = world.core.fate((service, &action));
            world.settle();
            fate
        };
        if let Some(loss) = fate.request {
            self.travel(&request).await;
            return Err(loss);
        }
        let response = self.answer(request).await;
        fate.answer.map_or(Ok(response), Err)
    }

    async fn travel(&self, request: &Request) {
        let (service, action) = edge::names(request);
        let latency = self.present().core.latency((service, &action));
        self.clock.sleep(latency).await;
    }

    /// Answers a request as AWS would, after the time that takes.
    pub(super) async fn answer(&self, request: Request) -> Response {
        self.travel(&request).await;
        let refusal = edge::refuse(&mut self.present(), &request);
        if let Some(refusal) = refusal {
            return refusal;
        }
        let patience = later(self.clock.now(), edge::patience(&request));
        loop {
            {
                let mut world = self.present();
                if world.core.now >= patience || !edge::would_wait(&world, &request) {
                    let response = edge::handle(&mut world, &request);
                    drop(world);
                    self.changed.notify_waiters();
                    return response;
                }
            }
            self.wait(|world| {
                let now = world.core.now;
                let next = [world.next_event(), world.sqs.next_visible(now), Some(patience)];
                next.into_iter().flatten().min()
            })
            .await;
        }
    }
}

/// When a caller gives up that has set no read timeout. The SDK for Rust would wait for ever; others give up after 60 s.
const READ_TIMEOUT_DEFAULT: Duration = Duration::from_secs(60);

#[derive(Clone, Debug)]
struct Connector {
    simulation: Simulation,
    read_timeout: Duration,
}

impl Connector {
    /// How the SDK learns of a loss.
    async fn lost(&self, loss: Loss, begun: Timestamp) -> ConnectorError {
        match loss {
            Loss::TimedOut => {
                self.simulation.clock.sleep_until(later(begun, self.read_timeout)).await;
                ConnectorError::timeout(format!("no answer in {:?}", self.read_timeout).into())
            }
            Loss::Reset => ConnectorError::io("connection reset by peer".into()),
        }
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.clone();
        HttpConnectorFuture::new(async move {
            let request = plain(request).await.map_err(|error| ConnectorError::io(error.into()))?;
            let begun = connector.simulation.clock.now();
            match connector.simulation.exchange(request).await {
                Ok(response) => sdk(response).map_err(|error| ConnectorError::other(error.into(), None)),
                Err(loss) => Err(connector.lost(loss, begun).await),
            }
        })
    }
}

/// Reads the body to its end, as a transport does: otherwise the SDK takes a long poll for an upload that has stalled.
async fn plain(request: HttpRequest) -> Result<Request, byte_stream::error::Error> {
    let headers = request.headers().iter().map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    let body = ByteStream::new(request.into_body()).collect().await?;
    Ok(Request { headers, body: body.to_vec(), endpoint: None })
}

fn sdk(response: Response) -> Result<HttpResponse, aws_smithy_runtime_api::http::HttpError> {
    // A status that is none cannot come out of the model; a 500 would show it.
    let status = StatusCode::try_from(response.status).or_else(|_| StatusCode::try_from(500_u16));
    let mut answer = HttpResponse::new(status?, SdkBody::from(response.body));
    for (name, value) in response.headers {
        answer.headers_mut().try_insert(name, value)?;
    }
    Ok(answer)
}
