//! An API that is configured by variables, in front of an authorization server without a network.

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TestClock, TokenBuilder};
use oauth2_guard::{Algorithm, Clock, Config, requires};
use oauth2_guard_tests::Api;
use oauth2_guard_tests::canned::Canned;
use serde_json::json;

/// An API that is configured so, whose authorization server has this key at `jwks`, and nothing elsewhere.
pub(crate) struct Configured {
    key: SigningKey,
    pub(crate) clock: TestClock,
    pub(crate) canned: Canned,
}

impl Configured {
    pub(crate) fn new(jwks: &str) -> Self {
        let key = SigningKey::generate(Algorithm::ES256, "1");
        let canned = Canned::default();
        canned.says(jwks, json!({"keys": [key.jwk()]}).to_string());
        Self { key, clock: TestClock::new(), canned }
    }

    pub(crate) async fn serve(&self, config: Config) -> Api {
        #[requires]
        async fn anybody() {}
        #[requires(scopes = "read", roles = "admin", permissions = "write")]
        async fn admin() {}
        let builder = config.into_builder().unwrap().clock(self.clock.clone()).fetch(self.canned.clone());
        let server = builder.build().await.unwrap();
        Api::serve(Router::new().route("/", get(anybody)).route("/admin", get(admin)).layer(server.layer()))
            .await
    }

    pub(crate) fn token(self, issuer: &str) -> TokenBuilder {
        TokenBuilder::new(issuer, "api", self.key).issued_at(self.clock.now())
    }
}
