use oauth2_guard::requires;

#[requires(roles = "admin")]
async fn handler(id: u64) -> u64 {
    id
}

async fn caller() -> u64 {
    handler(1).await
}

fn main() {}
