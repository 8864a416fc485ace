use oauth2_guard::requires;

#[requires(provider = "staff", "partners")]
async fn handler() {}

fn main() {}
