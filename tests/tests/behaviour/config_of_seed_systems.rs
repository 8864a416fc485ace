//! The variables of the systems that this one starts from mean here what they mean there; each test names its system.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TestClock, TokenBuilder};
use oauth2_guard::{Algorithm, BuildError, Clock, Config, requires};
use oauth2_guard_tests::Api;
use oauth2_guard_tests::canned::Canned;
use serde_json::json;

type Vars<'a> = &'a [(&'a str, &'a str)];

const AUDIENCE: (&str, &str) = ("AXIOMS_AUDIENCE", "api");

fn axioms(vars: Vars<'_>) -> Result<Config, BuildError> {
    Config::from_axioms_vars(vars.iter().copied())
}

fn mistake(vars: Vars<'_>) -> String {
    axioms(vars).unwrap_err().to_string()
}

/// An API that is configured so, whose authorization server has this key at `jwks`, and nothing elsewhere.
struct Configured {
    key: SigningKey,
    clock: TestClock,
    canned: Canned,
}

impl Configured {
    fn new(jwks: &str) -> Self {
        let key = SigningKey::generate(Algorithm::ES256, "1");
        let canned = Canned::default();
        canned.says(jwks, json!({"keys": [key.jwk()]}).to_string());
        Self { key, clock: TestClock::new(), canned }
    }

    async fn serve(&self, config: Config) -> Api {
        #[requires]
        async fn anybody() {}
        #[requires(scopes = "read", roles = "admin", permissions = "write")]
        async fn admin() {}
        let builder = config.into_builder().unwrap().clock(self.clock.clone()).fetch(self.canned.clone());
        let server = builder.build().await.unwrap();
        Api::serve(Router::new().route("/", get(anybody)).route("/admin", get(admin)).layer(server.layer()))
            .await
    }

    fn token(self, issuer: &str) -> TokenBuilder {
        TokenBuilder::new(issuer, "api", self.key).issued_at(self.clock.now())
    }
}

#[tokio::test]
async fn axioms_issuer_and_key_set_have_their_hierarchy() {
    let (domain, iss_url, jwks_url) = (
        ("AXIOMS_DOMAIN", "d.example"),
        ("AXIOMS_ISS_URL", "https://i.example/a"),
        ("AXIOMS_JWKS_URL", "https://j.example/k"),
    );
    for (vars, issuer, jwks) in [
        (&[domain][..], "https://d.example", "https://d.example/.well-known/jwks.json"),
        (&[iss_url], "https://i.example/a", "https://i.example/a/.well-known/jwks.json"),
        (&[iss_url, domain], "https://i.example/a", "https://i.example/a/.well-known/jwks.json"),
        (&[iss_url, jwks_url], "https://i.example/a", "https://j.example/k"),
        (&[domain, jwks_url], "https://d.example", "https://j.example/k"),
        (&[iss_url, domain, jwks_url], "https://i.example/a", "https://j.example/k"),
        (
            &[("AXIOMS_DOMAIN", "https://d.example")],
            "https://d.example",
            "https://d.example/.well-known/jwks.json",
        ),
        (
            &[("AXIOMS_DOMAIN", "http://d.example")],
            "https://d.example",
            "https://d.example/.well-known/jwks.json",
        ),
    ] {
        let world = Configured::new(jwks);
        let api = world.serve(axioms(&[&[AUDIENCE], vars].concat()).unwrap()).await;
        assert_eq!(world.canned.asked(), [jwks], "{vars:?}");
        let token = world.token(issuer);
        assert_eq!(api.status("/", token.clone()).await, 200, "{vars:?}");
        for other in ["https://d.example/", "https://i.example", "https://j.example", "https://other.example"]
        {
            assert_eq!(api.status("/", token.clone().claim("iss", other)).await, 401, "{vars:?} {other}");
        }
        assert_eq!(api.status("/", token.without("iss")).await, 401);
    }
}

