use oauth2_guard::requires;

// The function is there all the same: no error on the line that calls it.
#[requires(scopes = "a")]
fn handler() -> u8 {
    1
}

fn twice() -> u8 {
    handler() * 2
}

fn main() {}
