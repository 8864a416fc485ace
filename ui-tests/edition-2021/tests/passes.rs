//! The cases that compile in the latest edition compile in the one before.

#![allow(dead_code, reason = "each case has a `main`, which is called where it is a case")]
#![allow(clippy::too_many_arguments, reason = "as many as axum takes")]

#[path = "../../pass/across-crates.rs"]
mod across_crates;
#[path = "../../pass/beside-utoipa-and-instrument.rs"]
mod beside_utoipa_and_instrument;
#[path = "../../pass/cfg-attr.rs"]
mod cfg_attr;
#[path = "../../pass/consts.rs"]
mod consts;
#[path = "../../pass/debug-handler-below.rs"]
mod debug_handler_below;
#[path = "../../pass/generics.rs"]
mod generics;
#[path = "../../pass/lifetimes.rs"]
mod lifetimes;
#[path = "../../pass/objects-inside-functions.rs"]
mod objects_inside_functions;
#[path = "../../pass/owned-arguments.rs"]
mod owned_arguments;
#[path = "../../pass/raw-identifiers.rs"]
mod raw_identifiers;
#[path = "../../pass/renamed-on-import.rs"]
mod renamed_on_import;
#[path = "../../pass/stacked.rs"]
mod stacked;
