#!/usr/bin/env bash
# How long the first API takes to build from nothing, and how many crates it needs, against the same with `jsonwebtoken` and `reqwest`
# by hand: `benches/build_time.sh [TIMES]`. Without a network, once the crates are there.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
times=${1:-3}
folder=$(cargo metadata --locked --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/tmp/build_time
rm -rf "$folder"
mkdir -p "$folder"/{guarded,by_hand}/src
unset CARGO_TARGET_DIR CARGO_PROFILE_DEV_DEBUG CARGO_INCREMENTAL

common='axum = "0.8"
serde = { version = "1", features = ["derive"] }
tokio = { version = "1", features = ["macros", "net", "rt-multi-thread"] }'
manifest() {
    printf '[package]\nname = "%s"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n\n[dependencies]\n%s\n%s\n' "$1" "$common" "$2" \
        >"$folder/$1/Cargo.toml"
    # The same versions for both, where both need a crate.
    cp Cargo.lock "$folder/$1/Cargo.lock"
}
manifest guarded "oauth2-guard = { path = \"$root/oauth2-guard\" }"
manifest by_hand 'jsonwebtoken = { version = "11.1", default-features = false, features = ["aws_lc_rs"] }
reqwest = { version = "0.13", features = ["json"] }'

cat >"$folder/guarded/src/main.rs" <<'RUST'
use axum::{Router, routing::get};
use oauth2_guard::{Claims, Provider, ResourceServer, requires};
use serde::Deserialize;

#[derive(Deserialize)]
struct Me {
    sub: String,
}

#[requires(scopes = "profile")]
async fn profile(Claims(me): Claims<Me>) -> String {
    format!("hello {}", me.sub)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let provider = Provider::discover("https://login.example.com").audience("https://api.example.com");
    let server = ResourceServer::builder().provider(provider).build().await?;
    let app = Router::new().route("/profile", get(profile)).layer(server.layer());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app).await?)
}
RUST
cat >"$folder/by_hand/src/main.rs" <<'RUST'
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header::AUTHORIZATION};
use axum::middleware::{Next, from_fn_with_state};
use axum::{Extension, Router, response::Response, routing::get};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

#[derive(Clone, Deserialize)]
struct Me {
    sub: String,
    scope: String,
}

async fn authenticate(
    State(keys): State<Arc<JwkSet>>,
    mut request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
    let claims = claims(&keys, token).ok_or(StatusCode::UNAUTHORIZED)?;
    request.extensions_mut().insert(claims);
    Ok(next.run(request).await)
}

fn claims(keys: &JwkSet, token: &str) -> Option<Me> {
    let header = decode_header(token).ok()?;
    let key = DecodingKey::from_jwk(keys.find(&header.kid?)?).ok()?;
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&["https://login.example.com"]);
    validation.set_audience(&["https://api.example.com"]);
    Some(decode::<Me>(token, &key, &validation).ok()?.claims)
}

async fn profile(Extension(me): Extension<Me>) -> Result<String, StatusCode> {
    if !me.scope.split(' ').any(|scope| scope == "profile") {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok(format!("hello {}", me.sub))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let keys: JwkSet = reqwest::get("https://login.example.com/keys").await?.json().await?;
    let app = Router::new()
        .route("/profile", get(profile))
        .layer(from_fn_with_state(Arc::new(keys), authenticate));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app).await?)
}
RUST

for name in guarded by_hand; do
    cargo fetch --quiet --manifest-path "$folder/$name/Cargo.toml"
done
# Of the clock, and of all threads: the second does not change where others want the cores.
TIMEFORMAT='%R %U %S'
measure() {
    rm -rf "$folder/$1/target"
    { time cargo build --quiet --offline --manifest-path "$folder/$1/Cargo.toml"; } 2>&1 |
        awk 'NF == 3 { print $1, $2 + $3; next } { print >"/dev/stderr" }' >>"$folder/$1.seconds"
}
for _ in $(seq "$times"); do
    measure by_hand
    measure guarded
done
median() {
    awk -v field="$2" '{ print $field }' "$folder/$1.seconds" | sort -n | sed -n "$((times / 2 + 1))p"
}
crates() {
    cargo tree --offline --edges normal,build --prefix none --manifest-path "$folder/$1/Cargo.toml" | sed 's/ (.*//' | sort -u | wc -l
}
printf '\nfrom nothing, `cargo build`, the median of %s\n  %-12s %22s %22s %8s\n' "$times" '' 'of the clock' 'of all threads' 'crates'
clock=$(median by_hand 1)
threads=$(median by_hand 2)
for name in by_hand guarded; do
    awk -v name="$name" -v each="$(median "$name" 1)" -v clock="$clock" -v busy="$(median "$name" 2)" -v threads="$threads" \
        -v crates="$(crates "$name")" 'BEGIN {
            printf "  %-12s %10.3f x %7.1f s %10.3f x %7.1f s %8d%s\n", name, each / clock, each, busy / threads, busy, crates,
                name == "guarded" ? "   target <= 1.25 and <= 125 crates" : ""
        }'
done
