//! A server that is configured by variables: what it takes, and what it says of mistakes. None of these tests touches the environment
//! of the process.

use std::ffi::OsString;

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, Clock, Config, OAuth2Claims, requires};
use oauth2_guard_tests::{Api, World};
use serde_json::json;

const ISSUER: (&str, &str) = ("OAUTH2_ISSUER", "https://login.example.com");
const AUDIENCE: (&str, &str) = ("OAUTH2_AUDIENCE", "api");

fn mistake(vars: &[(&str, &str)]) -> String {
    let error = Config::from_vars("OAUTH2_", vars.iter().copied())
        .and_then(|config| config.into_builder().map(|_| ()));
    let error = error.unwrap_err();
    assert!(!error.is_temporary());
    error.to_string()
}

/// What is wrong with this beside an issuer and an audience.
fn mistake_of(name: &str, value: &str) -> String {
    mistake(&[ISSUER, AUDIENCE, (name, value)])
}

fn accepts(vars: &[(&str, &str)]) {
    let _ = Config::from_vars("OAUTH2_", vars.iter().copied()).unwrap().into_builder().unwrap();
}

async fn serve(world: &World, prefix: &str, vars: &[(&str, &str)]) -> Api {
    #[requires]
    async fn who(claims: OAuth2Claims) -> String {
        claims.provider().to_owned()
    }
    #[requires(scopes = "read", roles = "admin")]
    async fn admin() {}
    let builder = Config::from_vars(prefix, vars.iter().copied()).unwrap().into_builder().unwrap();
    let server = builder.clock(world.clock.clone()).build().await.unwrap();
    Api::serve(Router::new().route("/", get(who)).route("/admin", get(admin)).layer(server.layer())).await
}

#[tokio::test]
async fn an_issuer_and_an_audience_are_enough() {
    let world = World::new().await;
    for prefix in ["OAUTH2_", "OIDC_", "MY_API_"] {
        let names = ["ISSUER", "AUDIENCE"].map(|name| format!("{prefix}{name}"));
        let vars =
            [(&*names[0], world.issuer.url()), (&*names[1], "api"), ("HOME", "/root"), ("OTHER_ISSUER", "")];
        let api = serve(&world, prefix, &vars).await;
        assert_eq!(api.status("/", world.token()).await, 200);
        assert_eq!(api.status("/", world.token().audience("other")).await, 401);
        assert_eq!(api.get(world.token().build()).await.body, world.issuer.url());
    }
}

