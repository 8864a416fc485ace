use oauth2_guard::check;

#[check]
fn is_open() -> impl Future<Output = bool> {
    async { true }
}

fn main() {}
