use oauth2_guard::requires;

#[requires(P)]
async fn handler<P>() {}

fn main() {}
