//! An API of a hundred routes, each with a rule of its own: the map has them all, and what it says is what happens.

use axum::http::Method;
use axum::routing::MethodFilter;
use oauth2_guard::policy::{Expected, Named, Rule};
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard::{Guard, GuardedRouter, Policy, guarded, policy, public};
use oauth2_guard_tests::bearer;

use crate::{Admin, Stage};

/// The policy of a number.
struct Of<const N: usize>;

async fn handle<const N: usize>(_: Guard<Of<N>>) -> String
where
    Of<N>: Policy,
{
    N.to_string()
}

#[public]
async fn handle_anybody<const N: usize>() -> String {
    N.to_string()
}

/// What was generated of a number.
struct Made {
    number: usize,
    method: Method,
    path: String,
    /// What the map should say.
    access: String,
    /// A token that meets the rule.
    good: fn(TokenBuilder) -> TokenBuilder,
    /// One that lacks something.
    bad: fn(TokenBuilder) -> TokenBuilder,
}

#[policy(scopes = "inner")]
struct Inner;

const METHODS: [Method; 7] =
    [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::TRACE];

/// The groups that routes are in, by number.
const GROUPS: [(&str, &str); 4] =
    [("", ""), ("/admin", "Admin"), ("/{tenant}", ""), ("/admin/inner", "Admin, Inner")];

fn made(
    number: usize,
    access: &str,
    good: fn(TokenBuilder) -> TokenBuilder,
    bad: fn(TokenBuilder) -> TokenBuilder,
) -> Made {
    let (prefix, required) = GROUPS[number % 4];
    let access = match (required, access) {
        ("", access) => access.to_owned(),
        (required, "public" | "any valid token") => required.to_owned(),
        (required, access) => format!("{required}, {access}"),
    };
    let method = METHODS[number % 7].clone();
    Made { number, method, path: format!("{prefix}/{}/{{id}}/{number}", number % 3), access, good, bad }
}

/// A rule of each kind for ten numbers.
macro_rules! numbers {
    ($($kind:ident: $($number:literal)*;)*) => {
        $($(numbers!(@policy $kind $number);)*)*

        fn all() -> Vec<Made> {
            vec![$($(numbers!(@made $kind $number)),*),*]
        }

        /// Each number in the router of its group.
        fn groups() -> [GuardedRouter; 4] {
            let mut groups = [GuardedRouter::new(), GuardedRouter::new(), GuardedRouter::new(), GuardedRouter::new()];
            $($(
                let group = std::mem::take(&mut groups[$number % 4]);
                let path = format!("/{}/{{id}}/{}", $number % 3, $number);
                let filter = MethodFilter::try_from(METHODS[$number % 7].clone()).unwrap();
                groups[$number % 4] = group.route(&path, numbers!(@handler $kind $number filter));
            )*)*
            groups
        }
    };

    (@handler public $number:literal $filter:ident) => { guarded::on($filter, handle_anybody::<$number>) };
    (@handler $kind:ident $number:literal $filter:ident) => { guarded::on($filter, handle::<$number>) };

    (@policy public $number:literal) => {};
    (@policy $kind:ident $number:literal) => {
        impl Policy for Of<$number> {
            type Checks = ();
            const RULE: Rule = numbers!(@rule $kind $number);
        }
    };

    (@rule token $number:literal) => { Rule::Authenticated };
    (@rule scope $number:literal) => { Rule::scope(concat!("s", $number)) };
    (@rule role $number:literal) => { Rule::role(concat!("r", $number)) };
    (@rule permission $number:literal) => { Rule::permission(concat!("p", $number)) };
    (@rule any $number:literal) => {
        Rule::Any(&[Rule::scope(concat!("s", $number)), Rule::role(concat!("r", $number))])
    };
    (@rule all $number:literal) => {
        Rule::All(&[Rule::scope(concat!("s", $number)), Rule::role(concat!("r", $number))])
    };
    (@rule not $number:literal) => {
        Rule::All(&[Rule::scope(concat!("s", $number)), Rule::Not(&Rule::role("guest"))])
    };
    (@rule claim $number:literal) => { Rule::claim("number", Expected::Integer($number)) };
    (@rule named $number:literal) => {
        Rule::Named(&Named::new(concat!("Policy", $number), "", Rule::permission(concat!("p", $number))))
    };

    (@made public $n:literal) => { made($n, "public", |token| token, |token| token) };
    (@made token $n:literal) => { made($n, "any valid token", |token| token, |token| token) };
    (@made scope $n:literal) => {
        made($n, concat!("scopes = \"s", $n, "\""), |token| with(token, &[concat!("s", $n)], &[]), |token| with(token, &["s"], &[]))
    };
    (@made role $n:literal) => {
        made($n, concat!("roles = \"r", $n, "\""), |token| with(token, &[], &[concat!("r", $n)]), |token| with(token, &[concat!("r", $n)], &[]))
    };
    (@made permission $n:literal) => {
        made(
            $n,
            concat!("permissions = \"p", $n, "\""),
            |token| token.permissions([concat!("p", $n)]),
            |token| with(token, &[concat!("p", $n)], &[concat!("p", $n)]),
        )
    };
    (@made any $n:literal) => {
        made(
            $n,
            concat!("any(scopes = \"s", $n, "\", roles = \"r", $n, "\")"),
            |token| with(token, &[], &[concat!("r", $n)]),
            |token| token.permissions([concat!("s", $n)]),
        )
    };
    (@made all $n:literal) => {
        made(
            $n,
            concat!("scopes = \"s", $n, "\", roles = \"r", $n, "\""),
            |token| with(token, &[concat!("s", $n)], &[concat!("r", $n)]),
            |token| with(token, &[concat!("s", $n)], &[]),
        )
    };
    (@made not $n:literal) => {
        made(
            $n,
            concat!("scopes = \"s", $n, "\", not(roles = \"guest\")"),
            |token| with(token, &[concat!("s", $n)], &[]),
            |token| with(token, &[concat!("s", $n)], &["guest"]),
        )
    };
    (@made claim $n:literal) => {
        made($n, concat!("claim(\"number\") == ", $n), |token| token.claim("number", $n), |token| token.claim("number", $n + 1))
    };
    (@made named $n:literal) => {
        made($n, concat!("Policy", $n), |token| token.permissions([concat!("p", $n)]), |token| token.permissions(["p"]))
    };
}

