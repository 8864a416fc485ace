use oauth2_guard::requires;

#[requires(roles = "admin")]
async fn handler(name: &'static str) -> u64 {
    name
}

fn main() {}
