//! The simulated AWS as an HTTP client of the AWS SDK for Rust: requests never leave the process.

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::{self, ByteStream};

use super::core::later;
use super::dice::Purpose;
use super::simulation::Simulation;
use super::wire::{self, Request, Response};

impl Simulation {
    /// An HTTP client for SDK configurations, behind which this account answers whatever the endpoint.
    #[must_use]
    pub fn http_client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(Connector(self.clone()));
        http_client_fn(move |_, _| connector.clone())
    }

    /// Answers a request as AWS would, after the time that takes.
    pub(super) async fn answer(&self, request: Request) -> Response {
        let latency = self.present().latency();
        self.clock.sleep(latency).await;
        let patience = later(self.clock.now(), wire::patience(&request));
        loop {
            {
                let mut world = self.present();
                if world.core.now >= patience || !wire::would_wait(&world, &request) {
                    let response = wire::handle(&mut world, &request);
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

impl super::world::World {
    fn latency(&mut self) -> std::time::Duration {
        self.core.dice.duration(Purpose::ApiLatency, self.core.params.api_latency)
    }
}

#[derive(Clone, Debug)]
struct Connector(Simulation);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let simulation = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = plain(request).await.map_err(|error| ConnectorError::io(error.into()))?;
            let response = simulation.answer(request).await;
            sdk(response).map_err(|error| ConnectorError::other(error.into(), None))
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
