use oauth2_guard::requires;

struct Handlers;

impl Handlers {
    #[requires(roles = "admin")]
    async fn handler() {}
}

fn main() {}
