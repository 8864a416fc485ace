use oauth2_guard::requires;

trait Named {
    const NAME: &str;
}

#[requires(roles = <T as Named>::NAME)]
async fn handler<T: Named>() {}

fn main() {}
