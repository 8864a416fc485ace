//! axioms-core-py 0.0.6, axioms-flask-py 0.1.2 and axioms-drf-py 0.0.12.
//!
//! | their tests | test |
//! |---|---|
//! | core: authorization matrix, `check_claims` | `axioms_core::check_claims_knows_or_and_and`, `axioms_core::claims_are_text_or_a_list_and_compared_exactly` |
//! | core: header validation, `typ` | `axioms_core::a_type_is_one_of_those_of_access_tokens` |
//! | core: token validation, descriptions | `axioms_core::a_verbose_answer_says_which_check_failed` |
//! | core: `key_rotation_simulation` | `axioms_core::keys_rotate_while_tokens_of_both_are_in_use` |
//! | core: `concurrent_requests`, `thread_safety`, prefetch | `axioms_core::requests_at_once_share_the_keys_that_were_fetched_at_the_start`, `axioms_core::a_start_that_waits_for_no_keys_heals` |
//! | core: time to live of at least two refresh intervals | does not apply: there is one interval, and `axioms_fastapi::settings::settings_without_an_equal_say_what_stands_for_them` says so |
//! | flask: safe methods for authentication, scopes, roles, permissions and ownership | `axioms_core::a_safe_method_needs_a_token_where_a_guard_stands_and_none_where_none_stands` |
//! | flask: `has_required_*`, chaining, class and method decorators | `axioms_core::a_class_has_a_rule_and_its_methods_have_more` |
//! | flask: `check_object_ownership`, `inject_as`, `require_ownership` | `axioms_core::an_owner_is_text_or_a_number_and_the_object_is_an_argument_of_any_name` |
//! | flask: `init_axioms`, `shutdown_axioms`, many apps; drf: WSGI and ASGI | `axioms_core::two_servers_in_one_process_know_nothing_of_each_other` |
//! | drf: `all_*` and `any_*`, method-level permissions | `axioms_core::any_and_all_stand_together_and_differ_by_method` |
//! | drf: viewset of list, retrieve, create, update, partial update, destroy | `axioms_core::each_action_of_a_viewset_has_its_scope_and_its_permission` |
//! | drf: `IsSubOwner`, `IsSubOwnerOrSafeOnly` | `axioms_core::anyone_reads_and_the_owner_writes` |
//! | drf: `IsSafeOnly`, `IsAnyPostOr..`, `head`, `options` | `axioms_core::everybody_reads_or_posts_where_the_layer_has_these_as_safe` |
//! | drf: `sub` required | `axioms_core::a_subject_is_required_by_asking_for_one` |

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use oauth2_guard::testing::SigningKey;
use oauth2_guard::{Algorithm, Claims, HasOwner, Provider, loader, policy, requires};
use oauth2_guard_tests::{Api, World};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::cases::{anonymous, as_it_is, assert_cases, send};

#[tokio::test]
async fn check_claims_knows_or_and_and() {
    #[requires(scopes = any("read", "write"))]
    async fn or() {}
    #[requires(scopes = all("read", "write"))]
    async fn and() {}

    assert_cases(
        Router::new().route("/or", get(or)).route("/and", get(and)),
        as_it_is,
        &[
            ("/or", |token| token.scopes("write"), 200),
            ("/or", |token| token.claim("scope", json!(["other", "read"])), 200),
            ("/or", |token| token.scopes("READ"), 403),
            ("/or", |token| token.scopes("read:all"), 403),
            ("/and", |token| token.scopes("write other read"), 200),
            ("/and", |token| token.claim("scope", json!(["read"])), 403),
        ],
    )
    .await;
}

