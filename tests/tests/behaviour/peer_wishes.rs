//! What the users of comparable libraries ask for about rules, each with who gets in and who does not.

use axum::extract::{FromRef, Path, Query, State};
use axum::http::StatusCode;
use axum::middleware::from_extractor_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use oauth2_guard::policy::Rule;
use oauth2_guard::testing::{TokenBuilder, granted, owned};
use oauth2_guard::{
    Claims, Guard, HasOwner, OAuth2Claims, Owned, Policy, Reason, check, loader, policy, public, requires,
};
use oauth2_guard_tests::{Api, World, bearer};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What the token differs in.
type Change = fn(TokenBuilder) -> TokenBuilder;

async fn assert_cases(world: &World, api: &Api, cases: &[(&str, Change, u16)]) {
    for (index, (path, change, status)) in cases.iter().enumerate() {
        assert_eq!(api.status(path, change(world.token())).await, *status, "case {index}: {path}");
        let nobody = api.send(Method::GET, path, Default::default(), "").await;
        assert_eq!(nobody.status, 401, "case {index}: {path}");
    }
}

#[tokio::test]
async fn or_between_kinds_and_and_or_mixed() {
    // axum-login, protect-endpoints.
    #[requires(any(roles = "admin", permissions = "post:delete"))]
    async fn one_or_the_other() {}
    #[requires(any(all(roles = "moderator", permissions = "post:delete"), roles = "admin"), scopes = "posts")]
    async fn mixed() {}

    let world = World::new().await;
    let api =
        world.serve(Router::new().route("/or", get(one_or_the_other)).route("/mixed", get(mixed))).await;
    assert_cases(
        &world,
        &api,
        &[
            ("/or", |token| token.roles(["admin"]), 200),
            ("/or", |token| token.permissions(["post:delete"]), 200),
            ("/or", |token| token.roles(["moderator"]).permissions(["post:edit"]), 403),
            ("/mixed", |token| token.scopes("posts").roles(["admin"]), 200),
            ("/mixed", |token| token.scopes("posts").roles(["moderator"]).permissions(["post:delete"]), 200),
            ("/mixed", |token| token.scopes("posts").roles(["moderator"]), 403),
            ("/mixed", |token| token.roles(["admin"]), 403),
        ],
    )
    .await;
}

#[derive(Clone, HasOwner, Serialize)]
struct Document {
    #[owner]
    owner: String,
    department: String,
    is_published: bool,
}

#[derive(Clone)]
struct Library(Vec<Document>);

#[loader]
async fn document(Path(id): Path<usize>, State(Library(documents)): State<Library>) -> Option<Document> {
    documents.get(id).cloned()
}

#[derive(Deserialize)]
struct Employee {
    department: String,
}

#[check]
async fn is_of_my_department(
    Claims(me): Claims<Employee>,
    Path(id): Path<usize>,
    State(Library(documents)): State<Library>,
) -> bool {
    documents.get(id).is_some_and(|document| document.department == me.department)
}

fn library() -> Library {
    let document = |owner: &str, department: &str, is_published| Document {
        owner: owner.to_owned(),
        department: department.to_owned(),
        is_published,
    };
    Library(vec![document("alice", "sales", false), document("bob", "law", true)])
}

#[tokio::test]
async fn decisions_by_the_attributes_of_the_object_and_of_the_caller() {
    // protect-endpoints, Quarkus `@PermissionChecker`, Spring `#id == authentication.name or hasRole('ADMIN')`.
    #[requires(any(roles = "admin", owner(document), check = is_of_my_department))]
    async fn read(document: Document) -> Json<Document> {
        Json(document)
    }
    let world = World::new().await;
    let api = world.serve(Router::new().route("/{id}", get(read)).with_state(library())).await;
    let department = |name: &str| world.token().subject("carol").claim("department", name);
    for (path, token, status) in [
        ("/0", world.token(), 200),
        ("/1", world.token().roles(["admin"]), 200),
        ("/0", department("sales"), 200),
        ("/1", department("law"), 200),
        ("/1", department("sales"), 403),
        ("/2", world.token().roles(["admin"]), 404),
    ] {
        assert_eq!(api.status(path, token).await, status, "{path}");
    }
    // Without the claim the check has no answer, and says so.
    assert_eq!(api.status("/1", world.token()).await, 401);
}

