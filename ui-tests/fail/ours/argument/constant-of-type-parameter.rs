use oauth2_guard::requires;

trait Named {
    const NAME: &str;
}

#[requires(roles = T::NAME)]
async fn handler<T: Named>() {}

fn main() {}