numbers! {
    public: 0 10 20 30 40 50 60 70 80 90;
    token: 1 11 21 31 41 51 61 71 81 91;
    scope: 2 12 22 32 42 52 62 72 82 92;
    role: 3 13 23 33 43 53 63 73 83 93;
    permission: 4 14 24 34 44 54 64 74 84 94;
    any: 5 15 25 35 45 55 65 75 85 95;
    all: 6 16 26 36 46 56 66 76 86 96;
    not: 7 17 27 37 47 57 67 77 87 97;
    claim: 8 18 28 38 48 58 68 78 88 98;
    named: 9 19 29 39 49 59 69 79 89 99;
}

/// A token of the groups too, so that nothing but the route's own rule makes the difference.
fn with(token: TokenBuilder, scopes: &[&str], roles: &[&str]) -> TokenBuilder {
    token.scopes(&[&["inner"], scopes].concat().join(" ")).roles([&["admin"], roles].concat())
}

fn routes() -> GuardedRouter {
    let [plain, admin, tenant, inner] = groups();
    let admin = admin.require::<Admin>().nest("/inner", inner.require::<Inner>());
    plain.nest("/admin", admin).merge(GuardedRouter::new().nest("/{tenant}", tenant))
}

#[test]
fn the_map_is_complete_and_exact() {
    let map = routes().access_map();
    assert_eq!(map.rows().len(), 100);
    let mut expected: Vec<_> =
        all().into_iter().map(|made| (made.path, made.method.to_string(), made.access)).collect();
    expected.sort();
    let mut rows: Vec<_> = map
        .rows()
        .iter()
        .map(|row| (row.path().to_owned(), row.method().unwrap().to_string(), row.access().to_string()))
        .collect();
    // In order already.
    assert!(rows.is_sorted_by_key(|(path, ..)| path.clone()));
    rows.sort();
    assert_eq!(rows, expected);
}

#[tokio::test]
async fn every_row_is_what_happens() {
    let stage = Stage::of(routes()).await;
    let map = routes().access_map();
    let of_groups = || with(stage.token(), &[], &[]);
    let claims_of = async |token: &TokenBuilder, server: &oauth2_guard::ResourceServer| {
        server.verify(&token.build()).await.unwrap()
    };
    let server = stage.world.server().await;
    let mut denied = 0;
    for made in all() {
        let is_row = |row: &&oauth2_guard::access::AccessRow| {
            row.path() == made.path && row.method() == Some(&made.method)
        };
        let row = map.rows().iter().find(is_row).unwrap();
        let path = made.path.replace("{id}", "1").replace("{tenant}", "blue");
        let mut methods = vec![made.method.clone()];
        methods.extend(row.serves_head().then_some(Method::HEAD));
        let (good, bad) = ((made.good)(of_groups()), (made.bad)(of_groups()));
        for method in methods {
            let what = format!("{method} {path}: {}", made.access);
            let body = if method == Method::HEAD { String::new() } else { made.number.to_string() };
            let answer = stage.send(method.clone(), &path, &good).await;
            assert_eq!((answer.status, answer.body), (200, body), "{what}");
            assert!(row.allows(&claims_of(&good, &server).await).is_possible(), "{what}");

            let is_open = made.access == "public";
            let anonymous = stage.anonymous(method.clone(), &path).await;
            assert_eq!(anonymous.status, if is_open { 200 } else { 401 }, "{what}");
            assert_eq!(row.is_open(), is_open, "{what}");

            let refused = stage.api.send(method.clone(), &path, bearer(&bad.build()), "").await;
            let reaches = row.allows(&claims_of(&bad, &server).await).is_possible();
            assert_eq!(refused.status, if reaches { 200 } else { 403 }, "{what}");
            denied += usize::from(!reaches);

            // A token of nobody in particular meets no rule of a group.
            let (_, required) = GROUPS[made.number % 4];
            let plain = stage.send(method, &path, &stage.token()).await;
            let meets = row.allows(&claims_of(&stage.token(), &server).await).is_possible();
            assert_eq!(plain.status, if meets { 200 } else { 403 }, "{what}");
            assert!(required.is_empty() || !meets, "{what}");
        }
    }
    // All but the public ones and those for any token, and `HEAD` as often as `GET`.
    assert!(denied >= 80, "{denied}");
}
