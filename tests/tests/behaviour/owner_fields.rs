//! Which fields say who the owner is, and what is compared with them.

use std::borrow::Cow;
use std::sync::Arc;

use axum::routing::{MethodRouter, get};
use axum::{Extension, Router};
use oauth2_guard::{Bearer, HasOwner, Identifier, Owned, OwnerId, policy};
use oauth2_guard_tests::World;
use serde_json::{Value, json};
use uuid::Uuid;

#[derive(Clone, HasOwner)]
struct By<T> {
    #[owner]
    owner: T,
}

#[policy(owner(object))]
struct Own;

#[policy(owner(object, claim = "employee"))]
struct OwnAsEmployee;

/// `/sub` lets in the owner by `sub`, `/employee` the one by that claim.
fn routes<T: HasOwner + Clone + Send + Sync + 'static>(object: T) -> Router {
    async fn by_subject<T: HasOwner>(_: Owned<Extension<T>, Own>) {}
    async fn by_employee<T: HasOwner>(_: Owned<Extension<T>, OwnAsEmployee>) {}
    fn method<T: HasOwner + Clone + Send + Sync + 'static>() -> [MethodRouter; 2] {
        [get(by_subject::<T>), get(by_employee::<T>)]
    }
    let [by_subject, by_employee] = method::<T>();
    Router::new().route("/sub", by_subject).route("/employee", by_employee).layer(Extension(object))
}

fn by<T: OwnerId + Clone + Send + Sync + 'static>(owner: T) -> Router {
    routes(By { owner })
}

const ID: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

/// An identifier of the application's own.
#[derive(Clone)]
struct UserId(u64);

impl OwnerId for UserId {
    fn is(&self, who: Identifier<'_>) -> bool {
        match who {
            Identifier::Text(text) => text.strip_prefix("user-").is_some_and(|id| id == self.0.to_string()),
            _ => false,
        }
    }
}

#[tokio::test]
async fn every_type_of_owner_is_compared_exactly() {
    let id = Uuid::parse_str(ID).unwrap();
    let others_than_alice: &[&str] =
        &["Alice", "alice ", " alice", "alic", "alicea", "bob", "*", "al\u{200d}ice", "alice\u{0}"];
    let others_than_id: &[&str] = &[
        "67E55044-10B1-426F-9247-BB680E5FE0C8",
        "67e5504410b1426f9247bb680e5fe0c8",
        "{67e55044-10b1-426f-9247-bb680e5fe0c8}",
        "urn:uuid:67e55044-10b1-426f-9247-bb680e5fe0c8",
        "00000000-0000-0000-0000-000000000000",
    ];
    let others_than_seven: &[&str] = &["07", "+7", "7.0", "7 ", " 7", "7e0", "0x7", "٧", "-7", "77", "x"];
    let anybody: &[&str] = &["alice", "null", "None", "0", "[]", "\"\""];
    let text = "alice".to_owned();
    let rows: Vec<(&str, Router, &[&str], &[&str])> = vec![
        ("String", by(text.clone()), &["alice"], others_than_alice),
        ("&str", by("alice"), &["alice"], others_than_alice),
        ("Box<str>", by(Box::<str>::from("alice")), &["alice"], others_than_alice),
        ("Arc<str>", by(Arc::<str>::from("alice")), &["alice"], others_than_alice),
        ("Cow<str>", by(Cow::Borrowed("alice")), &["alice"], others_than_alice),
        ("é, composed", by("\u{e9}"), &["\u{e9}"], &["e\u{301}", "e"]),
        ("u8", by(7_u8), &["7"], others_than_seven),
        ("u16", by(7_u16), &["7"], others_than_seven),
        ("u32", by(7_u32), &["7"], others_than_seven),
        ("u64", by(7_u64), &["7"], others_than_seven),
        ("u128", by(u128::MAX), &["340282366920938463463374607431768211455"], &["-1", "0"]),
        ("usize", by(7_usize), &["7"], others_than_seven),
        ("i8", by(-7_i8), &["-7"], &["7", "-07", "−7"]),
        ("i16", by(7_i16), &["7"], others_than_seven),
        ("i32", by(7_i32), &["7"], others_than_seven),
        ("i64", by(i64::MIN), &["-9223372036854775808"], &["9223372036854775808", "0"]),
        ("i128", by(7_i128), &["7"], others_than_seven),
        ("isize", by(0_isize), &["0"], &["-0", "00"]),
        ("Uuid", by(id), &[ID], others_than_id),
        ("Some", by(Some(text.clone())), &["alice"], others_than_alice),
        ("Some(u64)", by(Some(7_u64)), &["7"], others_than_seven),
        ("None", by(None::<String>), &[], anybody),
        ("None::<Uuid>", by(None::<Uuid>), &[], &["00000000-0000-0000-0000-000000000000", "null"]),
        ("Vec", by(vec!["alice", "bob"]), &["alice", "bob"], &["Alice", "alice,bob", "alice bob", "carol"]),
        ("Vec<u64>", by(vec![7_u64, 8]), &["7", "8"], &["78", "7,8", "9"]),
        ("Vec<Uuid>", by(vec![id]), &[ID], others_than_id),
        ("Vec<Option>", by(vec![None, Some("alice")]), &["alice"], others_than_alice),
        ("an empty Vec", by(Vec::<String>::new()), &[], anybody),
        ("a Vec of None", by(vec![None::<String>]), &[], anybody),
        ("an empty String", by(String::new()), &[], anybody),
        ("a Vec with an empty String", by(vec![String::new()]), &[], anybody),
        ("UserId", by(UserId(7)), &["user-7"], &["7", "user-07", "User-7", "user-"]),
        ("Option<UserId>", by(Some(UserId(7))), &["user-7"], &["7"]),
        ("Vec<UserId>", by(vec![UserId(7), UserId(8)]), &["user-7", "user-8"], &["7"]),
        ("Box<UserId>", by(Box::new(UserId(7))), &["user-7"], &["7"]),
    ];
    let world = World::new().await;
    for (name, app, owners, others) in rows {
        let api = world.serve(app).await;
        for owner in owners {
            assert_eq!(api.status("/sub", world.token().subject(owner)).await, 200, "{name} {owner:?}");
        }
        for other in others {
            assert_eq!(api.status("/sub", world.token().subject(other)).await, 403, "{name} {other:?}");
        }
        assert_eq!(api.status("/sub", world.token().without("sub")).await, 403, "{name}");
    }
}

