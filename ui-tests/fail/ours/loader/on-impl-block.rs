use oauth2_guard::loader;

struct Article;

#[loader]
impl Article {}

fn main() {}
