//! The map has what the router serves, whole and in order, in every format.

use axum::extract::Path;
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::routing;
use oauth2_guard::policy::Rule;
use oauth2_guard::{AccessMap, GuardedRouter, Owned, Policy, Role, check, guarded, policy, public, requires};
use oauth2_guard_tests::World;
use serde_json::{Value, json};
use tower::layer::util::Identity;

use crate::{Admin, anybody_with_a_token, health, read, write};

#[check]
async fn is_open() -> bool {
    true
}

/// Whoever may see | what <others> sell.
///
/// Not in the map.
#[policy(any(Admin, scopes = all("figures", "read")), not(scopes = "guest"))]
struct Figures;

#[requires(Figures, check = is_open)]
async fn figures() {}

#[requires(owner(name, hide))]
async fn own(name: Path<String>) -> String {
    name.0
}

#[public]
async fn not_found() -> StatusCode {
    StatusCode::NOT_FOUND
}

fn routes() -> GuardedRouter {
    let items = GuardedRouter::new()
        .route("/", guarded::get(read).head(anybody_with_a_token).post(write))
        .route("/{id}", guarded::any(anybody_with_a_token).put(write).delete(write))
        .fallback(not_found);
    let admin = GuardedRouter::new()
        .require::<Admin>()
        .nest(
            "/figures/",
            GuardedRouter::new().route("/", guarded::get(figures)).route("/{year}", guarded::get(figures)),
        )
        .route("/health", guarded::get(health))
        .route_unguarded("/page", routing::get(async || "page"));
    GuardedRouter::new()
        .merge(GuardedRouter::new().route("/zoo", guarded::trace(anybody_with_a_token)))
        .nest("/items/{kind}", items)
        .nest("/admin", admin)
        .nest_unguarded("/files", routing::get(async || "file"))
        .route_unguarded("/page", routing::get(async || "page"))
        .route("/users/{name}", guarded::get(own))
        .route("/health", guarded::get(health))
}

