//! LEAK: nothing of a token, its claims or the keys is said to anybody. Every case of every class checks it; these are the
//! checks of the check, and what no request shows.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard::{Algorithm, Claims, Provider, RegisteredClaims, ResourceServer};
use serde_json::{Value, json};

use crate::case::{Api, F403, OK, R401, Scheme401, Sent, Setup, provider};
use crate::token::{AUDIENCE, ISSUER, Token, ed25519, es256, rs256, segments};
use crate::watch;

/// What the check says of an API in whose answers or logs `leak` leaves something.
async fn found(wrap: fn(Router, &ResourceServer) -> Router, sent: impl Into<Sent>) -> String {
    let api = Setup { wrap, ..Setup::keys(&[es256().jwk()]) }.build().await;
    api.try_terse(sent.into(), R401("bad_signature")).await.unwrap_err()
}

fn forged() -> Token {
    Token::of(&es256())
        .signed_by(&std::sync::Arc::new(oauth2_guard::testing::SigningKey::generate(Algorithm::ES256, "x")))
}

#[tokio::test]
async fn a430_whatever_is_leaked_is_found() {
    fn credentials(request: &Request) -> String {
        request.headers()["authorization"].to_str().unwrap().trim_start_matches("Bearer ").to_owned()
    }
    async fn in_a_header(request: Request, next: Next) -> Response {
        let token = credentials(&request);
        let mut response = next.run(request).await;
        let payload = token.split('.').nth(1).unwrap().parse().unwrap();
        response.headers_mut().insert("x-echo", payload);
        response
    }
    async fn in_a_body(request: Request, next: Next) -> Response {
        let token = credentials(&request);
        let (parts, _) = next.run(request).await.into_parts();
        let body = json!({"status": 401, "token": token}).to_string();
        Response::from_parts(parts, body.into())
    }
    async fn a_claim_in_the_log(request: Request, next: Next) -> Response {
        tracing::trace!(target: "anybody", subject = "canary-subject");
        next.run(request).await
    }
    async fn a_key_in_the_log(request: Request, next: Next) -> Response {
        tracing::trace!(target: "anybody", x = es256().jwk()["x"].as_str());
        next.run(request).await
    }
    async fn another_line_in_the_log(request: Request, next: Next) -> Response {
        tracing::trace!(target: "anybody", "a\nb");
        next.run(request).await
    }
    async fn a_panic(request: Request, next: Next) -> Response {
        let panicked = std::panic::catch_unwind(|| std::panic::resume_unwind(Box::new(())));
        assert!(panicked.is_err());
        let _ = std::panic::catch_unwind(|| panic!("to be found"));
        next.run(request).await
    }

    type Wrap = fn(Router, &ResourceServer) -> Router;
    let leaks: [(Wrap, &str); 6] = [
        (|router, server| router.layer(server.layer()).layer(from_fn(in_a_header)), "the answer says"),
        (|router, server| router.layer(server.layer()).layer(from_fn(in_a_body)), "the answer says"),
        (|router, server| router.layer(server.layer()).layer(from_fn(a_claim_in_the_log)), "the log says"),
        (|router, server| router.layer(server.layer()).layer(from_fn(a_key_in_the_log)), "the log says"),
        (
            |router, server| router.layer(server.layer()).layer(from_fn(another_line_in_the_log)),
            "a line of its own",
        ),
        (|router, server| router.layer(server.layer()).layer(from_fn(a_panic)), "somebody panicked"),
    ];
    for (wrap, expected) in leaks {
        let wrong = found(wrap, forged()).await;
        assert!(wrong.starts_with(expected), "{expected}: {wrong}");
    }
    // So is a handler that runs, another answer, and another reason.
    assert!(found(|router, _| router, forged()).await.starts_with("another answer"));
    let layered: Wrap = |router, server| router.layer(server.layer());
    assert!(found(layered, Token::of(&es256())).await.starts_with("the token alone"));
    assert!(found(layered, Sent::nothing()).await.starts_with("another answer"));
    let sent = Sent::authorization([format!("Bearer {}", Token::of(&es256()).claim("exp", 1).build())]);
    assert!(found(layered, sent).await.starts_with("another reason"));
}

