//! HTTP: where a token is looked for in a request, byte by byte on the wire, and what is answered.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::any;
use oauth2_guard::{Claims, OAuth2Claims, ResourceServer};
use serde_json::json;

use crate::case::{Api, B400, E500, F403, N401, OK, R401, Scheme401, Sent, Setup};
use crate::token::{Token, es256};

const NO_TOKEN: &str = "malformed_credentials";
const SEVERAL: &str = "several_credentials";

async fn api() -> Api {
    Api::of(&es256()).await.over_http().await
}

fn token() -> String {
    Token::of(&es256()).build()
}

#[tokio::test]
async fn a237_no_credentials() {
    let api = api().await;
    for path in ["/", "/read", "/admin", "/nowhere", "/?access=canary"] {
        api.send(Sent::nothing().to(path)).is(N401).await;
    }
    for method in ["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "CANARY"] {
        if method != "HEAD" {
            api.send(Sent::nothing().method(method)).is(N401).await;
        }
    }
}

#[tokio::test]
async fn a238_credentials_without_a_token() {
    let api = api().await;
    for value in ["", " ", "   ", "\t"] {
        api.send(Sent::authorization([value])).is(Scheme401).await;
    }
    for value in [
        "Bearer",
        "Bearer ",
        "Bearer   ",
        "bearer",
        "BEARER\t",
        "Bearer =",
        "Bearer ==",
        "Bearer ,",
        "Bearer \"\"",
    ] {
        api.send(Sent::authorization([value])).is(B400(NO_TOKEN)).await;
    }
}

#[tokio::test]
async fn a240_more_than_a_token_in_one_header() {
    let api = api().await;
    let token = token();
    for value in [
        format!("Bearer {token} {token}"),
        format!("Bearer {token} x"),
        format!("Bearer x {token}"),
        format!("Bearer {token}, Basic eHg6eHg="),
        format!("Bearer {token}, Bearer {token}"),
        format!("Bearer {token},Bearer canary.other.token"),
        format!("Bearer {token},"),
        format!("Bearer ,{token}"),
        format!("Bearer {token}; realm=canary"),
        format!("Bearer\t{token}"),
        format!("Bearer \t{token}"),
        format!("Bearer {token}\tx"),
    ] {
        api.send(Sent::authorization([value])).is(B400(NO_TOKEN)).await;
    }
    for value in [
        format!("Basic eHg6eHg=, Bearer {token}"),
        format!("Basic eHg6eHg=,bearer {token}"),
        format!("Negotiate , BEARER\t{token}"),
        format!("Digest a=\"b\", Bearer {token}"),
        format!(",Bearer {token}"),
    ] {
        api.send(Sent::authorization([value])).is(B400(SEVERAL)).await;
    }
}

#[tokio::test]
async fn a241_more_than_one_header() {
    let api = api().await;
    let good = format!("Bearer {}", token());
    let others = [
        good.clone(),
        "Bearer canary.forged.segment".to_owned(),
        format!("Bearer {}", Token::of(&es256()).claim("sub", "canary-other").build()),
        "Basic eHg6eHg=".to_owned(),
        "Bearer".to_owned(),
        "Negotiate".to_owned(),
        String::new(),
    ];
    for other in &others {
        for pair in [[&good, other], [other, &good]] {
            api.send(Sent::authorization(pair)).is(B400(SEVERAL)).await;
        }
        api.send(Sent::authorization([other, &good, other])).is(B400(SEVERAL)).await;
    }
    api.send(Sent::authorization(["Basic eHg6eHg=", "Basic eHg6eHg="])).is(B400(SEVERAL)).await;
}

#[tokio::test]
async fn a242_another_scheme() {
    let api = api().await;
    let token = token();
    for value in [
        format!("Token {token}"),
        format!("JWT {token}"),
        format!("Basic {token}"),
        "Basic".to_owned(),
        "Negotiate".to_owned(),
        format!("Bearer:{token}"),
        format!("Bearer{token}"),
        format!("Bearer={token}"),
        format!("Bearer,{token}"),
        format!("Bearer/{token}"),
        format!("\"Bearer\" {token}"),
        format!("DPoP {token}"),
        format!("Bearers {token}"),
        format!("Beare {token}"),
        format!("B\u{435}arer {token}"),
        format!("Bearer\u{a0}{token}"),
        format!("access_token={token}"),
        token.clone(),
    ] {
        api.send(Sent::authorization([value])).is(Scheme401).await;
    }
}