#[tokio::test]
async fn any_and_all_stand_together_and_differ_by_method() {
    #[requires(scopes = all(all("article", "v2"), any("read", "write")))]
    async fn list() {}
    #[requires(scopes = "article", permissions = "article:create")]
    async fn create() {}
    #[requires(scopes = "article", any(permissions = "article:delete", roles = "admin"))]
    async fn destroy() {}

    let world = World::new().await;
    let api = world.serve(Router::new().route("/", get(list).post(create).delete(destroy))).await;
    let scopes = |scopes: &str| world.token().scopes(scopes);
    for (method, token, status) in [
        (Method::GET, scopes("article v2 write"), 200),
        (Method::HEAD, scopes("article v2 write"), 200),
        (Method::GET, scopes("article v2"), 403),
        (Method::GET, scopes("article read"), 403),
        (Method::HEAD, scopes("article read"), 403),
        (Method::POST, scopes("article").permissions(["article:create"]), 200),
        (Method::POST, scopes("article").permissions(["article:delete"]), 403),
        (Method::DELETE, scopes("article").permissions(["article:delete"]), 200),
        (Method::DELETE, scopes("article").roles(["admin"]), 200),
        (Method::DELETE, scopes("article").permissions(["article:create"]), 403),
    ] {
        assert_eq!(send(&api, method.clone(), "/", &token, "").await.status, status, "{method}");
    }
}

#[tokio::test]
async fn a_class_has_a_rule_and_its_methods_have_more() {
    /// What all methods of the view ask for.
    #[policy(scopes = "api")]
    struct View;
    #[requires(View)]
    async fn read() {}
    #[requires(View, roles = "editor")]
    async fn write() {}

    let world = World::new().await;
    let api = world.serve(Router::new().route("/", get(read).patch(write))).await;
    let editor = || world.token().roles(["editor"]);
    for (method, token, status) in [
        (Method::GET, world.token().scopes("api"), 200),
        (Method::GET, editor(), 403),
        (Method::PATCH, editor().scopes("api"), 200),
        (Method::PATCH, editor(), 403),
        (Method::PATCH, world.token().scopes("api"), 403),
    ] {
        assert_eq!(send(&api, method.clone(), "/", &token, "").await.status, status, "{method}");
    }
}