#[tokio::test]
async fn n_leak_a_rule_that_denies_and_a_claim_that_does_not_fit() {
    let api = Api::of(&es256()).await;
    let token =
        || Token::of(&es256()).claim("email", "canary@example.com").claim("roles", json!(["canary-role"]));
    let admin = Sent::from(Token::of(&es256()).claim("roles", json!(["admin"]))).to("/admin");
    api.send(Sent::from(token()).to("/admin")).unlike(admin).is(F403).await;
    let read = Sent::from(Token::of(&es256()).claim("scope", "read")).to("/read");
    for scope in [json!("canary-scope read2"), json!(["canary-scope", 5]), json!({"canary-scope": 1})] {
        api.send(Sent::from(token().claim("scope", scope)).to("/read")).unlike(read.clone()).is(F403).await;
    }

    #[derive(serde::Deserialize)]
    struct Me {
        #[expect(dead_code, reason = "that it does not fit is what is tested")]
        email: u8,
    }
    async fn typed(_: Claims<Me>) {}
    let wrap = |_: Router, server: &ResourceServer| {
        Router::new().route("/", axum::routing::get(typed)).layer(server.layer())
    };
    let unfit = Setup { wrap, ..Setup::keys(&[es256().jwk()]) }.build().await;
    let sent = Sent::authorization([format!("Bearer {}", token().build())]);
    unfit.send(sent.clone()).unlike_at(&api, sent).is(R401("unfit_claims")).await;
}

#[tokio::test]
async fn a432_nothing_is_shown_for_debugging() {
    watch::begin();
    let secret = b"canary-secret-0123456789-abcdefghijklmnopqrstuvwxyz";
    let api = Api::of_keys(&[es256().jwk(), rs256().jwk(), ed25519().jwk()]).await;
    let text = Token::of(&es256()).claim("email", "canary@example.com").build();
    let claims = api.server().verify(&text).await.unwrap();
    let rejection = api.server().verify(&format!("{text}A")).await.unwrap_err();
    let shared = Provider::with_shared_secret(ISSUER, &secret[..]).audience(AUDIENCE);
    let builder = ResourceServer::builder().provider(shared.clone()).provider(provider(&[es256().jwk()]));
    let server = ResourceServer::builder().provider(shared.clone()).build().await.unwrap();
    let registered: RegisteredClaims = claims.deserialize().unwrap();
    let typed: Claims<Value> = Claims(claims.deserialize().unwrap());
    let kit = TokenBuilder::new(
        "canary-issuer",
        "canary-audience",
        oauth2_guard::testing::SigningKey::generate(Algorithm::ES256, "kit"),
    );
    let hmac = oauth2_guard::testing::SigningKey::secret(Algorithm::HS256, "kit", secret);
    let shown = [
        format!("{claims:?} {claims:#?} {:?}", claims.satisfies::<Never>().unwrap_err()),
        format!("{rejection:?} {rejection} {:?}", rejection.reason()),
        format!("{:?} {:#?} {:?}", api.server(), api.server(), api.server().layer()),
        format!("{shared:?} {builder:?} {server:?} {:?}", server.layer()),
        format!("{registered:?} {registered:#?} {:?} {typed:?} {typed:#?}", Claims(registered.clone())),
        format!("{kit:?} {hmac:?}"),
        watch::seen().log,
    ]
    .join("\n");
    assert!(!shown.contains("canary"), "{shown}");
    for segment in segments(&text) {
        assert!(!shown.contains(segment), "{shown}");
    }
    for (key, member) in [(es256(), "x"), (es256(), "y"), (rs256(), "n"), (ed25519(), "x")] {
        assert!(!shown.contains(key.jwk()[member].as_str().unwrap()), "{shown}");
    }
    // The same things have something to show.
    assert_eq!(
        (claims.subject(), registered.sub.as_deref()),
        (Some("canary-subject"), Some("canary-subject"))
    );
}

