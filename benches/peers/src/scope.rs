//! What every API asks for, written as one would write it by hand where the peer has no word for it.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

pub const SCOPE: &str = "orders:read";

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Claims {
    pub sub: String,
    pub scope: String,
}

impl Claims {
    pub fn answer(&self) -> StatusCode {
        if self.scope.split(' ').any(|scope| scope == SCOPE) { StatusCode::OK } else { StatusCode::FORBIDDEN }
    }
}
