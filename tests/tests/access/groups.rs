//! What a whole group requires.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method};
use axum::routing;
use oauth2_guard::{
    Claims, GuardedRouter, OAuth2Claims, ProtectedResource, check, guarded, policy, requires,
};
use oauth2_guard_tests::{Api, Counter, World, bearer};

use crate::{Admin, Stage, anybody_with_a_token, health, read, write};

#[tokio::test]
async fn every_route_of_the_group_asks_it_too() {
    let admin = GuardedRouter::new()
        .require::<Admin>()
        .route("/read", guarded::get(read).post(write))
        .route("/health", guarded::get(health))
        .route_unguarded("/page", routing::get(async || "page"))
        .nest_unguarded("/files", axum::Router::new().fallback(async || "file"))
        .nest("/inner", GuardedRouter::new().route("/any", guarded::get(anybody_with_a_token)))
        .fallback(anybody_with_a_token);
    let stage =
        Stage::of(GuardedRouter::new().nest("/admin", admin).route("/read", guarded::get(read))).await;
    let (plain, admin) =
        (stage.token().scopes("read write"), stage.token().scopes("read write").roles(["admin"]));
    for (method, path) in [
        ("GET", "/admin/read"),
        ("HEAD", "/admin/read"),
        ("POST", "/admin/read"),
        ("GET", "/admin/health"),
        ("GET", "/admin/page"),
        ("GET", "/admin/files"),
        ("GET", "/admin/files/a"),
        ("GET", "/admin/inner/any"),
        ("GET", "/admin/unknown"),
    ] {
        let method: Method = method.parse().unwrap();
        assert_eq!(stage.anonymous(method.clone(), path).await.status, 401, "{method} {path}");
        assert_eq!(stage.send(method.clone(), path, &plain).await.status, 403, "{method} {path}");
        assert_eq!(stage.send(method.clone(), path, &admin).await.status, 200, "{method} {path}");
    }
    // The rule of the route holds beside that of the group.
    assert_eq!(stage.get("/admin/read", &stage.token().roles(["admin"])).await, 403);
    assert_eq!(stage.get("/read", &plain).await, 200);
}

#[tokio::test]
async fn groups_within_groups_add_up() {
    #[policy(scopes = "figures")]
    struct Figures;

    let inner = GuardedRouter::new().route("/all", guarded::get(read)).require::<Figures>();
    let outer =
        GuardedRouter::new().nest("/figures", inner).route("/read", guarded::get(read)).require::<Admin>();
    let stage = Stage::of(outer).await;
    for (scopes, roles, all, plain) in [
        ("read figures", &["admin"][..], 200, 200),
        ("read", &["admin"], 403, 200),
        ("figures", &["admin"], 403, 403),
        ("read figures", &[], 403, 403),
    ] {
        let token = stage.token().scopes(scopes).roles(roles.iter().copied());
        assert_eq!(stage.get("/figures/all", &token).await, all, "{scopes} {roles:?}");
        assert_eq!(stage.get("/read", &token).await, plain, "{scopes} {roles:?}");
    }
}