#[tokio::test]
async fn what_the_object_itself_allows() {
    // Spring `@PostAuthorize("returnObject.owner == ..")`, ASP.NET's resource-based authorization: after loading, in one place.
    struct Readable(Document);
    impl HasOwner for Readable {
        fn is_owned_by(&self, who: &oauth2_guard::Bearer<'_>) -> bool {
            self.0.is_published || self.0.is_owned_by(who)
        }
    }
    #[loader]
    async fn readable(Path(id): Path<usize>, State(Library(documents)): State<Library>) -> Option<Readable> {
        documents.get(id).cloned().map(Readable)
    }
    #[requires(owner(readable, hide))]
    async fn read(Readable(readable): Readable) -> Json<Document> {
        Json(readable)
    }
    let world = World::new().await;
    let api = world.serve(Router::new().route("/{id}", get(read)).with_state(library())).await;
    for (path, subject, status) in
        [("/0", "alice", 200), ("/0", "bob", 404), ("/1", "alice", 200), ("/2", "alice", 404)]
    {
        assert_eq!(api.status(path, world.token().subject(subject)).await, status, "{path} {subject}");
    }
}

#[tokio::test]
async fn several_rules_on_one_handler() {
    // protect-endpoints: their second one is a second argument of the same name.
    #[requires(permissions = "op:get")]
    #[requires(roles = any("admin", "manager"))]
    #[requires(not(roles = "suspended"))]
    async fn stacked(Path(arg0): Path<u32>, granted: Query<Value>) -> String {
        format!("{arg0} {}", granted.0["x"])
    }
    let world = World::new().await;
    let api = world.serve(Router::new().route("/{id}", get(stacked))).await;
    assert_cases(
        &world,
        &api,
        &[
            ("/7?x=1", |token| token.permissions(["op:get"]).roles(["manager"]), 200),
            ("/7?x=1", |token| token.permissions(["op:get"]), 403),
            ("/7?x=1", |token| token.roles(["admin"]), 403),
            ("/7?x=1", |token| token.permissions(["op:get"]).roles(["admin", "suspended"]), 403),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_denied_answer_of_ones_own() {
    // protect-endpoints: a denial is 403, and the answer is the application's.
    #[requires(roles = "admin")]
    async fn admin() {}

    let world = World::new().await;
    let app = || Router::new().route("/", get(admin));
    let api = world
        .serve_with(app(), |builder| {
            builder.on_rejection(|rejection, response: Response| match rejection.reason() {
                Reason::Denied(denial) => {
                    let body = json!({"code": "E403", "needs": denial.rule().to_string()});
                    (StatusCode::FORBIDDEN, Json(body)).into_response()
                }
                _ => response,
            })
        })
        .await;
    let denied = api.get(world.token().build()).await;
    assert_eq!(
        (denied.status, denied.body.as_str()),
        (403, r#"{"code":"E403","needs":"roles = \"admin\""}"#)
    );
    assert_eq!(api.get(world.token().roles(["admin"]).build()).await.status, 200);
    assert_eq!(api.get("a.b.c").await.error(), Some("invalid_token"));
    assert_eq!(world.serve(app()).await.get(world.token().build()).await.status, 403);
}

/// Permissions as an enum.
#[derive(Clone, Copy)]
enum Permission {
    Read,
    Write,
}

impl Permission {
    const fn name(self) -> &'static str {
        match self {
            Self::Read => "articles:read",
            Self::Write => "articles:write",
        }
    }

    const READ: &'static str = Self::Read.name();
    const WRITE: &'static str = Self::Write.name();
}

mod role {
    pub(super) const ADMIN: &str = "admin";
}

trait Named {
    const NAME: &'static str;
}

struct Auditor;

impl Named for Auditor {
    const NAME: &'static str = "auditor";
}

#[tokio::test]
async fn roles_and_permissions_as_constants_and_enums() {
    // axum-login: no strings that nobody checks.
    #[requires(permissions = any(Permission::READ, Permission::WRITE))]
    async fn read() {}
    #[requires(permissions = Permission::WRITE, roles = any(role::ADMIN, <Auditor as Named>::NAME))]
    async fn write() {}
    struct Coded;
    impl Policy for Coded {
        type Checks = ();
        const RULE: Rule = Rule::permission(Permission::Write.name());
    }
    async fn coded(_: Guard<Coded>) {}

    let world = World::new().await;
    let app = Router::new().route("/read", get(read)).route("/write", get(write)).route("/coded", get(coded));
    let api = world.serve(app).await;
    assert_cases(
        &world,
        &api,
        &[
            ("/read", |token| token.permissions(["articles:read"]), 200),
            ("/read", |token| token.permissions(["articles:write"]), 200),
            ("/read", |token| token.permissions(["READ"]), 403),
            ("/write", |token| token.permissions(["articles:write"]).roles(["auditor"]), 200),
            ("/write", |token| token.permissions(["articles:write"]).roles(["admin"]), 200),
            ("/write", |token| token.permissions(["articles:read"]).roles(["admin"]), 403),
            ("/coded", |token| token.permissions(["articles:write"]), 200),
            ("/coded", |token| token.permissions(["articles:read"]), 403),
        ],
    )
    .await;
}

/// Whoever runs the place.
#[policy(roles = role::ADMIN)]
struct Admin;

#[tokio::test]
async fn an_is_admin_extractor_and_a_layer_for_a_role() {
    // axum-login.
    async fn extractor(_: Guard<Admin>) {}
    async fn optional(admin: Result<Guard<Admin>, oauth2_guard::Rejection>) -> &'static str {
        if admin.is_ok() { "admin" } else { "somebody" }
    }
    async fn plain() {}

    let world = World::new().await;
    let admins =
        Router::new().route("/layer", get(plain)).layer(from_extractor_with_state::<Guard<Admin>, ()>(()));
    let app =
        Router::new().route("/extractor", get(extractor)).route("/optional", get(optional)).merge(admins);
    let api = world.serve(app).await;
    for path in ["/extractor", "/layer"] {
        assert_eq!(api.status(path, world.token().roles(["admin"])).await, 200, "{path}");
        assert_eq!(api.status(path, world.token().roles(["administrator"])).await, 403, "{path}");
    }
    assert_eq!(api.get_path("/optional", world.token().build()).await.body, "somebody");
    assert_eq!(api.get_path("/optional", world.token().roles(["admin"]).build()).await.body, "admin");
}

#[tokio::test]
async fn arguments_and_return_type_stay_as_they_are_written() {
    // apistos: a macro that changes the return type breaks whatever reads it.
    #[requires(scopes = "write", any(roles = "admin", owner(user)))]
    async fn handler<T>(user: Path<String>, mut counts: Json<Vec<T>>) -> Result<Json<usize>, StatusCode>
    where
        T: for<'de> Deserialize<'de> + Send + 'static,
    {
        counts.0.pop().ok_or(StatusCode::UNPROCESSABLE_ENTITY)?;
        Ok(Json(counts.len() + user.len()))
    }
    #[requires(roles = "admin")]
    async fn opaque() -> impl IntoResponse + use<> {
        [("x-kind", "opaque")]
    }

    let answer: Result<Json<usize>, StatusCode> =
        handler(granted(), owned(Path("alice".to_owned())), Json(vec![1, 2, 3])).await;
    assert_eq!(answer.map(|Json(count)| count), Ok(7));
    let answer = handler::<u8>(granted(), owned(Path(String::new())), Json(Vec::new())).await;
    assert_eq!(answer.map(|Json(count)| count), Err(StatusCode::UNPROCESSABLE_ENTITY));

    let world = World::new().await;
    let api = world.serve(Router::new().route("/{user}", post(handler::<u32>)).route("/", get(opaque))).await;
    let send = async |token: TokenBuilder| {
        let mut headers = bearer(&token.build());
        headers.insert("content-type", "application/json".parse().unwrap());
        let answer = api.send(Method::POST, "/alice", headers, "[1,2,3]").await;
        (answer.status, answer.body)
    };
    assert_eq!(send(world.token().scopes("write")).await, (200, "7".to_owned()));
    assert_eq!(send(world.token().scopes("write").subject("bob")).await.0, 403);
    assert_eq!(send(world.token()).await.0, 403);
    let (status, headers, _) = api.whole("/", world.token().roles(["admin"])).await;
    assert!(status == 200 && headers.contains(&r#"x-kind: "opaque""#.to_owned()));
    assert_eq!(api.status("/", world.token()).await, 403);
}

#[tokio::test]
async fn wildcards_are_a_check_and_never_happen_by_themselves() {
    // protect-endpoints, authx: `admin:*`.
    #[requires(permissions = "articles:*")]
    async fn literal() {}
    #[check]
    async fn has_any_of_articles(claims: OAuth2Claims) -> bool {
        claims.grants().permissions().any(|name| name.starts_with("articles:"))
    }
    #[requires(check = has_any_of_articles)]
    async fn prefix() {}

    let world = World::new().await;
    let api = world.serve(Router::new().route("/literal", get(literal)).route("/prefix", get(prefix))).await;
    assert_cases(
        &world,
        &api,
        &[
            ("/literal", |token| token.permissions(["articles:*"]), 200),
            ("/literal", |token| token.permissions(["articles:read"]), 403),
            ("/literal", |token| token.permissions(["*"]), 403),
            ("/prefix", |token| token.permissions(["articles:read"]), 200),
            ("/prefix", |token| token.permissions(["article"]), 403),
        ],
    )
    .await;
}

#[tokio::test]
async fn claims_tell_whom_the_rule_is_about() {
    // express `claimEquals` and `claimIncludes`, which answer 401 there; Kong and Keycloak's nested claims; a tenant of the path.
    #[requires(claim("/org/plan") == "pro", not(claim("/org/frozen") == true))]
    async fn plan() {}
    #[requires(claim("tenant") == path("tenant"), any(roles = "member", claim("level") == 9))]
    async fn tenant() {}

    let world = World::new().await;
    let api = world.serve(Router::new().route("/plan", get(plan)).route("/t/{tenant}/x", get(tenant))).await;
    assert_cases(
        &world,
        &api,
        &[
            ("/plan", |token| token.claim("org", json!({"plan": "pro"})), 200),
            ("/plan", |token| token.claim("org", json!({"plan": "pro", "frozen": false})), 200),
            ("/plan", |token| token.claim("org", json!({"plan": "pro", "frozen": true})), 403),
            ("/plan", |token| token.claim("org", json!({"plan": "pro", "frozen": "no"})), 403),
            ("/plan", |token| token.claim("org", json!({"plan": "free"})), 403),
            ("/plan", |token| token, 403),
            ("/t/acme/x", |token| token.claim("tenant", "acme").roles(["member"]), 200),
            ("/t/acme/x", |token| token.claim("tenant", "acme").claim("level", 9), 200),
            ("/t/acme/x", |token| token.claim("tenant", "globex").roles(["member"]), 403),
            ("/t/acme/x", |token| token.claim("tenant", "acme"), 403),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_relationship_service_is_asked_where_the_token_does_not_say() {
    // OpenFGA and its like: tuples of user, relation and object, with state and an error of its own.
    #[derive(Clone)]
    struct Relations(&'static [(&'static str, &'static str, &'static str)]);

    #[derive(Clone)]
    struct App {
        relations: Relations,
    }
    impl FromRef<App> for Relations {
        fn from_ref(app: &App) -> Self {
            app.relations.clone()
        }
    }
    #[check]
    async fn may_view(
        Claims(me): Claims,
        Path(document): Path<String>,
        State(Relations(tuples)): State<Relations>,
    ) -> Result<bool, StatusCode> {
        let user = me.sub.ok_or(StatusCode::FORBIDDEN)?;
        if document == "broken" {
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        }
        Ok(tuples.contains(&(user.as_str(), "viewer", document.as_str())))
    }
    #[requires(scopes = "documents", any(roles = "auditor", check = may_view))]
    async fn view(Path(document): Path<String>) -> String {
        document
    }
    let app = App { relations: Relations(&[("alice", "viewer", "plan")]) };
    let world = World::new().await;
    let api = world.serve(Router::new().route("/{document}", get(view)).with_state(app)).await;
    assert_cases(
        &world,
        &api,
        &[
            ("/plan", |token| token.scopes("documents"), 200),
            ("/plan", |token| token.scopes("documents").subject("bob"), 403),
            ("/other", |token| token.scopes("documents"), 403),
            ("/other", |token| token.scopes("documents").roles(["auditor"]), 200),
            ("/plan", |token| token, 403),
            ("/broken", |token| token.scopes("documents"), 503),
            ("/broken", |token| token.scopes("documents").roles(["auditor"]), 200),
        ],
    )
    .await;
}

#[tokio::test]
async fn who_is_not_logged_in_is_somebody_on_public_pages_and_nobody_to_a_rule() {
    // jwt-authorizer; axum_jwt_ware: no header was let through.
    #[public]
    async fn page(claims: Option<OAuth2Claims>) -> String {
        claims.and_then(|claims| claims.subject().map(str::to_owned)).unwrap_or_default()
    }
    #[requires(not(roles = "guest"))]
    async fn members() {}

    let world = World::new().await;
    let app = Router::new().route("/page", get(page)).route("/members", get(members));
    let api = Api::serve(app.layer(world.server().await.layer().allow_anonymous())).await;
    let nobody = async |path: &str| api.send(Method::GET, path, Default::default(), "").await;
    assert_eq!((nobody("/page").await.status, nobody("/page").await.body.as_str()), (200, ""));
    assert_eq!(api.get_path("/page", world.token().build()).await.body, "alice");
    assert_eq!(nobody("/members").await.status, 401);
    assert_eq!(api.status("/members", world.token()).await, 200);
    assert_eq!(api.status("/members", world.token().roles(["guest"])).await, 403);
}

#[tokio::test]
async fn methods_of_a_type_take_a_policy() {
    // Where there is no room for an attribute.
    #[policy(owner(document))]
    struct Own;
    struct Documents;
    impl Documents {
        async fn read(Owned(document, ..): Owned<Document, Own>) -> String {
            document.department
        }
        async fn list(_: Guard<Admin>) -> &'static str {
            "all"
        }
    }
    let world = World::new().await;
    let app = Router::new().route("/{id}", get(Documents::read)).route("/", get(Documents::list));
    let api = world.serve(app.with_state(library())).await;
    assert_cases(
        &world,
        &api,
        &[
            ("/0", |token| token, 200),
            ("/1", |token| token, 403),
            ("/", |token| token.roles(["admin"]), 200),
            ("/", |token| token, 403),
        ],
    )
    .await;
}
