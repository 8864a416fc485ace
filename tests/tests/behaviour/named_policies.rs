//! A rule with a name: wherever it stands, it is the same rule.

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use oauth2_guard::policy::{Denial, Rule};
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard::{Guard, OAuth2Claims, Policy, policy, requires};
use oauth2_guard_tests::World;
use oauth2_guard_tests::policies::{Editor, ServedCustomer, Shop, is_open};

mod staff {
    use oauth2_guard::policy;

    /** Whoever
     * is paid.
     *
     * Volunteers are not. */
    #[policy(roles = any("clerk", "manager"))]
    pub(super) struct Paid;

    pub(super) mod night {
        use super::Paid;
        use oauth2_guard::policy;

        /// Whoever is paid, and comes at night.
        #[policy(Paid, claim("shift") == "night")]
        pub(in super::super) struct Watch;
    }
}

mod elsewhere {
    use oauth2_guard::policy;
    pub(super) use oauth2_guard_tests::policies::{Editor as Catalogue, is_open as shop_is_open};

    /// Another one of that name.
    #[policy(scopes = "read")]
    pub(super) struct Editor;
}

#[policy]
struct Anybody;

#[policy(scopes = "read")]
#[policy(roles = "clerk", not(permissions = "blocked"))]
struct Stacked;

#[policy(any(Editor, staff::night::Watch), not(Suspended))]
struct Nested;

#[policy(roles = "suspended")]
struct Suspended;

/// What the token differs in.
type Change = fn(TokenBuilder) -> TokenBuilder;

fn same(token: TokenBuilder) -> TokenBuilder {
    token
}