#[tokio::test]
async fn a244_a_token_in_the_query() {
    let api = api().await;
    let token = token();
    for path in [
        format!("/?access_token={token}"),
        format!("/?token={token}"),
        format!("/?Authorization=Bearer%20{token}"),
        format!("/?access_token=canary-first&access_token={token}"),
        format!("/read?access_token={token}"),
    ] {
        api.send(Sent::nothing().to(path.clone())).is(N401).await;
        api.send(Sent::authorization(["Basic eHg6eHg="]).to(path)).is(Scheme401).await;
    }
    // Nor does one there harm one in its place.
    api.send(Sent::from(token.as_str()).to("/?access_token=canary-query")).is(OK).await;
}

#[tokio::test]
async fn a246_a_token_in_the_body() {
    let api = api().await;
    let token = token();
    let multipart = format!(
        "--canary\r\nContent-Disposition: form-data; name=\"access_token\"\r\n\r\n{token}\r\n--canary--"
    );
    for (kind, body) in [
        ("application/x-www-form-urlencoded", format!("access_token={token}")),
        ("application/x-www-form-urlencoded; charset=utf-8", format!("x=1&access_token={token}")),
        ("multipart/form-data; boundary=canary", multipart),
        ("application/json", json!({"access_token": token}).to_string()),
        ("application/jwt", token.clone()),
        ("text/plain", format!("Bearer {token}")),
    ] {
        for method in ["POST", "GET", "PUT"] {
            let sent = Sent::nothing().method(method).header("content-type", kind).body(body.clone());
            api.send(sent).is(N401).await;
        }
    }
    // The body is the handler's, and whole.
    async fn whole(request: Request, next: Next) -> Response {
        let (parts, body) = request.into_parts();
        let bytes = axum::body::to_bytes(body, 100_000).await.unwrap();
        assert!(bytes.starts_with(b"access_token=canary-body"));
        next.run(Request::from_parts(parts, bytes.into())).await
    }
    let wrap = |router: Router, server: &ResourceServer| router.layer(from_fn(whole)).layer(server.layer());
    let form = |sent: Sent| sent.method("POST").body("access_token=canary-body");
    let setup = Setup { wrap, good: form(token.into()), ..Setup::keys(&[es256().jwk()]) };
    let api = setup.build().await.over_http().await;
    api.send(api.good()).is(OK).await;
    api.send(form(Sent::nothing())).is(N401).await;
}

#[tokio::test]
async fn a249_a_token_in_a_header_of_another_name() {
    let api = api().await;
    let token = token();
    for name in [
        "Proxy-Authorization",
        "X-Forwarded-Authorization",
        "Authentication",
        "X-Authorization",
        "X-Original-Authorization",
        "X-Access-Token",
        "X-Auth-Token",
        "Authorizatio",
        "Authorization-",
        "Http-Authorization",
        "WWW-Authenticate",
        "DPoP",
        "Sec-WebSocket-Protocol",
        "X-Amzn-Oidc-Accesstoken",
        "Cf-Access-Jwt-Assertion",
        "X-Goog-Iap-Jwt-Assertion",
        "Authorization_",
    ] {
        for value in [format!("Bearer {token}"), token.clone()] {
            api.send(Sent::nothing().header(name, value)).is(N401).await;
        }
    }
}

#[tokio::test]
async fn a250_the_name_of_the_header_in_any_case_is_one_name() {
    let api = api().await;
    let good = format!("Bearer {}", token());
    for name in ["AUTHORIZATION", "authorization", "AuThOrIzAtIoN"] {
        api.send(Sent::nothing().header(name, &good)).is(OK).await;
        for other in ["authorization", "Authorization", "AUTHORIZATION"] {
            let twice = Sent::nothing().header(name, &good).header(other, "Bearer canary.other.token");
            api.send(twice).is(B400(SEVERAL)).await;
        }
    }
}

