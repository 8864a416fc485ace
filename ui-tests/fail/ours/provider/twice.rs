use oauth2_guard::requires;

#[requires(provider = "staff", provider = "partners")]
async fn handler() {}

fn main() {}