#[tokio::test]
async fn a_policy_is_a_requirement_and_a_guard() {
    #[requires(Editor)]
    async fn alone() {}
    #[requires(elsewhere::Catalogue)]
    async fn by_path() {}
    async fn by_hand(_: Guard<Editor>) {}
    async fn in_code(_: Guard<Coded>) {}
    struct Coded;
    impl Policy for Coded {
        type Checks = <Editor as Policy>::Checks;
        const RULE: Rule = Rule::All(&[Rule::Authenticated, Editor::RULE]);
    }

    let app = Router::new()
        .route("/alone", get(alone))
        .route("/by_path", get(by_path))
        .route("/by_hand", get(by_hand))
        .route("/in_code", get(in_code));
    let world = World::new().await;
    let api = world.serve(app).await;
    for path in ["/alone", "/by_path", "/by_hand", "/in_code"] {
        for role in ["editor", "admin"] {
            assert_eq!(
                api.status(path, world.token().scopes("catalogue").roles([role])).await,
                200,
                "{path}"
            );
        }
        assert_eq!(
            api.status(path, world.token().scopes("catalogue").roles(["Editor"])).await,
            403,
            "{path}"
        );
        assert_eq!(api.status(path, world.token().roles(["editor"])).await, 403, "{path}");
        assert_eq!(api.send(reqwest::Method::GET, path, Default::default(), "").await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn a_policy_stands_in_combinations_like_any_other_requirement() {
    #[requires(any(Editor, roles = "owner"))]
    async fn either() {}
    #[requires(Editor, claim("tier") == "gold")]
    async fn both() {}
    #[requires(not(Suspended))]
    async fn negated() {}
    #[requires(all(any(Suspended, Editor), not(all(Suspended, Editor))))]
    async fn exactly_one() {}
    #[requires(Editor)]
    #[requires(not(Suspended))]
    async fn stacked() {}
    #[requires(Nested)]
    async fn nested() {}
    #[requires(Stacked)]
    async fn of_two() {}
    #[requires(Anybody)]
    async fn anybody() {}

    fn editor(token: TokenBuilder) -> TokenBuilder {
        token.scopes("catalogue").roles(["editor"])
    }
    fn suspended_editor(token: TokenBuilder) -> TokenBuilder {
        token.scopes("catalogue").roles(["editor", "suspended"])
    }
    fn watch(token: TokenBuilder) -> TokenBuilder {
        token.roles(["clerk"]).claim("shift", "night")
    }
    let cases: &[(&str, Change, bool)] = &[
        ("/either", editor, true),
        ("/either", |token| token.roles(["owner"]), true),
        ("/either", |token| token.roles(["editor"]), false),
        ("/both", |token| editor(token).claim("tier", "gold"), true),
        ("/both", editor, false),
        ("/both", |token| token.claim("tier", "gold"), false),
        ("/negated", same, true),
        ("/negated", |token| token.roles(["suspended"]), false),
        // What the policy cannot read, its negation cannot either.
        ("/negated", |token| token.claim("roles", 5), false),
        ("/exactly_one", editor, true),
        ("/exactly_one", |token| token.roles(["suspended"]), true),
        ("/exactly_one", suspended_editor, false),
        ("/exactly_one", same, false),
        ("/stacked", editor, true),
        ("/stacked", suspended_editor, false),
        ("/nested", editor, true),
        ("/nested", watch, true),
        ("/nested", |token| token.roles(["clerk"]), false),
        ("/nested", |token| token.claim("shift", "night"), false),
        ("/nested", |token| watch(token).roles(["clerk", "suspended"]), false),
        ("/of_two", |token| token.scopes("read").roles(["clerk"]), true),
        ("/of_two", |token| token.scopes("read"), false),
        ("/of_two", |token| token.scopes("read").roles(["clerk"]).permissions(["blocked"]), false),
        ("/anybody", same, true),
        ("/anybody", TokenBuilder::expired, false),
    ];
    let app = Router::new()
        .route("/either", get(either))
        .route("/both", get(both))
        .route("/negated", get(negated))
        .route("/exactly_one", get(exactly_one))
        .route("/stacked", get(stacked))
        .route("/nested", get(nested))
        .route("/of_two", get(of_two))
        .route("/anybody", get(anybody));
    let world = World::new().await;
    let api = world.serve(app).await;
    for (index, (path, change, gets_in)) in cases.iter().enumerate() {
        let status = api.status(path, change(world.token())).await;
        assert_eq!(status == 200, *gets_in, "case {index}: {path} {status}");
    }
}

#[tokio::test]
async fn a_policy_of_another_crate_brings_its_checks_along_private_ones_too() {
    #[requires(ServedCustomer)]
    async fn buy() {}
    async fn by_hand(_: Guard<ServedCustomer>) {}
    #[requires(any(ServedCustomer, roles = "clerk"))]
    async fn enter() {}
    #[requires(check = is_open)]
    async fn look() {}
    #[requires(check = elsewhere::shop_is_open, roles = "customer")]
    async fn try_on() {}

    /// What the routers of these tests have: the check takes what it needs out of it.
    #[derive(Clone)]
    struct Mall {
        shop: Shop,
    }
    impl FromRef<Mall> for Shop {
        fn from_ref(mall: &Mall) -> Self {
            mall.shop
        }
    }

    let world = World::new().await;
    for is_open in [true, false] {
        let shop = Shop { is_open };
        let whole = Router::new()
            .route("/buy", get(buy))
            .route("/by_hand", get(by_hand))
            .route("/enter", get(enter))
            .with_state(Mall { shop });
        let app = Router::new().route("/look", get(look)).route("/try_on", get(try_on)).with_state(shop);
        let api = world.serve(app.merge(whole)).await;
        let expected = if is_open { 200 } else { 403 };
        let customer = world.token().roles(["customer"]);
        for path in ["/buy", "/by_hand", "/enter", "/look", "/try_on"] {
            assert_eq!(api.status(path, customer.clone()).await, expected, "{path} {is_open}");
        }
        assert_eq!(api.status("/look", world.token()).await, expected);
        assert_eq!(api.status("/enter", world.token().roles(["clerk"])).await, 200);
        for path in ["/buy", "/by_hand", "/enter", "/try_on"] {
            assert_eq!(api.status(path, world.token()).await, 403, "{path} {is_open}");
        }
    }
}

#[test]
fn a_policy_keeps_its_name_and_the_first_paragraph_of_its_documentation() {
    fn description<P: Policy>() -> (&'static str, &'static str, String) {
        let Rule::Named(named) = P::RULE else { panic!("a policy has a name") };
        (named.name(), named.doc(), named.rule().to_string())
    }
    let rule = r#"scopes = "catalogue", roles = any("editor", "admin")"#.to_owned();
    assert_eq!(description::<Editor>(), ("Editor", "Whoever may change what customers see.", rule));
    let rule = r#"roles = any("clerk", "manager")"#.to_owned();
    assert_eq!(description::<staff::Paid>(), ("Paid", "Whoever is paid.", rule));
    let rule = r#"Paid, claim("shift") == "night""#.to_owned();
    assert_eq!(description::<staff::night::Watch>(), ("Watch", "Whoever is paid, and comes at night.", rule));
    assert_eq!(description::<Anybody>(), ("Anybody", "", "any valid token".to_owned()));
    let rule = r#"scopes = "read", roles = "clerk", not(permissions = "blocked")"#.to_owned();
    assert_eq!(description::<Stacked>(), ("Stacked", "", rule));
    let rule = "any(Editor, Watch), not(Suspended)".to_owned();
    assert_eq!(description::<Nested>(), ("Nested", "", rule));
}

#[test]
fn policies_of_one_name_are_not_one_policy() {
    assert_eq!(Editor::RULE.to_string(), elsewhere::Editor::RULE.to_string());
    assert_ne!(Editor::RULE, elsewhere::Editor::RULE);
}

#[tokio::test]
async fn two_policies_of_one_name_stand_side_by_side() {
    #[requires(Editor, elsewhere::Editor)]
    async fn both() {}

    let world = World::new().await;
    let api = world.serve(Router::new().route("/", get(both))).await;
    let editor = |scopes| world.token().scopes(scopes).roles(["editor"]);
    assert_eq!(api.status("/", editor("catalogue read")).await, 200);
    assert_eq!(api.status("/", editor("catalogue")).await, 403);
    assert_eq!(api.status("/", editor("read")).await, 403);
}

#[tokio::test]
async fn a_verbose_answer_has_the_name_and_the_parts_that_do_not_hold() {
    #[requires(Nested)]
    async fn nested() {}
    #[requires(Editor)]
    async fn alone() {}

    let world = World::new().await;
    let app = || Router::new().route("/nested", get(nested)).route("/alone", get(alone));
    let api = world.serve_with(app(), |builder| builder.verbose()).await;
    let body = |path, token: TokenBuilder| {
        let api = api.clone();
        async move { api.get_path(path, token.build()).await.body }
    };
    let alone = body("/alone", world.token().roles(["editor"])).await;
    assert!(alone.contains(r#"required: Editor; not met: scopes = \"catalogue\""#), "{alone}");
    let nested = body("/nested", world.token()).await;
    assert!(nested.contains("required: Nested; not met: any(Editor, Watch)"), "{nested}");
    let suspended = world.token().scopes("catalogue").roles(["editor", "suspended"]);
    let nested = body("/nested", suspended).await;
    assert!(nested.contains("required: Nested; not met: not(Suspended)"), "{nested}");

    let terse = world.serve(app()).await;
    for path in ["/alone", "/nested"] {
        let body = terse.get_path(path, world.token().build()).await.body;
        assert!(!["Editor", "Nested", "Watch", "catalogue"].iter().any(|word| body.contains(word)), "{body}");
    }
}

#[tokio::test]
async fn a_handler_asks_the_same_policy_of_the_claims() {
    async fn handler(claims: OAuth2Claims) -> String {
        let of =
            |denial: Result<(), Denial>| denial.map_or_else(|denial| denial.to_string(), |()| "yes".into());
        format!("{} | {}", of(claims.satisfies::<Editor>()), of(claims.satisfies::<ServedCustomer>()))
    }
    let world = World::new().await;
    let api = world.serve(Router::new().route("/", get(handler))).await;
    let editor = world.token().scopes("catalogue").roles(["editor", "customer"]);
    // There is nobody to ask a check.
    assert_eq!(api.get(editor.build()).await.body, "yes | not met: not(check = is_closed)");
    let body = api.get(world.token().roles(["admin"]).build()).await.body;
    assert_eq!(
        body,
        r#"not met: scopes = "catalogue" | not met: roles = "customer" and not(check = is_closed)"#
    );
}
