use oauth2_guard::requires;

trait Handlers {
    #[requires(roles = "a")]
    async fn handler();
}

fn main() {}