struct Never;

impl oauth2_guard::Policy for Never {
    type Checks = ();
    const RULE: oauth2_guard::policy::Rule = oauth2_guard::policy::Rule::role("nobody");
}

#[tokio::test]
async fn a433_a_line_break_or_an_escape_in_a_token_makes_no_line() {
    for api in [Api::of(&es256()).await, Api::of_keys(&[es256().jwk(), rs256().jwk()]).await] {
        for odd in [
            "canary\r\nINFO oauth2_guard: granted",
            "\u{1b}[2Jcanary",
            "canary\u{9b}31m",
            "canary\u{2028}",
            "canary\n\n",
            "\u{202e}canary",
        ] {
            let token = || Token::of(&es256());
            let reason = if odd.contains(char::is_control) { "malformed_header" } else { "unknown_key" };
            api.send(token().header("kid", odd)).is(R401(reason)).await;
            api.send(token().header("alg", odd)).is(R401("algorithm_not_allowed")).await;
            api.send(token().header("typ", odd)).is(R401("wrong_type")).await;
            api.send(token().claim("iss", odd)).is(R401("wrong_issuer")).await;
            api.send(token().claim("aud", odd)).is(R401("wrong_audience")).await;
            api.send(token().claim("exp", odd)).is(R401("mistyped_claim")).await;
            for claim in ["sub", "jti", "client_id", "scope", "roles"] {
                api.send(token().claim(claim, odd)).is(OK).await;
                let good = Sent::from(token().claim("roles", json!(["admin"]))).to("/admin");
                api.send(Sent::from(token().claim(claim, odd)).to("/admin")).unlike(good).is(F403).await;
            }
            let name = token().claim(odd, "canary-value").build();
            api.send(name).is(OK).await;
        }
    }
}

#[tokio::test]
async fn n_leak_a_mistake_in_the_configuration_is_told_without_its_secrets() {
    let secret = "canary-secret".as_bytes();
    let good = || provider(&[es256().jwk()]);
    let private = crate::token::with(&es256().jwk(), "d", "canary-private");
    for (bad, part) in [
        (Provider::with_shared_secret(ISSUER, secret).audience(AUDIENCE), "its secret must have"),
        (provider(&[private]), "it shows private members"),
        (Provider::with_jwks(ISSUER, "{\"keys\":\"canary-keys\"}").audience(AUDIENCE), "it is no JWK Set"),
        (
            Provider::with_jwks_url(ISSUER, "https://user:canary@login.example.com/").audience(AUDIENCE),
            "user name or password",
        ),
        (
            Provider::with_jwks_url(ISSUER, "http://login.example.com/?code=canary").audience(AUDIENCE),
            "it must be https",
        ),
        (
            Provider::discover("https://user:canary@login.example.com").audience(AUDIENCE),
            "user name or password",
        ),
    ] {
        crate::case::is_refused_at_build(bad, good(), part).await;
    }
    // Nor where two of them are the same.
    let twice = || Provider::discover("https://user:canary@login.example.com").audience(AUDIENCE);
    for pair in
        [[twice(), twice()], [twice().name("one"), twice().name("one")], [twice(), twice().name("two")]]
    {
        let builder =
            pair.into_iter().fold(ResourceServer::builder(), oauth2_guard::ResourceServerBuilder::provider);
        let error = builder.build().await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
}

#[tokio::test]
async fn n_leak_credentials_of_another_scheme() {
    let api = Api::of(&es256()).await;
    for value in [
        "Basic Y2FuYXJ5OmNhbmFyeQ==",
        "Digest username=\"canary-user\", response=\"canary-response\"",
        "Negotiate Y2FuYXJ5LXRpY2tldA==",
    ] {
        api.send(Sent::authorization([value])).is(Scheme401).await;
    }
}