#[tokio::test]
async fn claims_that_are_numbers_are_equal_to_numbers_only() {
    let rows: Vec<(&str, Router, Vec<Value>, Vec<Value>)> = vec![
        (
            "u64",
            by(7_u64),
            vec![json!(7), json!("7")],
            vec![json!(7.0), json!(7.5), json!("7.0"), json!([7]), json!({"7": 7}), json!(true), json!(null)],
        ),
        ("u64::MAX", by(u64::MAX), vec![json!(u64::MAX)], vec![json!(-1), json!(1.844_674_407_370_955_2e19)]),
        ("i64", by(-7_i64), vec![json!(-7)], vec![json!(7), json!(-7.0)]),
        ("u8", by(1_u8), vec![json!(1)], vec![json!(257), json!(true), json!(-255)]),
        ("0", by(0), vec![json!(0)], vec![json!(false), json!(null), json!(""), json!([])]),
        ("String", by("7".to_owned()), vec![json!("7")], vec![json!(7), json!(["7"])]),
        ("Vec<u64>", by(vec![7_u64, 8]), vec![json!(8)], vec![json!([7, 8]), json!("7,8")]),
        ("None", by(None::<u64>), vec![], vec![json!(0), json!(null), json!("")]),
        ("an empty String", by(String::new()), vec![], vec![json!(""), json!(null), json!([])]),
        ("a Vec with an empty String", by(vec![String::new()]), vec![], vec![json!(""), json!([""])]),
    ];
    let world = World::new().await;
    for (name, app, owners, others) in rows {
        let api = world.serve(app).await;
        let status = async |employee: &Value| {
            api.status("/employee", world.token().claim("employee", employee.clone())).await
        };
        for owner in &owners {
            assert_eq!(status(owner).await, 200, "{name} {owner}");
        }
        for other in &others {
            assert_eq!(status(other).await, 403, "{name} {other}");
        }
        assert_eq!(api.status("/employee", world.token()).await, 403, "{name}");
    }
}