#[tokio::test]
async fn a252_headers_that_say_who_somebody_is() {
    async fn subject(claims: Option<OAuth2Claims>) -> String {
        claims.map_or_else(|| "nobody".to_owned(), |claims| claims.subject().unwrap_or_default().to_owned())
    }
    let names = [
        "X-User",
        "X-Jwt-Claim-Sub",
        "X-Forwarded-User",
        "X-Remote-User",
        "X-Roles",
        "X-Scope",
        "OAuth2-Claims",
        "X-Userinfo",
    ];
    let spoofed =
        |sent: Sent| names.iter().fold(sent, |sent, name| sent.header(name, "canary-spoofed admin"));
    let api = api().await;
    api.send(spoofed(Sent::nothing())).is(N401).await;
    let good = || Token::of(&es256()).claim("roles", json!(["admin"]));
    api.send(spoofed(Token::of(&es256()).into()).to("/admin"))
        .unlike(spoofed(good().into()).to("/admin"))
        .is(F403)
        .await;
    // Nor does the layer tell a handler anything by them.
    let server = api.server();
    let app = Router::new().route("/", any(subject)).layer(server.layer().allow_anonymous());
    for (request, expected) in [
        (axum::http::Request::get("/"), "nobody"),
        (
            axum::http::Request::get("/").header("authorization", format!("Bearer {}", token())),
            "canary-subject",
        ),
    ] {
        let request = names.iter().fold(request, |request, name| request.header(*name, "canary-spoofed"));
        let answer =
            tower::ServiceExt::oneshot(app.clone(), request.body(axum::body::Body::empty()).unwrap()).await;
        let body = axum::body::to_bytes(answer.unwrap().into_body(), 1000).await.unwrap();
        assert_eq!(body, expected);
    }
}

#[tokio::test]
async fn a253_claims_that_somebody_else_put_into_the_request() {
    async fn put(State(claims): State<OAuth2Claims>, mut request: Request, next: Next) -> Response {
        request.extensions_mut().insert(claims);
        next.run(request).await
    }
    async fn who(extension: Request) -> String {
        assert!(extension.extensions().get::<OAuth2Claims>().is_none());
        let claims = OAuth2Claims::of(extension.extensions());
        claims.and_then(OAuth2Claims::subject).unwrap_or("nobody").to_owned()
    }
    async fn extracted(claims: Option<OAuth2Claims>, typed: Option<Claims>) -> String {
        let subject = claims.as_ref().and_then(OAuth2Claims::subject).unwrap_or("nobody").to_owned();
        assert_eq!(typed.is_some(), claims.is_some());
        subject
    }

    let api = Api::of(&es256()).await;
    let fake = api.server().verify(&Token::of(&es256()).claim("sub", "canary-fake").build()).await.unwrap();
    let routes = || Router::new().route("/extension", any(who)).route("/extracted", any(extracted));
    let outside =
        routes().layer(api.server().layer().allow_anonymous()).layer(from_fn_with_state(fake.clone(), put));
    let inside = routes().layer(from_fn_with_state(fake, put)).layer(api.server().layer().allow_anonymous());
    for (app, path, anonymous, authenticated) in [
        (&outside, "/extension", "nobody", "canary-subject"),
        (&outside, "/extracted", "nobody", "canary-subject"),
        // Who stands inside may do what it likes with the request; extractors do not ask it.
        (&inside, "/extracted", "nobody", "canary-subject"),
    ] {
        for (credentials, expected) in
            [(None, anonymous), (Some(format!("Bearer {}", token())), authenticated)]
        {
            let mut request = axum::http::Request::get(path);
            if let Some(credentials) = credentials {
                request = request.header("authorization", credentials);
            }
            let request = request.body(axum::body::Body::empty()).unwrap();
            let answer = tower::ServiceExt::oneshot(app.clone(), request).await.unwrap();
            let body = axum::body::to_bytes(answer.into_body(), 1000).await.unwrap();
            assert_eq!(body, expected, "{path}");
        }
    }
}

#[tokio::test]
async fn a254_a_guarded_handler_without_a_layer() {
    let setup = Setup { wrap: |router, _| router, ..Setup::keys(&[es256().jwk()]) };
    let open = setup.build().await.over_http().await;
    let guarded = api().await;
    let good = format!("Bearer {}", Token::of(&es256()).claim("scope", "read").build());
    let good = || Sent::authorization([&good]).to("/read");
    guarded.send(good()).is(OK).await;
    for sent in [good(), Sent::nothing().to("/read"), Sent::authorization(["Bearer canary"]).to("/read")] {
        open.send(sent).unlike_at(&guarded, good()).is(E500("no_layer")).await;
    }
}

#[tokio::test]
async fn a257_a_token_that_does_not_permit_it() {
    let api = api().await;
    let to = |scope: &str| Sent::from(Token::of(&es256()).claim("scope", scope)).to("/read");
    api.send(to("read")).is(OK).await;
    for scope in ["canary-scope", "", "READ", "reader", "re", "read:all", "read,write", "read\twrite"] {
        api.send(to(scope)).unlike(to("read")).is(F403).await;
    }
    let text = api.text_of(&to("canary-scope")).await;
    assert!(text.contains("error=\"insufficient_scope\"") && text.contains(", scope=\"read\""), "{text}");
}

