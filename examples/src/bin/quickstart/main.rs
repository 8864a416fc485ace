//! The main job: an authorization server and a guarded API, both on loopback ports, and what the API answers to tokens good
//! and bad.
//!
//! `cargo run --bin quickstart` shows it and stays up, with a page in the browser to choose claims on, and for requests of your own; with `-- --check` it only
//! shows it, and fails if an answer is not what it should be.
#![allow(clippy::arithmetic_side_effects, clippy::print_stdout, reason = "it counts and prints")]

mod series;

use std::error::Error;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use oauth2_guard::ResourceServer;
use oauth2_guard::testing::Issuer;
use oauth2_guard_examples::quickstart::api;
use oauth2_guard_examples::quickstart::playground::{self, local::Local};
use oauth2_guard_examples::serve_on;
use tokio::net::TcpListener;

use crate::series::Series;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let check_only = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--check") => true,
        Some(_) => {
            println!("usage: quickstart [--check]");
            return Ok(ExitCode::FAILURE);
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let local = Local::of(listener.local_addr()?);

    // The authorization server. Yours is Auth0, Entra, Keycloak …
    let issuer = Arc::new(Issuer::start().await?);
    // Its clock is the API's: a token of ten seconds ends after ten.
    let provider = issuer.provider().leeway(Duration::ZERO);

    // What it decides, for the series to compare with what it was told of the rules.
    let decided = Arc::new(Mutex::new(None));
    let last = Arc::clone(&decided);

    // The resource server: this is all that an API needs.
    let server = ResourceServer::builder()
        .provider(provider.clone())
        .on_decision(move |decision| {
            if let Ok(mut last) = last.lock() {
                *last = decision.rule().map(ToString::to_string);
            }
        })
        .build()
        .await?;
    let app = api::protected(&server, local.origins())?;

    // For the page.
    let verbose = ResourceServer::builder().provider(provider).verbose().build().await?;
    serve_on(listener, playground::beside(app, Arc::clone(&issuer), verbose, &local)?);

    println!("authorization server  {}", issuer.url());
    println!("API                   {address}\n");
    let mut series = Series::new(address, decided)?;
    series.run(&issuer).await?;

    if series.report() > 0 {
        return Ok(ExitCode::FAILURE);
    }
    if !check_only {
        series.print_invitation(&issuer);
        tokio::signal::ctrl_c().await?;
    }
    Ok(ExitCode::SUCCESS)
}
