use oauth2_guard::public;

#[public]
#[public]
async fn handler() {}

fn main() {}
