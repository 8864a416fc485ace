//! Where an object with an owner comes from, and how a handler takes it.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Extension, Router};
use oauth2_guard::policy::Rule;
use oauth2_guard::testing::{granted, owned};
use oauth2_guard::{Claims, HasOwner, Owned, Policy, loader, policy, requires};
use oauth2_guard_tests::{Api, World, bearer};
use reqwest::Method;
use serde::Deserialize;
use uuid::Uuid;

/// Owned by whom it is named after.
#[derive(Clone, Debug, HasOwner, PartialEq)]
struct Article {
    #[owner]
    author: String,
}

#[derive(Deserialize)]
struct ByAuthor {
    author: String,
}

#[loader]
async fn article(Path(ByAuthor { author }): Path<ByAuthor>) -> Option<Article> {
    (author != "nobody").then_some(Article { author })
}

#[derive(HasOwner)]
struct Folder {
    #[owner]
    keeper: String,
}

#[derive(Deserialize)]
struct ByKeeper {
    keeper: String,
}

#[loader]
async fn folder(Path(ByKeeper { keeper }): Path<ByKeeper>) -> Folder {
    Folder { keeper }
}

#[derive(Deserialize, HasOwner)]
struct Member {
    team: u32,
    #[owner]
    user: String,
}

async fn get_as(api: &Api, world: &World, path: &str, subject: &str) -> (u16, String) {
    let answer = api.get_path(path, world.token().subject(subject).build()).await;
    (answer.status, answer.body)
}

#[tokio::test]
async fn the_owner_is_in_the_path() {
    #[requires(owner(user))]
    async fn text(Path(user): Path<String>) -> String {
        user
    }
    #[requires(owner(user))]
    async fn number(user: Path<u64>) -> String {
        user.to_string()
    }
    #[requires(owner(user))]
    async fn uuid(Path(user): Path<Uuid>) -> String {
        user.to_string()
    }
    #[requires(owner(member))]
    async fn member(Path(member): Path<Member>) -> String {
        format!("{} of {}", member.user, member.team)
    }

    let world = World::new().await;
    let app = Router::new()
        .route("/text/{user}", get(text))
        .route("/number/{user}", get(number))
        .route("/uuid/{user}", get(uuid))
        .route("/teams/{team}/members/{user}", get(member));
    let api = world.serve(app).await;
    const ID: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";
    for (path, owner, body) in [
        ("/text/alice", "alice", "alice"),
        // Decoded once, as the handler sees it.
        ("/text/%61lice", "alice", "alice"),
        ("/text/a%2Fb", "a/b", "a/b"),
        ("/text/%2561", "%61", "%61"),
        ("/text/gr%C3%BC%C3%9Fe", "grüße", "grüße"),
        ("/number/7", "7", "7"),
        ("/uuid/67e55044-10b1-426f-9247-bb680e5fe0c8", ID, ID),
        ("/uuid/67E55044-10B1-426F-9247-BB680E5FE0C8", ID, ID),
        ("/teams/3/members/alice", "alice", "alice of 3"),
    ] {
        assert_eq!(get_as(&api, &world, path, owner).await, (200, body.to_owned()), "{path}");
    }
    for (path, other) in [
        ("/text/alice", "bob"),
        ("/text/Alice", "alice"),
        ("/text/alice%00", "alice"),
        ("/text/%2561lice", "alice"),
        ("/text/alice%2F..%2Fbob", "bob"),
        ("/text/alice%20", "alice"),
        ("/number/7", "07"),
        ("/number/07", "07"),
        ("/uuid/67e55044-10b1-426f-9247-bb680e5fe0c8", "67E55044-10B1-426F-9247-BB680E5FE0C8"),
        ("/teams/3/members/alice", "bob"),
        ("/teams/3/members/alice", "3"),
    ] {
        assert_eq!(get_as(&api, &world, path, other).await.0, 403, "{path} {other}");
    }
    // What the extractor itself refuses is its answer.
    for path in ["/number/x", "/uuid/x", "/teams/x/members/alice", "/text/%ff"] {
        assert_eq!(get_as(&api, &world, path, "alice").await.0, 400, "{path}");
    }
}

#[tokio::test]
async fn the_owner_is_in_what_a_middleware_put_there() {
    #[requires(owner(article))]
    async fn present(Extension(article): Extension<Article>) -> String {
        article.author
    }
    #[requires(any(roles = "editor", owner(article)))]
    async fn optional(article: Option<Extension<Article>>) -> String {
        article.map_or_else(|| "none".to_owned(), |Extension(article)| article.author)
    }
    #[requires(owner(article))]
    async fn shared(article: Extension<Arc<Article>>) -> String {
        article.author.clone()
    }

    let world = World::new().await;
    let app = || {
        Router::new()
            .route("/present", get(present))
            .route("/optional", get(optional))
            .route("/shared", get(shared))
    };
    let article = Article { author: "alice".to_owned() };
    let with = app().layer(Extension(article.clone())).layer(Extension(Arc::new(article)));
    let (with, without) = (world.serve(with).await, world.serve(app()).await);
    for path in ["/present", "/optional", "/shared"] {
        assert_eq!(get_as(&with, &world, path, "alice").await, (200, "alice".to_owned()), "{path}");
        assert_eq!(get_as(&with, &world, path, "bob").await.0, 403, "{path}");
    }
    assert_eq!(get_as(&without, &world, "/optional", "alice").await.0, 403);
    assert_eq!(get_as(&without, &world, "/present", "alice").await.0, 500);
    let editor = world.token().subject("bob").roles(["editor"]).build();
    assert_eq!(without.get_path("/optional", &editor).await.body, "none");
    assert_eq!(with.get_path("/optional", &editor).await.body, "alice");
}

