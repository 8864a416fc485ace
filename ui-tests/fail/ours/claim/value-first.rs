use oauth2_guard::requires;

#[requires("gold" == claim("tier"))]
async fn handler() {}

fn main() {}