#[tokio::test]
async fn n_http_bytes_that_no_header_has() {
    let api = api().await;
    let token = token();
    for odd in [&b"\0"[..], b"\x01", b"\x1b[31m", b"\x7f", b"\r"] {
        for value in [
            [b"Bearer ", odd, token.as_bytes()].concat(),
            [b"Bearer ", token.as_bytes(), odd].concat(),
            [odd, b"Bearer x"].concat(),
        ] {
            // The server refuses to read it, and says nothing of it.
            assert_eq!(api.status_of(&Sent::authorization([value])).await, 400);
        }
    }
    // A line feed begins a header of its own.
    let split = Sent::authorization([format!("Bearer {token}\r\nX-Canary: 1")]);
    api.send(split).is(OK).await;
    assert_eq!(api.status_of(&Sent::authorization([format!("Bearer {token}\r\n continued")])).await, 400);
}

#[tokio::test]
async fn n_http_a_header_that_is_longer_than_the_server_reads() {
    let api = api().await;
    assert_eq!(api.status_of(&Sent::from("A".repeat(1 << 20))).await, 431);
}

#[tokio::test]
async fn n_http_head_is_asked_as_get_is() {
    let api = api().await;
    let head = |sent: Sent| sent.method("HEAD");
    api.send(head(token().into())).is(OK).await;
    assert_eq!(api.status_of(&head(Sent::nothing())).await, 401);
    assert_eq!(api.status_of(&head("canary.forged.segment".into())).await, 401);
}

#[tokio::test]
async fn n_http_another_method_by_another_name_is_none() {
    let api = api().await;
    for name in ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"] {
        for method in ["OPTIONS", "GET", "CONNECT"] {
            api.send(Sent::nothing().method("POST").header(name, method)).is(N401).await;
        }
    }
    for name in [
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Forwarded-Uri",
        "X-Forwarded-Prefix",
        "x-middleware-subrequest",
        "Upgrade",
    ] {
        api.send(Sent::nothing().header(name, "/public")).is(N401).await;
    }
}

#[tokio::test]
async fn n_http_a_path_that_is_not_there_is_asked_for_its_token_first() {
    let api = api().await;
    for path in ["/nowhere", "//", "/read/", "/.well-known/canary", "/%2e%2e/read", "/read;x", "/READ"] {
        api.send(Sent::nothing().to(path)).is(N401).await;
        api.send(Sent::from("a.b.c").to(path)).is(R401("malformed")).await;
        assert_eq!(api.status_of(&Sent::from(token()).to(path)).await, 404);
    }
    api.send(Sent::nothing().to("http://canary.example.org/read")).is(N401).await;
}

#[tokio::test]
async fn n_http_who_may_come_without_a_token_may_not_come_with_a_bad_one() {
    let wrap = |router: Router, server: &ResourceServer| router.layer(server.layer().allow_anonymous());
    let api = Setup { wrap, ..Setup::keys(&[es256().jwk()]) }.build().await.over_http().await;
    api.send(Sent::nothing()).is(OK).await;
    api.send(Sent::authorization(["Basic eHg6eHg="])).is(OK).await;
    api.send("canary.forged.segment").is(R401("malformed")).await;
    api.send(Token::of(&es256()).claim("exp", 1)).is(R401("expired")).await;
    api.send(Sent::authorization(["Bearer"])).is(B400(NO_TOKEN)).await;
    api.send(Sent::authorization(["Bearer a", "Bearer b"])).is(B400(SEVERAL)).await;
    let read = || Sent::from(Token::of(&es256()).claim("scope", "read")).to("/read");
    api.send(Sent::nothing().to("/read")).unlike(read()).is(N401).await;
}

#[tokio::test]
async fn n_http_two_layers_are_both_asked() {
    let wrap = |router: Router, server: &ResourceServer| {
        router.layer(server.layer()).layer(server.layer().allow_anonymous())
    };
    let api = Setup { wrap, ..Setup::keys(&[es256().jwk()]) }.build().await.over_http().await;
    api.send(token()).is(OK).await;
    api.send(Sent::nothing()).is(N401).await;
    api.send("a.b.c").is(R401("malformed")).await;
}