#[test]
fn it_is_whole_and_in_order() {
    assert_eq!(
        routes().access_map().to_string(),
        r#"GET, HEAD  /admin/figures/        Admin, Figures, check = is_open
GET, HEAD  /admin/figures/{year}  Admin, Figures, check = is_open
GET, HEAD  /admin/health          Admin
any        /admin/page            Admin
any        /files/*               NOT GUARDED
GET, HEAD  /health                public
GET        /items/{kind}          scopes = "read"
HEAD       /items/{kind}          any valid token
POST       /items/{kind}          scopes = "write"
any        /items/{kind}/*        public
PUT        /items/{kind}/{id}     scopes = "write"
DELETE     /items/{kind}/{id}     scopes = "write"
any        /items/{kind}/{id}     any valid token
any        /page                  NOT GUARDED
GET, HEAD  /users/{name}          owner(name, hide)
TRACE      /zoo                   any valid token

Admin is roles = "admin"  // Whoever runs the shop.
Figures is any(Admin, scopes = all("figures", "read")), not(scopes = "guest")  // Whoever may see | what <others> sell.
"#
    );
}

#[test]
fn it_does_not_depend_on_the_order_in_which_routes_are_added() {
    let one =
        GuardedRouter::<()>::new().route("/b", guarded::get(read)).route("/a", guarded::put(write).get(read));
    let other = GuardedRouter::<()>::new()
        .route("/a", guarded::get(read))
        .merge(GuardedRouter::new().route("/a", guarded::put(write)))
        .route("/b", guarded::get(read));
    assert_eq!(one.access_map().to_string(), other.access_map().to_string());
}

#[test]
fn a_row_says_what_is_asked_and_where_that_is_written() {
    let (line, path) = (line!(), guarded::get(figures));
    let routes: GuardedRouter = GuardedRouter::new().route("/figures", path).require::<Admin>();
    let map = routes.access_map();
    let [row] = map.rows() else { panic!("one row") };
    assert_eq!(
        (row.path(), row.methods(), row.method().map(|method| method.as_str())),
        ("/figures", "GET, HEAD", Some("GET"))
    );
    assert_eq!(
        row.rules().iter().map(|rule| rule.to_string()).collect::<Vec<_>>(),
        ["Admin", "Figures, check = is_open"]
    );
    assert_eq!(row.handler(), "access::map::figures");
    assert_eq!((row.file(), row.line()), (file!(), line));
    assert_eq!(row.scopes(), ["figures", "read"]);
    let policies = row.policies();
    assert_eq!(
        policies.iter().map(|policy| (policy.name(), policy.doc())).collect::<Vec<_>>(),
        [("Admin", "Whoever runs the shop."), ("Figures", "Whoever may see | what <others> sell."),]
    );
    assert!(row.is_route() && row.serves_head() && !row.is_open() && !row.is_public() && !row.is_unguarded());
    assert!(matches!(Admin::RULE, Rule::Named(_)));
}

#[test]
fn with_handlers_it_names_them_also_within_layers() {
    async fn by_hand(_: Owned<Path<String>, Own>) {}
    #[policy(owner(name))]
    struct Own;

    let routes: GuardedRouter = GuardedRouter::new()
        .route("/layer/{name}", guarded::get(by_hand.layer::<Identity>(Identity::new())))
        .route("/read", guarded::get(read))
        .route_unguarded("/page", routing::get(async || "page"));
    let text = format!("{:#}", routes.access_map());
    for (path, handler) in [("/layer/{name}", "by_hand"), ("/read", "read"), ("/page", "")] {
        let row = text.lines().find(|line| line.contains(path)).unwrap();
        let (_, after) = row.split_once(path).unwrap();
        let cells: Vec<_> = after.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        assert!(cells.last().unwrap().starts_with(&format!("{}:", file!())), "{row}");
        assert_eq!(cells.len() == 3, !handler.is_empty(), "{row}");
        assert!(handler.is_empty() || cells[1] == handler, "{row}");
    }
}

#[test]
fn json_has_everything() {
    let map = serde_json::to_value(routes().access_map()).unwrap();
    let rows = map["routes"].as_array().unwrap();
    assert_eq!(rows.len(), 16);
    let of = |path: &str, method: Value| {
        rows.iter()
            .find(|row| row["path"] == path && row["method"] == method)
            .unwrap_or_else(|| panic!("{path}"))
    };
    let row = of("/admin/figures/{year}", json!("GET"));
    assert_eq!(row["rule"], "Admin, Figures, check = is_open");
    assert_eq!(row["scopes"], json!(["figures", "read"]));
    assert_eq!(row["policies"], json!(["Admin", "Figures"]));
    assert_eq!(
        (&row["access"], &row["kind"], &row["serves_head"]),
        (&json!("guarded"), &json!("route"), &json!(true))
    );
    assert_eq!(row["handler"], "access::map::figures");
    assert_eq!(row["file"], file!());
    assert!(row["line"].is_u64());
    for (path, method, access, kind) in [
        ("/health", json!("GET"), "public", "route"),
        ("/files/*", Value::Null, "unguarded", "nested"),
        ("/items/{kind}/*", Value::Null, "public", "fallback"),
        ("/page", Value::Null, "unguarded", "route"),
        ("/admin/page", Value::Null, "guarded", "route"),
    ] {
        let row = of(path, method);
        assert_eq!((&row["access"], &row["kind"]), (&json!(access), &json!(kind)), "{path}");
        assert_eq!(row["rule"].is_null(), access != "guarded", "{path}");
    }
    assert_eq!(
        map["policies"][0],
        json!({ "name": "Admin", "rule": "roles = \"admin\"", "doc": "Whoever runs the shop." })
    );
    assert_eq!(map["roles"], json!([]));
}

#[test]
fn markdown_and_html_take_whatever_is_in_a_rule() {
    #[requires(roles = any("a|b", "<script>", "`", "\"quoted\" & co"))]
    async fn odd() {}

    let map = GuardedRouter::<()>::new()
        .route("/odd", guarded::get(odd))
        .route("/figures", guarded::get(figures))
        .route("/health", guarded::get(health))
        .route_unguarded("/page", routing::get(async || ""))
        .access_map();
    let markdown = map.to_markdown();
    assert!(
        markdown.contains(
            r#"| GET, HEAD | `/odd` | ``roles = any("a\|b", "<script>", "`", "\"quoted\" & co")`` |"#
        ),
        "{markdown}"
    );
    assert!(markdown.contains("| GET, HEAD | `/health` | **public** |\n"), "{markdown}");
    assert!(markdown.contains("| any | `/page` | **NOT GUARDED** |\n"), "{markdown}");
    assert!(markdown.contains("- `Admin` is `roles = \"admin\"`: Whoever runs the shop.\n"), "{markdown}");
    assert!(markdown.contains(": Whoever may see \\| what &lt;others> sell."), "{markdown}");
    for line in markdown.lines().filter(|line| line.starts_with('|')) {
        assert_eq!(line.replace("\\|", "").matches('|').count(), 4, "{line}");
    }

    let html = map.to_html();
    assert!(html.contains("any(&quot;a|b&quot;, &quot;&lt;script&gt;&quot;, &quot;`&quot;, &quot;\\&quot;quoted\\&quot; &amp; co&quot;)"), "{html}");
    assert!(html.contains("Whoever may see | what &lt;others&gt; sell."), "{html}");
    assert!(
        html.contains("<span class=\"public\">public</span>")
            && html.contains("<span class=\"unguarded\">NOT GUARDED</span>")
    );
    assert!(!html.contains("<script") && !html.contains("http") && !html.contains("src="), "{html}");
    // Every element that is opened is closed, within its parent.
    let mut open = Vec::new();
    for tag in html.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
        let name = tag.split([' ', '>']).next().unwrap();
        match name.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed), "{tag}"),
            None if ["!DOCTYPE", "meta"].contains(&name) => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn two_policies_of_one_name_are_told_apart() {
    mod other {
        #[oauth2_guard::policy(scopes = "admin")]
        pub(super) struct Admin;
    }
    #[requires(other::Admin)]
    async fn by_scope() {}
    #[requires(Admin)]
    async fn by_role() {}

    let map = GuardedRouter::<()>::new().route("/a", guarded::get(by_scope).put(by_role)).access_map();
    assert_eq!(
        map.to_string(),
        r#"GET, HEAD  /a  Admin; Admin is scopes = "admin"
PUT        /a  Admin; Admin is roles = "admin"

Admin is roles = "admin"  // Whoever runs the shop.
Admin is scopes = "admin"
"#
    );
}

#[tokio::test]
async fn behind_a_server_it_has_what_that_asks_and_knows() {
    #[policy(scopes = "openid")]
    struct OpenId;

    let world = World::new().await;
    let server = world
        .server_with(
            |builder| {
                builder
                    .role(
                        Role::new("admin")
                            .implies("editor")
                            .permits("orders:delete")
                            .permits("orders:refund"),
                    )
                    .role(Role::new("editor").permits("orders:edit"))
            },
            |provider| provider,
        )
        .await;
    let routes = || {
        GuardedRouter::new()
            .route("/read", guarded::get(read).put(anybody_with_a_token))
            .route("/health", guarded::get(health))
    };
    let map = routes().protect(server.layer().require::<OpenId>()).access_map().to_string();
    assert_eq!(
        map,
        r#"GET, HEAD  /health  public
GET, HEAD  /read    OpenId, scopes = "read"
PUT        /read    OpenId

OpenId is scopes = "openid"

role "admin": implies "editor"; permits "orders:delete", "orders:refund"
role "editor": permits "orders:edit"
"#
    );
    let app = routes().protect(&server);
    assert_eq!(app.access_map().rows().len(), 3);
    assert_eq!(app.access_map().roles().len(), 2);
}

#[test]
fn scopes_are_known_and_so_is_which_of_them_nothing_asks_for() {
    let map = routes().access_map();
    assert_eq!(map.scopes(), ["figures", "read", "write"]);
    assert_eq!(map.unused_scopes(&["write", "delete", "guest", "figures", "export"]), ["delete", "export"]);
    let open: Vec<_> = map.routes_open_to_anyone().map(|row| row.path()).collect();
    assert_eq!(open, ["/files/*", "/health", "/items/{kind}/*", "/page"]);
    assert!(AccessMap::default().rows().is_empty());
    assert_eq!(AccessMap::default().to_string(), "");
}
