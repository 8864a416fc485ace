use oauth2_guard::requires;

#[requires(provider = all("staff", "partners"))]
async fn handler() {}

fn main() {}
