//! Authorization servers that are known by name, without a network.

use axum::http::{Request, Response};
use oauth2_guard::fetch::{Fetch, FetchFailure};
use oauth2_guard::{Algorithm, Provider};
use serde_json::json;

use crate::case::{Api, Setup};
use crate::token::{AUDIENCE, Token, key};

pub(crate) const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
pub(crate) const OTHER_TENANT: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
const REALM: &str = "https://sso.example.com/realms/staff";

/// A realm of Keycloak, and the key set of all tenants of Entra ID, which one key signs for.
struct Cloud;

impl Fetch for Cloud {
    async fn get(&self, request: Request<()>) -> Result<Response<Vec<u8>>, FetchFailure> {
        let body = match &*request.uri().to_string() {
            "https://sso.example.com/realms/staff/.well-known/openid-configuration" => {
                json!({"issuer": REALM, "jwks_uri": "https://sso.example.com/realms/staff/certs"})
            }
            "https://sso.example.com/realms/staff/certs"
            | "https://login.microsoftonline.com/common/discovery/v2.0/keys" => {
                json!({"keys": [key(Algorithm::RS256, "canary-cloud").jwk()]})
            }
            other => return Err(FetchFailure::new(format_args!("{other} is nowhere"))),
        };
        Ok(Response::new(body.to_string().into()))
    }
}

async fn api(provider: Provider, good: Token) -> Api {
    let setup = Setup::keys(&[key(Algorithm::RS256, "canary-cloud").jwk()]);
    let settings = |builder: oauth2_guard::ResourceServerBuilder| builder.fetch(Cloud);
    Setup { providers: vec![provider.audience(AUDIENCE).name("main")], good: good.into(), settings, ..setup }
        .build()
        .await
}

/// An API of two tenants.
pub(crate) async fn entra() -> Api {
    api(Provider::entra_multi_tenant([TENANT, OTHER_TENANT]), of_tenant(TENANT)).await
}

pub(crate) fn issuer_of(tenant: &str) -> String {
    format!("https://login.microsoftonline.com/{tenant}/v2.0")
}

/// An access token of Entra ID.
pub(crate) fn of_tenant(tenant: &str) -> Token {
    let token =
        Token::of(&key(Algorithm::RS256, "canary-cloud")).header("typ", "JWT").claim("azp", "canary-client");
    token.claim("iss", issuer_of(tenant)).claim("tid", tenant)
}

/// An API of a realm.
pub(crate) async fn keycloak() -> Api {
    api(Provider::keycloak("https://sso.example.com", "staff"), of_realm()).await
}

/// An access token of Keycloak.
pub(crate) fn of_realm() -> Token {
    let token = Token::of(&key(Algorithm::RS256, "canary-cloud")).header("typ", "JWT");
    token.claim("iss", REALM).claim("typ", "Bearer")
}