#[derive(Clone, HasOwner)]
struct Project {
    #[owner]
    lead: &'static str,
    #[owner(claim = "email")]
    guests: Vec<&'static str>,
    #[owner(nested)]
    parent: Option<Box<Self>>,
    #[expect(dead_code, reason = "that it is no owner is what is tested")]
    reviewer: &'static str,
}

/// The second of them.
#[derive(Clone, HasOwner)]
struct Note(
    #[expect(dead_code, reason = "that it is no owner is what is tested")] &'static str,
    #[owner] u64,
);

/// Without the derive.
#[derive(Clone)]
struct Draft {
    author: &'static str,
    is_published: bool,
}

impl HasOwner for Draft {
    fn is_owned_by(&self, who: &Bearer<'_>) -> bool {
        !self.is_published && who.is(self.author) || who.by("/staff/number").is(&9)
    }
}

#[tokio::test]
async fn any_of_several_fields_is_enough_each_by_its_own_claim() {
    let parent = Project { lead: "pat", guests: vec!["guest@example.com"], parent: None, reviewer: "nobody" };
    let project = Project {
        lead: "alice",
        guests: vec!["bob@example.com", "carol@example.com"],
        parent: Some(Box::new(parent)),
        reviewer: "rita",
    };
    let world = World::new().await;
    let api = world.serve(routes(project)).await;
    let email = |address: &str| world.token().subject("other").claim("email", address);
    for owner in [
        world.token(),
        world.token().subject("pat"),
        email("bob@example.com"),
        email("carol@example.com"),
        email("guest@example.com"),
    ] {
        assert_eq!(api.status("/sub", owner).await, 200);
    }
    for other in [
        world.token().subject("rita"),
        world.token().subject("nobody"),
        world.token().subject("bob@example.com"),
        email("alice"),
        email("Bob@example.com"),
        email("dave@example.com"),
    ] {
        assert_eq!(api.status("/sub", other).await, 403);
    }
}

#[tokio::test]
async fn the_claim_of_the_rule_counts_more_than_that_of_the_field() {
    let project = Project { lead: "alice", guests: vec!["bob"], parent: None, reviewer: "rita" };
    let world = World::new().await;
    let api = world.serve(routes(project)).await;
    let employee = |name: &str| world.token().subject("other").claim("employee", name);
    assert_eq!(api.status("/employee", employee("alice")).await, 200);
    assert_eq!(api.status("/employee", employee("bob")).await, 200);
    assert_eq!(api.status("/employee", employee("rita")).await, 403);
    assert_eq!(api.status("/employee", world.token().claim("email", "bob")).await, 403);
    assert_eq!(
        api.status("/employee", world.token().claim("email", "bob").claim("employee", "x")).await,
        403
    );
}

#[tokio::test]
async fn a_field_of_a_tuple_and_an_implementation_by_hand_do_as_well() {
    let world = World::new().await;
    let api = world.serve(routes(Note("alice", 7))).await;
    assert_eq!(api.status("/sub", world.token().subject("7")).await, 200);
    assert_eq!(api.status("/sub", world.token()).await, 403);

    for (is_published, expected) in [(false, 200), (true, 403)] {
        let api = world.serve(routes(Draft { author: "alice", is_published })).await;
        assert_eq!(api.status("/sub", world.token()).await, expected);
        assert_eq!(api.status("/sub", world.token().subject("bob")).await, 403);
        // A number on the staff, by a JSON Pointer.
        let staff = world.token().subject("bob").claim("staff", json!({"number": 9}));
        assert_eq!(api.status("/sub", staff).await, 200);
        assert_eq!(api.status("/sub", world.token().claim("staff", json!([9])).subject("bob")).await, 403);
    }
}

#[tokio::test]
async fn a_pointer_leads_to_an_owner_of_any_depth() {
    #[derive(Clone, HasOwner)]
    struct Shift {
        #[owner(claim = "/employee/number")]
        worker: u32,
    }
    let world = World::new().await;
    let api = world.serve(routes(Shift { worker: 12 })).await;
    let employee = |value: Value| world.token().claim("employee", value);
    assert_eq!(api.status("/sub", employee(json!({"number": 12}))).await, 200);
    assert_eq!(api.status("/sub", employee(json!({"number": 13}))).await, 403);
    assert_eq!(api.status("/sub", employee(json!([{"number": 12}]))).await, 403);
    assert_eq!(api.status("/sub", world.token().claim("/employee/number", 12)).await, 403);
}
