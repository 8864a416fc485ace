use axum::{Router, extract::State, response::IntoResponse, routing::get};
use oauth2_guard::requires;

pub(crate) trait Store: Clone + Send + Sync + 'static {
    fn count(&self) -> usize;
}

#[derive(Clone)]
struct Fixed<const N: usize>;

impl<const N: usize> Store for Fixed<N> {
    fn count(&self) -> usize {
        N
    }
}

#[requires(scopes = "count")]
async fn count<T, const MORE: usize>(State(store): State<T>) -> String
where
    T: Store,
{
    (store.count() + MORE).to_string()
}

#[requires(scopes = "count")]
pub(crate) async fn opaque<T: Store>(State(mut store): State<T>) -> impl IntoResponse + use<T> {
    let another = store.clone();
    std::mem::replace(&mut store, another).count().to_string()
}

fn main() {
    let _: Router = Router::new()
        .route("/count", get(count::<Fixed<1>, 2>))
        .route("/opaque", get(opaque::<Fixed<1>>))
        .with_state(Fixed::<1>);
}