#[tokio::test]
async fn a_list_is_a_json_array_or_has_commas_or_spaces_between() {
    let world = World::new().await;
    for list in ["a, b", "a b", "a,b", "a ,  b", r#"["a", "b"]"#, "[ \"a\",\n\"b\" ]"] {
        let vars = [("OAUTH2_ISSUER", world.issuer.url()), ("OAUTH2_AUDIENCE", list)];
        let api = serve(&world, "OAUTH2_", &vars).await;
        for (audience, status) in [("a", 200), ("b", 200), ("a, b", 401), ("a,", 401), ("api", 401)] {
            assert_eq!(api.status("/", world.token().audience(audience)).await, status, "{list} {audience}");
        }
    }
    let vars = [("OAUTH2_ISSUER", world.issuer.url()), ("OAUTH2_AUDIENCE", r#"["a b,c"]"#)];
    assert_eq!(serve(&world, "OAUTH2_", &vars).await.status("/", world.token().audience("a b,c")).await, 200);
    for list in ["a,,b", ",a", "a,", "[\"a\"", "[1]", "[\"a\", null]", "[[\"a\"]]", "[\"a\"] b"] {
        assert_eq!(
            mistake(&[ISSUER, ("OAUTH2_AUDIENCE", list)]),
            "`OAUTH2_AUDIENCE` is no list: write `a, b`, or the JSON array `[\"a\", \"b\"]`",
            "{list}"
        );
    }
}

#[tokio::test]
async fn the_settings_of_server_and_provider_are_variables() {
    let world = World::new().await;
    let vars = [
        ("OAUTH2_ISSUER", world.issuer.url()),
        ("OAUTH2_AUDIENCE", "api"),
        ("OAUTH2_REALM", "orders"),
        ("OAUTH2_VERBOSE", "true"),
        ("OAUTH2_MAX_TOKEN_BYTES", "2000"),
        ("OAUTH2_LEEWAY_SECONDS", "0"),
        ("OAUTH2_SCOPE_CLAIMS", "permissions"),
        ("OAUTH2_ROLE_CLAIMS", "/realm_access/roles"),
        ("OAUTH2_ALGORITHMS", "ES256 EdDSA"),
        ("OAUTH2_REQUIRE_RFC9068", "false"),
    ];
    let api = serve(&world, "OAUTH2_", &vars).await;
    let answer = api.get(world.token().expired().build()).await;
    answer.assert_invalid_token("the token expired");
    assert!(answer.challenge.unwrap().starts_with("Bearer realm=\"orders\""));
    let long: fn(TokenBuilder) -> TokenBuilder = |token| token.claim("long", "x".repeat(2000));
    assert_eq!(api.status("/", long(world.token())).await, 401);
    let admin = || world.token().permissions(["read"]).claim("realm_access", json!({"roles": ["admin"]}));
    assert_eq!(api.status("/admin", admin()).await, 200);
    assert_eq!(api.status("/admin", admin().without("realm_access").roles(["admin"])).await, 403);
    assert_eq!(api.status("/admin", admin().without("permissions").scopes("read")).await, 403);
}

#[tokio::test]
async fn keys_may_be_a_variable_of_several_lines() {
    let world = World::new().await;
    let key = SigningKey::generate(Algorithm::ES256, "1");
    let jwks = format!("\n{:#}\n", json!({"keys": [key.jwk()]}));
    let vars = [("OAUTH2_ISSUER", world.issuer.url()), AUDIENCE, ("OAUTH2_JWKS", &jwks)];
    let api = serve(&world, "OAUTH2_", &vars).await;
    assert_eq!(api.status("/", world.token()).await, 401);
    let token = TokenBuilder::new(world.issuer.url(), "api", key).issued_at(world.clock.now());
    assert_eq!(api.status("/", token).await, 200);
}

#[tokio::test]
async fn several_providers_have_their_names_in_their_variables() {
    let (world, other) = (World::new().await, World::new().await);
    let vars = [
        ("OAUTH2_PROVIDERS", "staff, our-partners"),
        ("OAUTH2_STAFF_ISSUER", world.issuer.url()),
        ("OAUTH2_STAFF_AUDIENCE", "api"),
        ("OAUTH2_OUR_PARTNERS_ISSUER", other.issuer.url()),
        ("OAUTH2_OUR_PARTNERS_AUDIENCE", "partners"),
        ("OAUTH2_REALM", "orders"),
    ];
    let api = serve(&world, "OAUTH2_", &vars).await;
    assert_eq!(api.get(world.token().build()).await.body, "staff");
    assert_eq!(api.get(other.token().audience("partners").build()).await.body, "our-partners");
    assert_eq!(api.status("/", other.token().audience("api")).await, 401);
    assert_eq!(api.status("/", world.token().audience("partners")).await, 401);
}

#[test]
fn mistakes_with_several_providers_name_the_variable() {
    let staff = [("OAUTH2_STAFF_ISSUER", "https://a.example"), ("OAUTH2_STAFF_AUDIENCE", "api")];
    let with = |providers, more: &[(&'static str, &'static str)]| {
        mistake(&[&[("OAUTH2_PROVIDERS", providers)], &staff[..], more].concat())
    };
    for (providers, more, expected) in [
        (
            "staff, partners",
            &[][..],
            "`OAUTH2_PARTNERS_ISSUER` is missing: copy the `iss` of its tokens, or name a preset in `OAUTH2_PARTNERS_PRESET`",
        ),
        (
            "staff",
            &[ISSUER],
            "`OAUTH2_ISSUER` is of no provider: write `OAUTH2_STAFF_ISSUER`, or so for another",
        ),
        (
            "staff",
            &[("OAUTH2_STAF_REALM", "a")],
            "`OAUTH2_STAF_REALM` is no setting: did you mean `OAUTH2_STAFF_REALM`?",
        ),
        (
            "staff",
            &[("OAUTH2_PARTNERS_ISSUER", "a")],
            "`OAUTH2_PARTNERS_ISSUER` is no setting: take it out, or choose another prefix for those that are",
        ),
        (
            "staff, STAFF",
            &[],
            "`OAUTH2_STAFF_ISSUER` could mean two settings: give that provider another name",
        ),
        ("a-b a_b", &[], "`OAUTH2_A_B_ISSUER` could mean two settings: give that provider another name"),
        (
            "staff staff_jwks",
            &[],
            "`OAUTH2_STAFF_JWKS_URL` could mean two settings: give that provider another name",
        ),
        (
            "[\"a b\"]",
            &[],
            "`OAUTH2_PROVIDERS` names `a b`: use ASCII letters, digits, `-` and `_`, as its variables are named after it",
        ),
        ("[]", &[], "`OAUTH2_PROVIDERS` names no provider: take it out for the only one, or name each"),
        ("proxy", &[], "`OAUTH2_PROVIDERS` names `proxy`, whose variables are those of another program"),
    ] {
        assert_eq!(with(providers, more), expected);
    }
    accepts(&[&[("OAUTH2_PROVIDERS", "staff")], &staff[..]].concat());
}

#[test]
fn what_is_missing_is_named_by_its_variable() {
    assert_eq!(
        mistake(&[]),
        "`OAUTH2_ISSUER` is missing: copy the `iss` of its tokens, or name a preset in `OAUTH2_PRESET`"
    );
    assert_eq!(
        mistake(&[ISSUER]),
        "`OAUTH2_AUDIENCE` is missing: name your API as in the `aud` of its tokens"
    );
    assert_eq!(
        mistake(&[AUDIENCE]),
        "`OAUTH2_ISSUER` is missing: copy the `iss` of its tokens, or name a preset in `OAUTH2_PRESET`"
    );
    let keycloak = [("OAUTH2_PRESET", "keycloak"), ("OAUTH2_URL", "https://sso.example.com"), AUDIENCE];
    assert_eq!(
        mistake(&[&keycloak[..], &[("OAUTH2_REALM", "staff")]].concat()),
        "`OAUTH2_KEYCLOAK_REALM` is missing: the preset `keycloak` takes the name of a realm"
    );
    accepts(&[&keycloak[..], &[("OAUTH2_KEYCLOAK_REALM", "staff")]].concat());
    accepts(&[ISSUER, AUDIENCE]);
    // A list of none is none.
    for vars in [[ISSUER, (AUDIENCE.0, "[]")], [("OAUTH2_PRESET", "google"), (AUDIENCE.0, "[]")]] {
        assert_eq!(
            mistake(&vars),
            "`OAUTH2_AUDIENCE` is missing: name your API as in the `aud` of its tokens"
        );
    }
}

#[test]
fn a_misspelt_variable_is_told_the_nearest_one() {
    for (name, nearest) in [
        ("OAUTH2_AUDIENCES", "OAUTH2_AUDIENCE"),
        ("OAUTH2_ISUER", "OAUTH2_ISSUER"),
        ("OAUTH2_ISS", "OAUTH2_ISSUER"),
        ("OAUTH2_JWKS_URI", "OAUTH2_JWKS_URL"),
        ("OAUTH2_SCOPES_CLAIM", "OAUTH2_SCOPE_CLAIMS"),
        ("OAUTH2_ROLES_CLAIMS", "OAUTH2_ROLE_CLAIMS"),
        ("OAUTH2_LEEWAY", "OAUTH2_LEEWAY_SECONDS"),
        ("OAUTH2_KEY_REFRESH", "OAUTH2_KEY_REFRESH_ALWAYS"),
        ("OAUTH2_INSECURE_HTTPS", "OAUTH2_INSECURE_HTTP"),
        ("OAUTH2_issuer", "OAUTH2_ISSUER"),
    ] {
        assert_eq!(mistake_of(name, "canary"), format!("`{name}` is no setting: did you mean `{nearest}`?"));
    }
    for name in ["OAUTH2_", "OAUTH2_XYZ", "OAUTH2_COOKIE_NAME"] {
        assert_eq!(
            mistake_of(name, "canary"),
            format!("`{name}` is no setting: take it out, or choose another prefix for those that are")
        );
    }
}

#[test]
fn variables_of_other_programs_are_not_ours() {
    for name in [
        "OAUTH2_PROXY_CLIENT_SECRET",
        "OAUTH2_PROXY_",
        "OAUTH2_SERVICE_HOST",
        "OAUTH2_SERVICE_PORT",
        "OAUTH2_SERVICE_PORT_HTTP",
        "OAUTH2_PORT",
        "OAUTH2_PORT_80_TCP_ADDR",
        "OAUTH2_MOCK_SERVICE_HOST",
        "OAUTH2_MOCK_PORT_8080_TCP",
        "OAUTH2ISSUER",
        "oauth2_issuer",
        "MY_OAUTH2_ISSUER",
    ] {
        accepts(&[ISSUER, AUDIENCE, (name, " canary")]);
    }
    for name in [
        "OAUTH2_PROXY",
        "OAUTH2_PORTS",
        "OAUTH2_SUPPORT",
        "OAUTH2_SUPPORT_8",
        "OAUTH2_PORT_ALL",
        "OAUTH2_SERVICE",
    ] {
        assert!(mistake_of(name, "canary").starts_with(&format!("`{name}` is no setting")), "{name}");
    }
}

#[test]
fn what_a_client_beside_the_api_logs_in_with_is_not_looked_at() {
    let client = [("OAUTH2_CLIENT_ID", "\"canary\""), ("OAUTH2_CLIENT_SECRET", " canary")];
    accepts(&[&[ISSUER, AUDIENCE][..], &client].concat());
    let staff = [("OAUTH2_STAFF_ISSUER", ISSUER.1), ("OAUTH2_STAFF_AUDIENCE", AUDIENCE.1)];
    accepts(&[&[("OAUTH2_PROVIDERS", "staff")][..], &staff, &client].concat());
    for name in ["OAUTH2_CLIENT_SECRET_FILE", "OAUTH2_CLIENT_SECRETS", "OAUTH2_STAFF_CLIENT_SECRET"] {
        assert!(mistake_of(name, "canary").starts_with(&format!("`{name}` is no setting")), "{name}");
    }
}

const QUOTED: &str = "has quotes around it, which are part of it: take them out";

#[test]
fn a_value_that_is_not_what_it_should_be_is_not_shown() {
    for (name, value, expected) in [
        ("OAUTH2_REALM", "", "is empty: take it out, or set it"),
        ("OAUTH2_REALM", " \n", "is empty: take it out, or set it"),
        ("OAUTH2_JWKS", "\n", "is empty: take it out, or set it"),
        ("OAUTH2_SHARED_SECRET", "", "is empty: take it out, or set it"),
        ("OAUTH2_REALM", " canary", "has spaces around it: take them out"),
        ("OAUTH2_SHARED_SECRET", "canary\n", "has spaces around it: take them out"),
        ("OAUTH2_ROLE_CLAIMS", "canary ", "has spaces around it: take them out"),
        ("OAUTH2_AUDIENCE", "\"canary\"", QUOTED),
        ("OAUTH2_REALM", "'canary'", QUOTED),
        ("OAUTH2_ROLE_CLAIMS", "\"canary\", \"canary\"", QUOTED),
        ("OAUTH2_LEEWAY_SECONDS", "'30'", QUOTED),
        ("OAUTH2_JWKS", "'{}'\n", QUOTED),
        ("OAUTH2_MAY_GRANT", "'{}'", QUOTED),
        ("OAUTH2_SHARED_SECRET", "\"canary\"", QUOTED),
        ("OAUTH2_LEEWAY_SECONDS", "canary", "is no whole number, written in digits alone"),
        ("OAUTH2_LEEWAY_SECONDS", "1.5", "is no whole number, written in digits alone"),
        ("OAUTH2_LEEWAY_SECONDS", "-1", "is no whole number, written in digits alone"),
        ("OAUTH2_LEEWAY_SECONDS", "60s", "is no whole number, written in digits alone"),
        ("OAUTH2_LEEWAY_SECONDS", "18446744073709551616", "is no whole number, written in digits alone"),
        ("OAUTH2_LAZY", "canary", "is neither `true` nor `false`"),
        ("OAUTH2_LAZY", "TRUE", "is neither `true` nor `false`"),
        ("OAUTH2_REQUIRE_RFC9068", "1", "is neither `true` nor `false`"),
        (
            "OAUTH2_PRESET",
            "canary",
            "is none of auth0, cognito, entra, entra_v1, firebase, google, keycloak, okta",
        ),
    ] {
        let issuer_alone = [ISSUER, (name, value)];
        let vars =
            if name == AUDIENCE.0 { issuer_alone.to_vec() } else { vec![ISSUER, AUDIENCE, (name, value)] };
        assert_eq!(mistake(&vars), format!("`{name}` {expected}"), "{value:?}");
    }
    for (name, value) in [
        ("OAUTH2_REALM", "orders and invoices"),
        ("OAUTH2_REALM", "the 'orders'"),
        ("OAUTH2_REALM", "'"),
        ("OAUTH2_LEEWAY_SECONDS", "0"),
        ("OAUTH2_LAZY", "true"),
        ("OAUTH2_REQUIRE_RFC9068", "false"),
        ("OAUTH2_JWKS", "{}\n"),
    ] {
        accepts(&[ISSUER, AUDIENCE, (name, value)]);
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_unicode_is_refused_if_it_is_ours() {
    use std::os::unix::ffi::OsStringExt;

    let odd = || OsString::from_vec(b"canary\xff".to_vec());
    let with = |name: OsString, value: OsString| {
        let vars =
            [(ISSUER.0.into(), ISSUER.1.into()), (AUDIENCE.0.into(), AUDIENCE.1.into()), (name, value)];
        Config::from_vars("OAUTH2_", vars)
    };
    assert_eq!(
        with("OAUTH2_REALM".into(), odd()).unwrap_err().to_string(),
        "`OAUTH2_REALM` is no Unicode: write it in UTF-8"
    );
    let name = OsString::from_vec(b"OAUTH2_REALM\xff".to_vec());
    let message = with(name, "a".into()).unwrap_err().to_string();
    assert!(message.starts_with("`OAUTH2_REALM\u{fffd}` is no setting"), "{message}");
    assert!(with("REALM".into(), odd()).is_ok());
    assert!(with(odd(), odd()).is_ok());
}

#[test]
fn a_variable_that_is_set_twice_is_refused_unless_both_are_alike() {
    assert_eq!(
        mistake_of("OAUTH2_ISSUER", "https://other.example.com"),
        "`OAUTH2_ISSUER` is set twice, and not alike: take one of them out"
    );
    accepts(&[ISSUER, AUDIENCE, ISSUER]);
}

#[test]
fn the_environment_is_read() {
    // What every process has.
    assert_eq!(
        Config::from_env("PATH").unwrap_err().to_string(),
        "`PATH` is no setting: take it out, or choose another prefix for those that are"
    );
    let nothing = Config::from_env("OAUTH2_GUARD_NOT_SET_").unwrap();
    let message = nothing.into_builder().unwrap_err().to_string();
    assert!(message.starts_with("`OAUTH2_GUARD_NOT_SET_ISSUER` is missing"), "{message}");
}

#[test]
fn there_is_a_prefix() {
    let error = Config::from_vars("", [ISSUER, AUDIENCE]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "without a prefix every variable would be a setting: name one, such as `OAUTH2_`"
    );
}

#[test]
fn debug_shows_no_secret() {
    let secret = ("OAUTH2_SHARED_SECRET", "canary-c3VwZXItc2VjcmV0LWNhbmFyeS0x");
    let config = Config::from_vars("OAUTH2_", [ISSUER, AUDIENCE, secret]).unwrap();
    for shown in [format!("{config:?}"), format!("{:?}", config.into_builder().unwrap())] {
        assert!(!shown.contains("canary"), "{shown}");
    }
}
