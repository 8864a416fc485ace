use axum::{Router, extract::State, routing::get};
use oauth2_guard::{HasOwner, policy, requires};
use std::borrow::Cow;

#[derive(HasOwner)]
struct Article<'a, T, const N: usize>
where
    T: Clone,
{
    #[owner]
    author: Cow<'a, str>,
    #[owner(claim = "email")]
    editors: Vec<T>,
    #[allow(dead_code)]
    rest: [u8; N],
}

#[policy(roles = "admin")]
struct Admin;

#[requires(Admin)]
async fn named<'a>(State(text): State<&'a str>) -> String
where
    'a: 'static,
{
    text.to_owned()
}

#[requires(any(Admin, scopes = "count"))]
async fn bounded<'a, T>(State(text): State<&'static T>) -> &'static str
where
    T: AsRef<str> + ?Sized + Sync,
    for<'b> &'b T: Send,
{
    text.as_ref()
}

fn is_an_owned_type(_: &impl HasOwner) {}

fn main() {
    let _: Router =
        Router::new().route("/named", get(named)).route("/bounded", get(bounded::<str>)).with_state("text");
    is_an_owned_type(&Article { author: "alice".into(), editors: vec![1_u64], rest: [0; 3] });
}
