//! Policies and a check of another crate than the one that uses them.

use axum::extract::State;
use oauth2_guard::{check, policy};

/// Whoever may change
/// what customers see.
///
/// That is in this crate.
#[policy(scopes = "catalogue", roles = any("editor", "admin"))]
#[derive(Clone, Copy, Debug)]
pub struct Editor;

/// Whether there is anybody to serve.
#[derive(Clone, Copy, Debug)]
pub struct Shop {
    /// It is.
    pub is_open: bool,
}

/// Whether the shop is open.
#[check]
pub async fn is_open(State(shop): State<Shop>) -> bool {
    shop.is_open
}

#[check]
async fn is_closed(State(shop): State<Shop>) -> bool {
    !shop.is_open
}

/// A customer, while there is somebody to serve him. It names a check and a policy that are private.
#[policy(Customer, not(check = is_closed))]
#[derive(Clone, Copy, Debug)]
pub struct ServedCustomer;

#[policy(roles = "customer")]
struct Customer;
