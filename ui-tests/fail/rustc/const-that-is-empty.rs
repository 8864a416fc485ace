use oauth2_guard::requires;

mod roles {
    pub const ADMIN: &str = "";
}

#[requires(roles = roles::ADMIN)]
async fn handler() {}

fn main() {}
