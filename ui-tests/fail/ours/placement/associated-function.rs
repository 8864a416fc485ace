use oauth2_guard::requires;

struct Handlers;

impl Handlers {
    #[requires(roles = "a")]
    async fn handler() -> Option<Self> {
        None
    }
}

fn main() {}