#[policy(owner(article))]
struct Own;

#[policy(any(roles = "editor", owner(article)))]
struct OwnOrEditor;

struct Coded;

impl Policy for Coded {
    type Checks = ();
    const RULE: Rule = Rule::Any(&[Rule::role("editor"), Rule::owner("article")]);
}

#[tokio::test]
async fn owner_or_editor_by_the_attribute_by_a_policy_and_in_code() {
    #[requires(any(roles = "editor", owner(article)))]
    async fn attribute(article: Article) -> String {
        article.author
    }
    async fn named(Owned(article, ..): Owned<Article, OwnOrEditor>) -> String {
        article.author
    }
    async fn coded(Owned(article, ..): Owned<Article, Coded, 0>) -> String {
        article.author
    }
    assert_eq!(Coded::RULE.to_string(), r#"any(roles = "editor", owner(article))"#);

    let world = World::new().await;
    let app = Router::new()
        .route("/attribute/{author}", get(attribute))
        .route("/named/{author}", get(named))
        .route("/coded/{author}", get(coded));
    let api = world.serve(app).await;
    for way in ["attribute", "named", "coded"] {
        let path = format!("/{way}/alice");
        assert_eq!(get_as(&api, &world, &path, "alice").await, (200, "alice".to_owned()), "{way}");
        assert_eq!(get_as(&api, &world, &path, "bob").await.0, 403, "{way}");
        let editor = world.token().subject("bob").roles(["editor"]);
        assert_eq!(api.status(&path, editor.clone()).await, 200, "{way}");
        // Nobody's is nobody's, and not there for the editor either.
        assert_eq!(get_as(&api, &world, &format!("/{way}/nobody"), "nobody").await.0, 404, "{way}");
        assert_eq!(api.status(&format!("/{way}/nobody"), editor).await, 404, "{way}");
        let nobody = api.send(Method::GET, &path, Default::default(), "").await;
        assert_eq!(
            (nobody.status, nobody.challenge.as_deref()),
            (401, Some(r#"Bearer realm="api""#)),
            "{way}"
        );
    }
}

#[tokio::test]
async fn without_a_layer_an_object_is_500_and_is_not_loaded() {
    async fn by_hand(_: Owned<Article, Own>) {}
    #[requires(owner(article))]
    async fn attribute(article: Article) {
        drop(article);
    }
    let world = World::new().await;
    let app = Router::new().route("/by_hand/{author}", get(by_hand)).route("/{author}", get(attribute));
    let api = Api::serve(app).await;
    for path in ["/alice", "/by_hand/alice", "/nobody", "/by_hand/nobody"] {
        assert_eq!(api.status(path, world.token()).await, 500, "{path}");
    }
}

#[tokio::test]
async fn the_other_arguments_stand_where_they_stood() {
    #[requires(scopes = "articles", any(roles = "editor", owner(article)))]
    async fn edit(
        Claims(me): Claims,
        Extension(prefix): Extension<&'static str>,
        article: Article,
        Path(author): Path<String>,
        text: String,
    ) -> Result<String, StatusCode> {
        let who = me.sub.ok_or(StatusCode::IM_A_TEAPOT)?;
        Ok(format!("{prefix} {who} {} {author} {text}", article.author))
    }
    let world = World::new().await;
    let api = world.serve(Router::new().route("/{author}", post(edit)).layer(Extension("by"))).await;
    let send = async |token: oauth2_guard::testing::TokenBuilder| {
        let answer = api.send(Method::POST, "/alice", bearer(&token.build()), "text").await;
        (answer.status, answer.body)
    };
    assert_eq!(send(world.token().scopes("articles")).await, (200, "by alice alice alice text".to_owned()));
    let editor = world.token().scopes("articles").subject("bob").roles(["editor"]);
    assert_eq!(send(editor).await, (200, "by bob alice alice text".to_owned()));
    assert_eq!(send(world.token().scopes("articles").subject("bob")).await.0, 403);
    assert_eq!(send(world.token()).await.0, 403);
}

#[tokio::test]
async fn of_two_objects_each_has_its_own_owner() {
    #[requires(owner(article), owner(folder))]
    async fn both(article: Article, folder: Folder) -> String {
        format!("{} {}", article.author, folder.keeper)
    }
    // The order of the rule is not that of the arguments.
    #[requires(any(owner(article), owner(folder, claim = "employee")))]
    async fn either(folder: Folder, article: Article) -> String {
        format!("{} {}", article.author, folder.keeper)
    }
    #[requires(owner(article), not(owner(folder)))]
    async fn foreign_folder(folder: Folder, article: Article) -> String {
        format!("{} {}", article.author, folder.keeper)
    }

    let world = World::new().await;
    let app = Router::new()
        .route("/both/{author}/{keeper}", get(both))
        .route("/either/{author}/{keeper}", get(either))
        .route("/foreign/{author}/{keeper}", get(foreign_folder));
    let api = world.serve(app).await;
    let alice = || world.token();
    let employee = |number: &str| world.token().claim("employee", number);
    for (path, token, gets_in) in [
        ("/both/alice/alice", alice(), true),
        ("/both/alice/bob", alice(), false),
        ("/both/bob/alice", alice(), false),
        ("/both/bob/bob", alice(), false),
        ("/either/alice/9", alice(), true),
        ("/either/bob/9", employee("9"), true),
        ("/either/bob/9", employee("8"), false),
        ("/either/bob/alice", alice(), false),
        ("/either/9/alice", employee("9"), false),
        ("/foreign/alice/bob", alice(), true),
        ("/foreign/alice/alice", alice(), false),
        ("/foreign/bob/bob", alice(), false),
    ] {
        let answer = api.get_path(path, token.build()).await;
        assert_eq!(answer.status == 200, gets_in, "{path} {answer:?}");
        let names = path.splitn(3, '/').nth(2).unwrap().replace('/', " ");
        assert!(!gets_in || answer.body == names, "{path} {answer:?}");
    }
}

#[tokio::test]
async fn one_object_may_be_asked_for_twice_with_two_claims() {
    #[requires(any(owner(article), owner(article, claim = "email")))]
    async fn either(article: Article) -> String {
        article.author
    }
    #[requires(owner(article, claim = "email"), not(owner(article)))]
    async fn by_email_alone(article: Article) -> String {
        article.author
    }
    let world = World::new().await;
    let app =
        Router::new().route("/either/{author}", get(either)).route("/email/{author}", get(by_email_alone));
    let api = world.serve(app).await;
    let token = |subject: &str, email: &str| world.token().subject(subject).claim("email", email);
    for (path, token, expected) in [
        ("/either/a@b.c", token("a@b.c", "x"), 200),
        ("/either/a@b.c", token("x", "a@b.c"), 200),
        ("/either/a@b.c", token("x", "y"), 403),
        ("/email/a@b.c", token("x", "a@b.c"), 200),
        ("/email/a@b.c", token("a@b.c", "a@b.c"), 403),
        ("/email/a@b.c", token("a@b.c", "x"), 403),
    ] {
        assert_eq!(api.status(path, token).await, expected, "{path}");
    }
}

#[tokio::test]
async fn a_handler_with_objects_can_be_called_directly() {
    #[requires(roles = "clerk", any(owner(article), owner(keeper)))]
    async fn handler(Path(number): Path<u32>, article: Article, Folder { keeper }: Folder) -> String {
        format!("{number} {} {keeper}", article.author)
    }
    async fn by_hand(Owned(article, ..): Owned<Article, Own>) -> String {
        article.author
    }
    let (article, folder) = (Article { author: "alice".to_owned() }, Folder { keeper: "bob".to_owned() });
    let called = handler(granted(), Path(7), owned(article.clone()), owned(folder)).await;
    assert_eq!(called, "7 alice bob");
    assert_eq!(by_hand(owned(article)).await, "alice");
}

#[policy(any(roles = "archivist", owner(folder)))]
struct Keeps;

/// The attribute's own object comes after one that is owned by hand.
#[requires(any(roles = "editor", owner(article)))]
async fn file_away(Owned(folder, ..): Owned<Folder, Keeps>, article: Article) -> String {
    format!("{} {}", folder.keeper, article.author)
}

#[tokio::test]
async fn two_policies_of_one_handler_are_decided_apart() {
    let world = World::new().await;
    let app = Router::new().route("/{keeper}/{author}", get(file_away));
    let api = world.serve(app).await;
    for (path, subject, roles, status) in [
        ("/alice/alice", "alice", &[][..], 200),
        // What lets through by the one rule is nothing for the other.
        ("/bob/alice", "alice", &[], 403),
        ("/alice/bob", "alice", &[], 403),
        ("/bob/alice", "alice", &["editor"], 403),
        ("/alice/bob", "alice", &["archivist"], 403),
        ("/bob/alice", "alice", &["archivist"], 200),
        ("/alice/bob", "alice", &["editor"], 200),
        ("/bob/bob", "alice", &["archivist", "editor"], 200),
    ] {
        let token = world.token().subject(subject).roles(roles.iter().copied());
        assert_eq!(api.status(path, token).await, status, "{path} {roles:?}");
    }
}
