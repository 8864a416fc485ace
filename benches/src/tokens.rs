//! What the measured requests carry.

use std::sync::Arc;
use std::time::Duration;

use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, Provider};
use serde_json::json;

/// Who issues the tokens, where it is not asked for its keys.
pub const ISSUER: &str = "https://login.example.com/tenant-0001";

/// Whom they are for, then.
pub const AUDIENCE: &str = "https://api.example.com";

/// A key under an ID of common length.
pub fn key(algorithm: Algorithm) -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(algorithm, "2026-11-signing-key"))
}

/// The provider that has this key, and two others.
pub fn provider(key: &SigningKey) -> Provider {
    let other = |algorithm| SigningKey::generate(algorithm, "other").jwk();
    let keys = [other(Algorithm::RS256), other(Algorithm::ES256), key.jwk()];
    Provider::with_jwks(ISSUER, json!({"keys": keys}).to_string()).audience(AUDIENCE)
}

/// A token of that provider.
pub fn token(key: &Arc<SigningKey>) -> TokenBuilder {
    common(TokenBuilder::new(ISSUER, AUDIENCE, Arc::clone(key)))
}

/// Of a common size: 11 claims.
pub fn common(token: TokenBuilder) -> TokenBuilder {
    token
        .scopes("orders:read orders:write profile email openid")
        .roles(["clerk", "accountant", "auditor"])
        .permissions(["refund", "void", "export"])
        .claim("email", "alice@example.com")
        .expires_in(Duration::from_secs(24 * 60 * 60))
}

/// So many tokens that differ in their IDs.
pub fn distinct(token: &TokenBuilder, count: usize) -> impl Iterator<Item = String> {
    let token = token.clone();
    (0..count).map(move |number| token.clone().claim("jti", format!("token-{number:07}")).build())
}
