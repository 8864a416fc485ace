//! The API of a shop: what everybody sees, what is a customer's own, and what the staff, machines and admins do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::{Json, Router, routing};
use oauth2_guard::{GuardedRouter, HasOwner, OAuth2Claims, check, guarded, loader, policy, public, requires};
use serde::{Deserialize, Serialize};

#[derive(Clone, HasOwner, Serialize)]
struct Order {
    id: u64,
    /// The `sub` of who ordered it.
    #[owner]
    customer: String,
    item: String,
}

#[derive(Deserialize)]
struct Wish {
    item: String,
}

/// What there is, in memory.
#[derive(Clone, Default)]
pub(crate) struct Shop {
    orders: Arc<Mutex<BTreeMap<u64, Order>>>,
}

/// Who works where.
#[derive(Clone)]
struct Staff(&'static [(&'static str, &'static str)]);

#[derive(Clone, FromRef)]
struct Api {
    shop: Shop,
    staff: Staff,
}

/// Whoever helps customers.
#[policy(roles = any("support", "admin"))]
struct Support;

/// Whoever runs the shop, and has just logged in.
#[policy(roles = "admin", max_age = "15m")]
struct Admin;

/// The order of the path, for the handlers that take one.
#[loader]
async fn order(Path(id): Path<u64>, State(shop): State<Shop>) -> Option<Order> {
    shop.orders().get(&id).cloned()
}

#[check]
async fn works_there(
    claims: OAuth2Claims,
    Path(store): Path<String>,
    State(Staff(staff)): State<Staff>,
) -> bool {
    claims.subject().is_some_and(|subject| staff.contains(&(subject, &*store)))
}

#[public]
async fn health() -> &'static str {
    "up"
}

#[public]
async fn catalogue() -> Json<[&'static str; 2]> {
    Json(["tea", "coffee"])
}

#[requires(scopes = "orders:read")]
async fn list(claims: OAuth2Claims, State(shop): State<Shop>) -> Json<Vec<Order>> {
    let is_own = |order: &&Order| claims.subject() == Some(&order.customer);
    Json(shop.orders().values().filter(is_own).cloned().collect())
}

#[requires(scopes = "orders:write", principal = user)]
async fn create(
    claims: OAuth2Claims,
    State(shop): State<Shop>,
    Json(Wish { item }): Json<Wish>,
) -> (StatusCode, Json<Order>) {
    let customer = claims.subject().unwrap_or_default().to_owned();
    let mut orders = shop.orders();
    let id = orders.last_key_value().map_or(1, |(last, _)| last.saturating_add(1));
    let order = Order { id, customer, item };
    orders.insert(id, order.clone());
    (StatusCode::CREATED, Json(order))
}

#[requires(scopes = "orders:read", any(Support, owner(order, hide)))]
async fn read(order: Order) -> Json<Order> {
    Json(order)
}

#[requires(scopes = "orders:write", any(Support, owner(order, hide)))]
async fn cancel(order: Order, State(shop): State<Shop>) -> StatusCode {
    shop.orders().remove(&order.id);
    StatusCode::NO_CONTENT
}

async fn refund(Path(id): Path<u64>) -> String {
    format!("order {id} is refunded")
}

#[requires]
async fn figures(State(shop): State<Shop>) -> String {
    format!("{} orders", shop.orders().len())
}

#[requires(scopes = "orders:write")]
async fn clear(State(shop): State<Shop>) -> StatusCode {
    shop.orders().clear();
    StatusCode::NO_CONTENT
}

#[requires(scopes = "stock:write", principal = client)]
async fn restock() -> StatusCode {
    StatusCode::NO_CONTENT
}

#[requires(any(roles = "admin", check = works_there))]
async fn till(Path(store): Path<String>) -> String {
    format!("the till of {store}")
}

pub(crate) fn routes(shop: Shop) -> GuardedRouter {
    let orders = GuardedRouter::new()
        .route("/", guarded::get(list).post(create))
        .route("/{id}", guarded::get(read).delete(cancel))
        .route("/{id}/refund", guarded::post(refund));
    let admin = GuardedRouter::new()
        .route("/figures", guarded::get(figures))
        .route("/orders", guarded::delete(clear))
        .require::<Admin>();
    let manual = Router::new().fallback_service(routing::get(async || "how to order"));
    GuardedRouter::new()
        .route("/health", guarded::get(health))
        .route("/catalogue", guarded::get(catalogue))
        .nest("/orders", orders)
        .nest("/admin", admin)
        .route("/stock", guarded::put(restock))
        .route("/stores/{store}/till", guarded::get(till))
        .nest_unguarded("/manual", manual)
        .with_state(Api { shop, staff: Staff(&[("tom", "north")]) })
}

impl Shop {
    fn orders(&self) -> MutexGuard<'_, BTreeMap<u64, Order>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn main() {}