#[tokio::test]
async fn a_check_of_the_group_has_a_state_of_its_own_and_is_asked_once() {
    #[derive(Clone)]
    struct Members(Counter);

    #[check]
    async fn is_member(
        Claims(me): Claims,
        Path(team): Path<String>,
        State(Members(asked)): State<Members>,
    ) -> bool {
        asked.count();
        me.sub.as_deref() == Some("alice") && team == "blue"
    }

    #[policy(check = is_member)]
    struct Member;

    #[requires(scopes = "read")]
    async fn of_text(State(text): State<&'static str>, Path(_team): Path<String>) -> &'static str {
        text
    }

    let asked = Counter::default();
    let team = GuardedRouter::new()
        .route("/", guarded::get(of_text))
        .with_state("state")
        .require_with_state::<Member, _>(Members(asked.clone()));
    let stage = Stage::of(GuardedRouter::new().nest("/teams/{team}", team)).await;
    let alice = stage.token().scopes("read");
    assert_eq!(stage.send(Method::GET, "/teams/blue", &alice).await.body, "state");
    assert_eq!(asked.get(), 1);
    assert_eq!(stage.get("/teams/red", &alice).await, 403);
    assert_eq!(stage.get("/teams/blue", &alice.subject("bob")).await, 403);
    assert_eq!(stage.open("/teams/blue").await, 401);
    assert_eq!(asked.get(), 3);
}

#[tokio::test]
async fn a_parameter_of_the_path_is_that_of_the_route() {
    #[policy(claim("tenant") == path("tenant"))]
    struct SameTenant;

    let tenant = GuardedRouter::new().route("/orders/{id}", guarded::get(read)).require::<SameTenant>();
    let stage = Stage::of(GuardedRouter::new().nest("/{tenant}", tenant)).await;
    let token = stage.token().scopes("read").claim("tenant", "blue");
    assert_eq!(stage.get("/blue/orders/1", &token).await, 200);
    assert_eq!(stage.get("/red/orders/1", &token).await, 403);
}

/// Another token has to meet what all of them ask for.
#[tokio::test]
async fn a_challenge_names_the_scopes_of_group_and_route() {
    #[policy(scopes = "figures")]
    struct Figures;

    let inner = GuardedRouter::new().route("/", guarded::get(read)).require::<Figures>();
    let routes = || GuardedRouter::new().nest("/nested", inner.clone()).route("/", guarded::post(write));
    let world = World::new().await;
    let api = Api::serve(routes().protect(&world.server().await)).await;
    let nested = axum::Router::new().nest("/api", routes().protect(&world.server().await).into());
    let nested = Api::serve(nested).await;
    for (api, path) in [(&api, "/nested"), (&nested, "/api/nested")] {
        for scopes in ["", "figures", "read"] {
            let answer = api.get_path(path, world.token().scopes(scopes).build()).await;
            assert_eq!((answer.status, answer.error()), (403, Some("insufficient_scope")));
            let scope = answer.challenge.as_deref().unwrap().split_once("scope=\"").unwrap().1;
            let mut asked: Vec<_> = scope.trim_end_matches('"').split(' ').collect();
            asked.sort_unstable();
            assert_eq!(asked, ["figures", "read"], "{path} {scopes}");
        }
    }
    // What the group asks for is nothing for others.
    let answer = api.send(Method::POST, "/", bearer(&world.token().build()), "").await;
    assert!(answer.challenge.unwrap().contains("scope=\"write\""));
}

/// The layer refuses, and knows which route is meant.
#[tokio::test]
async fn who_has_no_token_is_told_what_group_and_route_ask_for() {
    #[policy(scopes = "figures")]
    struct Figures;

    let world = World::new().await;
    let resource = ProtectedResource::new("https://api.example.com").authorization_server(world.issuer.url());
    let server = world.server_with(|builder| builder.resource(resource), |provider| provider).await;
    let inner = GuardedRouter::new().route("/", guarded::get(read).post(write)).require::<Figures>();
    let routes = GuardedRouter::new().nest("/nested", inner).route("/{name}", guarded::put(write));
    let api = Api::serve(routes.protect(&server)).await;
    let scope = async |method, path: &str| {
        let answer = api.send(method, path, HeaderMap::new(), "").await;
        assert_eq!(answer.status, 401, "{path}");
        let challenge = answer.challenge.unwrap();
        let scope =
            challenge.split_once("scope=\"").map(|(_, rest)| rest.split('"').next().unwrap_or_default());
        scope.map(str::to_owned)
    };
    assert_eq!(scope(Method::GET, "/nested").await.as_deref(), Some("figures read"));
    assert_eq!(scope(Method::HEAD, "/nested").await.as_deref(), Some("figures read"));
    assert_eq!(scope(Method::POST, "/nested").await.as_deref(), Some("figures write"));
    assert_eq!(scope(Method::PUT, "/anything").await.as_deref(), Some("write"));
    // Of what is not there, nothing is told.
    assert_eq!(scope(Method::GET, "/anything").await, None);
    assert_eq!(scope(Method::GET, "/nested/unknown").await, None);
}

#[tokio::test]
async fn what_a_group_has_decided_the_handler_sees() {
    #[requires]
    async fn subject(claims: OAuth2Claims) -> String {
        claims.subject().unwrap().to_owned()
    }
    let stage = Stage::of(GuardedRouter::new().route("/", guarded::get(subject)).require::<Admin>()).await;
    assert_eq!(stage.send(Method::GET, "/", &stage.token().roles(["admin"])).await.body, "alice");
    assert_eq!(stage.api.send(Method::GET, "/", HeaderMap::new(), "").await.status, 401);
}