#[tokio::test]
async fn claims_are_text_or_a_list_and_compared_exactly() {
    #[requires(roles = any("admin", "editor"))]
    async fn any_role() {}
    #[requires(roles = all("admin", "editor"))]
    async fn all_roles() {}
    #[requires(permissions = any("read", "write"))]
    async fn any_permission() {}
    #[requires(permissions = all("read", "write"))]
    async fn all_permissions() {}
    let app = Router::new()
        .route("/any_role", get(any_role))
        .route("/all_roles", get(all_roles))
        .route("/any_permission", get(any_permission))
        .route("/all_permissions", get(all_permissions));
    assert_cases(
        app,
        as_it_is,
        &[
            ("/any_role", |token| token.roles(["editor", "x"]), 200),
            ("/any_role", |token| token.claim("roles", "editor"), 200),
            ("/any_role", |token| token.roles(["Editor", "edit", "editors"]), 403),
            // There text is split at its spaces; a role may have some.
            ("/any_role", |token| token.claim("roles", "admin editor"), 403),
            ("/any_role", |token| token.roles([]), 403),
            ("/all_roles", |token| token.roles(["editor", "x", "admin"]), 200),
            ("/all_roles", |token| token.roles(["editor"]), 403),
            ("/any_permission", |token| token.permissions(["write"]), 200),
            ("/any_permission", |token| token.permissions(["WRITE", "write:all"]), 403),
            ("/any_permission", |token| token, 403),
            ("/all_permissions", |token| token.permissions(["write", "read"]), 200),
            ("/all_permissions", |token| token.permissions(["write"]), 403),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_type_is_one_of_those_of_access_tokens() {
    let world = World::new().await;
    let server = world.server().await;
    let strict = world.server_with(|builder| builder, Provider::require_rfc9068).await;
    for (typ, accepted, by_strict) in [
        (Some("JWT"), true, false),
        (Some("jwt"), true, false),
        (Some("application/jwt"), true, false),
        (None, true, false),
        (Some("at+jwt"), true, true),
        // These two are refused there.
        (Some("AT+JWT"), true, true),
        (Some("application/at+jwt"), true, true),
        (Some("dpop+jwt"), false, false),
        (Some("secevent+jwt"), false, false),
        (Some("logout+jwt"), false, false),
    ] {
        let token = match typ {
            Some(typ) => world.token().header("typ", typ),
            None => world.token().without_header("typ"),
        };
        assert_eq!(server.verify(&token.build()).await.is_ok(), accepted, "{typ:?}");
        assert_eq!(strict.verify(&token.build()).await.is_ok(), by_strict, "{typ:?}");
    }
}

#[tokio::test]
async fn a_verbose_answer_says_which_check_failed() {
    #[requires(scopes = "read")]
    async fn read() {}
    let world = World::new().await;
    let api = world.serve_with(Router::new().route("/", get(read)), |builder| builder.verbose()).await;
    let token = || world.token();
    for (token, description) in [
        (token().expired(), "the token expired"),
        (token().audience("x"), "the token is meant for another audience"),
        (token().claim("iss", "https://other.example"), "the token is from another issuer"),
        (token().signed_by(SigningKey::generate(Algorithm::ES256, "x")), "the token's signature is wrong"),
        (token().without_header("alg"), "the token's header is not accepted"),
        (token().header("typ", "x"), "the token is of another type"),
        (token().without("exp"), "the token lacks the claim `exp`"),
        (token().header("kid", "x"), "the token names an unknown key"),
    ] {
        api.refuses("/", &token, description).await;
    }
    api.get("a.b").await.assert_invalid_token("the token is not a well-formed JWT");
    let denied = api.get(token().build()).await;
    assert_eq!((denied.status, denied.error()), (403, Some("insufficient_scope")));
    api.accepts("/", &token().scopes("read")).await;
}

#[tokio::test]
async fn keys_rotate_while_tokens_of_both_are_in_use() {
    let world = World::new().await;
    let server = world.server().await;
    let before = world.token().expires_in(Duration::from_secs(3600));
    world.issuer.rotate_keys();
    world.clock.advance(Duration::from_secs(31));
    let after = world.token();
    for token in [&before, &after, &before] {
        assert!(server.verify(&token.build()).await.is_ok());
    }
    assert_eq!(world.issuer.jwks_requests(), 2);
    world.issuer.retire_old_keys();
    world.clock.advance(Duration::from_secs(11 * 60));
    // Who names an unknown key waits for the set without the old one.
    assert!(server.verify(&world.token().header("kid", "x").build()).await.is_err());
    assert!(server.verify(&before.build()).await.is_err());
    assert!(server.verify(&world.token().build()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_at_once_share_the_keys_that_were_fetched_at_the_start() {
    let world = World::new().await;
    let server = world.server().await;
    let mut tasks = JoinSet::new();
    for index in 0..100 {
        let (server, subject) = (server.clone(), format!("user-{index}"));
        let token = world.token().subject(&subject).build();
        tasks.spawn(async move {
            assert_eq!(server.verify(&token).await.unwrap().subject(), Some(&*subject));
        });
    }
    assert_eq!(tasks.join_all().await.len(), 100);
    assert_eq!(world.issuer.jwks_requests(), 1);
    assert!(server.verify(&world.token().expired().build()).await.is_err());
}

#[tokio::test]
async fn a_start_that_waits_for_no_keys_heals() {
    let world = World::new().await;
    world.issuer.set_down(true);
    let builder =
        oauth2_guard::ResourceServer::builder().clock(world.clock.clone()).provider(world.issuer.provider());
    assert!(builder.clone().build().await.is_err());
    // There a failure to prefetch is a warning.
    let server = builder.lazy().build().await.unwrap();
    assert_eq!(server.verify(&world.token().build()).await.unwrap_err().status(), 503);
    world.issuer.set_down(false);
    world.clock.advance(Duration::from_secs(60));
    assert!(server.verify(&world.token().build()).await.is_ok());
}

#[tokio::test]
async fn a_safe_method_needs_a_token_where_a_guard_stands_and_none_where_none_stands() {
    #[requires]
    async fn authenticated() {}
    #[requires(scopes = "read")]
    async fn scope() {}
    #[requires(roles = "reader")]
    async fn role() {}
    #[requires(permissions = "read")]
    async fn permission() {}
    #[requires(owner(user))]
    async fn owned(user: Path<String>) -> String {
        user.0
    }
    async fn open() {}

    let world = World::new().await;
    let any = axum::routing::any::<_, _, ()>;
    let guarded = [
        ("/authenticated", any(authenticated)),
        ("/scope", axum::routing::any(scope)),
        ("/role", axum::routing::any(role)),
        ("/permission", axum::routing::any(permission)),
    ];
    let app = guarded.into_iter().fold(Router::new(), |app, (path, route)| app.route(path, route));
    let app = app.route("/of/{user}", axum::routing::any(owned)).route("/open", axum::routing::any(open));
    let server = world.server().await;
    let whole = world.token().scopes("read").roles(["reader"]).permissions(["read"]);
    for safe in [&[Method::OPTIONS][..], &[Method::GET, Method::HEAD]] {
        let api = Api::serve(app.clone().layer(server.layer().safe_methods(safe.iter().cloned()))).await;
        for method in [Method::OPTIONS, Method::GET, Method::HEAD, Method::POST] {
            let open = if safe.contains(&method) { 200 } else { 401 };
            assert_eq!(anonymous(&api, method.clone(), "/open").await.status, open, "{method}");
            for path in ["/authenticated", "/scope", "/role", "/permission", "/of/alice"] {
                // There an empty set of claims is held to the rule.
                assert_eq!(anonymous(&api, method.clone(), path).await.status, 401, "{method} {path}");
                assert_eq!(send(&api, method.clone(), path, &whole, "").await.status, 200, "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn two_servers_in_one_process_know_nothing_of_each_other() {
    #[requires]
    async fn handler() {}
    let (one, other) = (World::new().await, World::new().await);
    let route = || Router::new().route("/", get(handler));
    let (first, second) = (one.serve(route()).await, other.serve(route()).await);
    assert_eq!([first.status("/", one.token()).await, first.status("/", other.token()).await], [200, 401]);
    assert_eq!([second.status("/", one.token()).await, second.status("/", other.token()).await], [401, 200]);
}

#[tokio::test]
async fn each_action_of_a_viewset_has_its_scope_and_its_permission() {
    #[requires(scopes = "books", permissions = "book:list")]
    async fn list() {}
    #[requires(scopes = "books", permissions = "book:create")]
    async fn create() {}
    #[requires(scopes = "books", permissions = "book:retrieve")]
    async fn retrieve() {}
    #[requires(scopes = "books", permissions = any("book:update", "book:write"))]
    async fn update() {}
    #[requires(scopes = "books", permissions = any("book:patch", "book:write"))]
    async fn partial_update() {}
    #[requires(scopes = "books", permissions = "book:destroy")]
    async fn destroy() {}

    let world = World::new().await;
    let item = get(retrieve).put(update).patch(partial_update).delete(destroy);
    let api = world.serve(Router::new().route("/", get(list).post(create)).route("/{id}", item)).await;
    for (method, path, permission) in [
        (Method::GET, "/", "book:list"),
        (Method::HEAD, "/", "book:list"),
        (Method::POST, "/", "book:create"),
        (Method::GET, "/1", "book:retrieve"),
        (Method::PUT, "/1", "book:update"),
        (Method::PUT, "/1", "book:write"),
        (Method::PATCH, "/1", "book:patch"),
        (Method::PATCH, "/1", "book:write"),
        (Method::DELETE, "/1", "book:destroy"),
    ] {
        let whole = || world.token().scopes("books").permissions([permission]);
        for (token, status) in [
            (whole(), 200),
            (whole().without("scope"), 403),
            (whole().permissions(["book:other"]), 403),
            (whole().expired(), 401),
        ] {
            assert_eq!(send(&api, method.clone(), path, &token, "").await.status, status, "{method} {path}");
        }
    }
}

#[derive(Clone, Default)]
struct Store(Arc<Mutex<BTreeMap<u32, String>>>);

#[derive(HasOwner)]
struct Article {
    id: u32,
    #[owner]
    author: &'static str,
}

#[loader]
async fn article(Path(id): Path<u32>) -> Option<Article> {
    (id == 1).then_some(Article { id, author: "alice" })
}

#[requires(owner(article))]
async fn write(article: Article, State(store): State<Store>, text: String) -> StatusCode {
    store.0.lock().unwrap().insert(article.id, text);
    StatusCode::NO_CONTENT
}

#[requires(owner(article))]
async fn remove(article: Article, State(store): State<Store>) -> StatusCode {
    store.0.lock().unwrap().remove(&article.id);
    StatusCode::NO_CONTENT
}

#[requires]
async fn read(article: Article, State(store): State<Store>) -> String {
    let text = store.0.lock().unwrap().get(&article.id).cloned().unwrap_or_default();
    format!("{} {text}", article.author)
}

#[tokio::test]
async fn anyone_reads_and_the_owner_writes() {
    let world = World::new().await;
    let app = Router::new().route("/{id}", get(read).put(write).delete(remove));
    let api = world.serve(app.with_state(Store::default())).await;
    let (alice, bob) = (world.token(), world.token().subject("bob"));
    for method in [Method::PUT, Method::DELETE] {
        assert_eq!(send(&api, method.clone(), "/1", &bob, "x").await.status, 403, "{method}");
        assert_eq!(send(&api, method.clone(), "/1", &alice.clone().without("sub"), "x").await.status, 403);
        assert_eq!(send(&api, method.clone(), "/1", &alice, "x").await.status, 204, "{method}");
        assert_eq!(anonymous(&api, method.clone(), "/1").await.status, 401, "{method}");
        assert_eq!(send(&api, method, "/2", &alice, "x").await.status, 404);
    }
    assert_eq!(send(&api, Method::PUT, "/1", &alice, "new").await.status, 204);
    assert_eq!(send(&api, Method::GET, "/1", &bob, "").await.body, "alice new");
    assert_eq!(send(&api, Method::HEAD, "/1", &bob, "").await.status, 200);
    assert_eq!(anonymous(&api, Method::GET, "/1").await.status, 401);
}

#[tokio::test]
async fn an_owner_is_text_or_a_number_and_the_object_is_an_argument_of_any_name() {
    #[derive(HasOwner)]
    struct Invoice {
        #[owner]
        customer: u64,
    }
    #[loader]
    async fn invoice(Path(customer): Path<u64>) -> Invoice {
        Invoice { customer }
    }
    #[requires(owner(bill, claim = "customer"))]
    async fn handler(bill: Invoice) -> String {
        bill.customer.to_string()
    }
    let world = World::new().await;
    let api = world.serve(Router::new().route("/{customer}", get(handler))).await;
    // There both are made text first.
    for (claim, status) in [
        (json!("42"), 200),
        (json!(42), 200),
        (json!("042"), 403),
        (json!(43), 403),
        (json!(42.5), 403),
        (json!(["42"]), 403),
        (Value::Null, 403),
    ] {
        assert_eq!(
            api.status("/42", world.token().claim("customer", claim.clone())).await,
            status,
            "{claim}"
        );
    }
}

#[tokio::test]
async fn everybody_reads_or_posts_where_the_layer_has_these_as_safe() {
    async fn open() {}
    #[requires]
    async fn guarded() {}
    let world = World::new().await;
    let server = world.server().await;
    let routes = || Router::new().route("/", get(open).options(open).post(open).put(guarded));
    let read_only = server.layer().safe_methods([Method::GET, Method::HEAD, Method::OPTIONS]);
    let any_post = server.layer().safe_methods([Method::POST]);
    for (layer, safe) in
        [(read_only, &[Method::GET, Method::HEAD, Method::OPTIONS][..]), (any_post, &[Method::POST][..])]
    {
        let api = Api::serve(routes().layer(layer)).await;
        for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::POST, Method::PUT] {
            let status = if safe.contains(&method) { 200 } else { 401 };
            assert_eq!(anonymous(&api, method.clone(), "/").await.status, status, "{method} {safe:?}");
            assert_eq!(send(&api, method.clone(), "/", &world.token(), "").await.status, 200, "{method}");
        }
    }
}

#[tokio::test]
async fn a_subject_is_required_by_asking_for_one() {
    #[derive(Deserialize)]
    struct User {
        sub: String,
    }
    async fn user(Claims(user): Claims<User>) -> String {
        user.sub
    }
    let world = World::new().await;
    let api = world.serve(Router::new().route("/", get(user))).await;
    assert_eq!(api.get(world.token().build()).await.body, "alice");
    let answer = api.get(world.token().without("sub").build()).await;
    assert_eq!((answer.status, answer.error()), (401, Some("invalid_token")));
}
