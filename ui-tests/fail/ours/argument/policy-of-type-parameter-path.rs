use oauth2_guard::requires;

#[requires(T::Admin)]
async fn handler<T>() {}

fn main() {}