#[tokio::test]
async fn axioms_claims_are_lists_of_which_the_first_counts() {
    let domain = ("AXIOMS_DOMAIN", "d.example");
    let claims = [
        ("AXIOMS_SCOPE_CLAIMS", r#"["scp", "scope"]"#),
        ("AXIOMS_ROLES_CLAIMS", r#"["https://example.com/roles", "roles"]"#),
        ("AXIOMS_PERMISSIONS_CLAIMS", "cognito:groups"),
    ];
    let jwks = "https://d.example/.well-known/jwks.json";
    for (vars, names) in [
        (&[][..], ["scope", "roles", "permissions"]),
        (&claims, ["scp", "https://example.com/roles", "cognito:groups"]),
        (&claims, ["scope", "roles", "cognito:groups"]),
    ] {
        let world = Configured::new(jwks);
        let api = world.serve(axioms(&[&[AUDIENCE, domain], vars].concat()).unwrap()).await;
        let values = [json!("read"), json!(["admin"]), json!(["write"])];
        let bare = world.token("https://d.example");
        let whole =
            names.iter().zip(values).fold(bare.clone(), |token, (name, value)| token.claim(name, value));
        assert_eq!(api.status("/admin", whole.clone()).await, 200, "{names:?}");
        for name in names {
            assert_eq!(api.status("/admin", whole.clone().without(name)).await, 403, "{name}");
        }
        assert_eq!(api.status("/", bare).await, 200);
    }
    let world = Configured::new(jwks);
    let api = world.serve(axioms(&[AUDIENCE, domain]).unwrap()).await;
    let scp = world.token("https://d.example").claim("scp", "read").roles(["admin"]).permissions(["write"]);
    assert_eq!(api.status("/admin", scp).await, 403);
}

#[tokio::test]
async fn axioms_keys_are_refreshed_at_an_interval_of_seconds() {
    let jwks = "https://d.example/.well-known/jwks.json";
    let world = Configured::new(jwks);
    let vars = [AUDIENCE, ("AXIOMS_DOMAIN", "d.example"), ("AXIOMS_JWKS_REFRESH_INTERVAL", "90")];
    let server = axioms(&vars).unwrap().into_builder().unwrap().clock(world.clock.clone());
    let server = server.fetch(world.canned.clone()).build().await.unwrap();
    let (clock, canned) = (world.clock.clone(), world.canned.clone());
    let token = world.token("https://d.example").build();
    clock.advance(Duration::from_secs(80));
    assert!(server.verify(&token).await.is_ok());
    assert_eq!(canned.asked().len(), 1);
    clock.advance(Duration::from_secs(90));
    assert!(server.verify(&token).await.is_ok());
    assert_eq!(canned.asked().len(), 2);
    assert_eq!(
        mistake(&[AUDIENCE, ("AXIOMS_DOMAIN", "d.example"), ("AXIOMS_JWKS_REFRESH_INTERVAL", "0")]),
        "`AXIOMS_JWKS_REFRESH_INTERVAL` is 0: take it out, or set the seconds for which keys are fresh"
    );
}

#[test]
fn axioms_without_an_issuer_or_an_audience_does_not_start() {
    assert_eq!(
        mistake(&[AUDIENCE, ("AXIOMS_JWKS_URL", "https://j.example/k")]),
        "`AXIOMS_ISS_URL` is missing: without it, a token of any issuer would do; copy the `iss` of its tokens"
    );
    assert_eq!(
        mistake(&[("AXIOMS_DOMAIN", "d.example")]),
        "`AXIOMS_AUDIENCE` is missing: name your API as in the `aud` of its tokens"
    );
    assert_eq!(
        mistake(&[AUDIENCE, ("AXIOMS_DOMAIN", "https://")]),
        "`AXIOMS_DOMAIN` names no domain: write it as in the `iss` of its tokens"
    );
    assert!(axioms(&[AUDIENCE, ("AXIOMS_DOMAIN", "d.example")]).is_ok());
}

#[test]
fn axioms_settings_without_an_equal_say_what_stands_for_them() {
    for (name, remedy) in [
        ("AXIOMS_JWKS_CACHE_TTL", "set `AXIOMS_JWKS_REFRESH_INTERVAL` alone"),
        ("AXIOMS_JWKS_PREFETCH", "say `.lazy()`"),
        ("AXIOMS_SAFE_METHODS", "say `.safe_methods([..])`"),
        ("AXIOMS_TOKEN_TYPS", "say `.require_rfc9068()`"),
    ] {
        let message = mistake(&[AUDIENCE, ("AXIOMS_DOMAIN", "d.example"), (name, "[\"canary\"]")]);
        assert!(
            message.starts_with(&format!("`{name}` has no equal: ")) && message.contains(remedy),
            "{message}"
        );
        assert!(!message.contains("canary"), "{message}");
    }
    assert_eq!(
        mistake(&[AUDIENCE, ("AXIOMS_ISSUER_URL", "https://i.example")]),
        "`AXIOMS_ISSUER_URL` is no setting: did you mean `AXIOMS_ISS_URL`?"
    );
}

#[tokio::test]
async fn starlette_authlib_issuer_and_audience_are_discovered() {
    let world = Configured::new("https://sso.example.com/keys");
    let issuer = "https://sso.example.com";
    let document = json!({"issuer": issuer, "jwks_uri": "https://sso.example.com/keys"});
    world.canned.says("https://sso.example.com/.well-known/openid-configuration", document.to_string());
    let vars = [("OIDC_ISSUER", issuer), ("OIDC_AUDIENCE", "api")];
    let api = world.serve(Config::from_vars("OIDC_", vars).unwrap()).await;
    let token = world.token(issuer);
    assert_eq!(api.status("/", token.clone()).await, 200);
    assert_eq!(api.status("/", token.without("aud")).await, 401);
}

#[tokio::test]
async fn enterprise_article_names_issuer_audience_tenant_and_client() {
    let tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    let issuer = format!("https://login.microsoftonline.com/{tenant}/v2.0");
    let keys = format!("https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys");
    let (client, tenant) = (("OAUTH2_CLIENT_ID", "client"), ("OAUTH2_TENANT_ID", tenant));
    let (issuer, audience) = (("OAUTH2_ISSUER", &*issuer), ("OAUTH2_AUDIENCE", "api"));
    let read = |vars: Vars<'_>| {
        Config::from_vars("OAUTH2_", vars.iter().copied())
            .and_then(|config| config.clone().into_builder().map(|_| config))
    };

    let world = Configured::new(&keys);
    let document = json!({"issuer": issuer.1, "jwks_uri": keys});
    world.canned.says(&format!("{}/.well-known/openid-configuration", issuer.1), document.to_string());
    let api = world.serve(read(&[client, tenant, issuer, audience]).unwrap()).await;
    let token = world.token(issuer.1);
    assert_eq!(api.status("/", token.clone()).await, 200);
    assert_eq!(api.status("/", token.audience("client")).await, 401);

    for (vars, expected) in [
        (&[client, tenant, issuer][..], "`OAUTH2_AUDIENCE` is missing"),
        (&[client, issuer], "`OAUTH2_AUDIENCE` is missing"),
        (&[client, audience], "`OAUTH2_ISSUER` is missing"),
        (
            &[("OAUTH2_TENANT_ID", "9188040d-6c67-4c5b-b112-36a304b66dad"), issuer, audience],
            "`OAUTH2_TENANT_ID` is no part of `OAUTH2_ISSUER`: correct one of them; with a preset write `OAUTH2_TENANT` instead",
        ),
    ] {
        let message = read(vars).unwrap_err().to_string();
        assert!(message.starts_with(expected), "{message}");
    }
}
