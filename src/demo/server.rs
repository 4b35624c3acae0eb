//! Connections and requests: from bytes to the endpoints and back.

use std::error::Error as _;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::answer::Answer;
use super::broken::Broken;
use super::query::Query;
use super::refusal::Refusal;
use super::routes::Route;
use super::seen::SeenRequest;
use super::state::{Shared, State, now};
use super::{api, oauth};

/// No request of the API comes near it.
const LARGEST_BODY: usize = 64 * 1024;

/// How long to wait when no connection can be taken, which most often is for want of file descriptors.
const BREATH: Duration = Duration::from_millis(50);

/// Takes connections until it is dropped; they end with it.
pub(super) async fn accept(listener: TcpListener, atlas: Shared) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, atlas.clone()));
                }
                Err(_) => tokio::time::sleep(BREATH).await,
            },
        }
    }
}

/// Serves one connection. How it ends is the client's business: one that goes away is no failure here.
async fn serve(stream: TcpStream, atlas: Shared) {
    let service = service_fn(move |request| {
        let atlas = atlas.clone();
        async move { respond(&atlas, request).await }
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let Err(error) = (&mut connection).await else {
        return;
    };
    if let Some(broken) = error.source().and_then(|cause| cause.downcast_ref::<Broken>()) {
        broken.end(connection.into_parts().io.into_inner()).await;
    }
}

async fn respond(atlas: &Shared, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Broken> {
    let (parts, body) = request.into_parts();
    let place = atlas.with(|state| {
        state.seen.push(SeenRequest::new(&parts));
        state.seen.len() - 1
    });
    let body = Limited::new(body, LARGEST_BODY).collect().await;
    let flags = Query::parse(parts.uri.query().unwrap_or_default()).flags();
    let answer = match body {
        Ok(body) => atlas.with(|state| dispatch(state, &parts, &body.to_bytes())),
        Err(_) => unreadable_body().into(),
    };
    // The timer is left alone unless there is something to wait for.
    if !answer.held_back.is_zero() {
        tokio::time::sleep(answer.held_back).await;
    }
    let delivery = answer.delivery;
    if delivery.tells_the_status() {
        atlas.with(|state| {
            if let Some(seen) = state.seen.get_mut(place) {
                seen.status = answer.status.as_u16();
            }
        });
    }
    delivery.send(answer.into_response(flags.unwrap_or_default())).await
}

fn dispatch(state: &mut State, parts: &Parts, body: &[u8]) -> Answer {
    let path = parts.uri.path();
    let Some(route) = Route::parse(path) else {
        return Refusal::no_resource(path).into();
    };
    if parts.method != route.method() {
        return wrong_method(route);
    }
    let now = now();
    let answer = match route {
        Route::Token => oauth::token(state, parts, body, now),
        Route::Revoke => Ok(oauth::revoke(state, parts, body, now)),
        route => api::answer(state, route, parts, body, now),
    };
    let answer = answer.unwrap_or_else(Answer::from);
    if route.is_api() {
        return answer.with_rate_limit(state.count_request(now));
    }
    answer
}

fn wrong_method(route: Route<'_>) -> Answer {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let refusal = Refusal::new(status, "METHOD_NOT_ALLOWED", "The resource has no such method.");
    let allowed = HeaderValue::from_str(route.method().as_str());
    let allowed = allowed.unwrap_or(HeaderValue::from_static(""));
    Answer::from(refusal).with(header::ALLOW, allowed)
}

fn unreadable_body() -> Refusal {
    let detail = format!("The body cannot be read or is longer than {LARGEST_BODY} bytes.");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", detail)
}
