use oauth2_guard::requires as only;

#[only(roles = "admin")]
#[only(scopes = "write")]
async fn handler() {}

fn main() {}
