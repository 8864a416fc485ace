//! The variables mean here what they mean there.

use std::time::Duration;

use oauth2_guard::{BuildError, Config};
use serde_json::json;

use crate::configured::Configured;

type Vars<'a> = &'a [(&'a str, &'a str)];

const AUDIENCE: (&str, &str) = ("AXIOMS_AUDIENCE", "api");

fn axioms(vars: Vars<'_>) -> Result<Config, BuildError> {
    Config::from_axioms_vars(vars.iter().copied())
}

fn mistake(vars: Vars<'_>) -> String {
    axioms(vars).unwrap_err().to_string()
}

#[tokio::test]
async fn issuer_and_key_set_have_their_hierarchy() {
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
async fn claims_are_lists_of_which_the_first_counts() {
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
async fn keys_are_refreshed_at_an_interval_of_seconds() {
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
fn without_an_issuer_or_an_audience_does_not_start() {
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
fn settings_without_an_equal_say_what_stands_for_them() {
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
