use oauth2_guard::public;

#[public]
async fn handler(_: impl Send) {}

fn main() {}
