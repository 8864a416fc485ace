//! A stand-in for a relationship service, such as OpenFGA or SpiceDB: who is what to which object.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use oauth2_guard_examples::serve;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// All that it knows.
const TUPLES: [(&str, &str, &str); 2] =
    [("user:alice", "viewer", "document:roadmap"), ("user:bob", "viewer", "document:menu")];

#[derive(Clone, Copy)]
pub(crate) enum Condition {
    Well,
    Broken,
    Slow,
}

#[derive(Clone)]
pub(crate) struct Service {
    asked: Arc<AtomicUsize>,
    condition: watch::Sender<Condition>,
}

impl Service {
    /// Starts it, and says where it is.
    pub(crate) async fn start() -> io::Result<(Self, String)> {
        let service = Self { asked: Arc::default(), condition: watch::Sender::new(Condition::Well) };
        let url = serve(Router::new().route("/check", post(check)).with_state(service.clone())).await?;
        Ok((service, url))
    }

    pub(crate) fn set(&self, condition: Condition) {
        self.condition.send_replace(condition);
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[derive(Deserialize)]
struct Question {
    user: String,
    relation: String,
    object: String,
}

#[derive(Serialize)]
struct Answer {
    allowed: bool,
}

async fn check(
    State(service): State<Service>,
    Json(Question { user, relation, object }): Json<Question>,
) -> Result<Json<Answer>, StatusCode> {
    service.asked.fetch_add(1, Ordering::SeqCst);
    let condition = *service.condition.borrow();
    match condition {
        Condition::Well => {}
        Condition::Broken => return Err(StatusCode::INTERNAL_SERVER_ERROR),
        Condition::Slow => tokio::time::sleep(Duration::from_secs(60)).await,
    }
    Ok(Json(Answer { allowed: TUPLES.contains(&(&*user, &*relation, &*object)) }))
}
