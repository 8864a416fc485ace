use oauth2_guard::loader;

#[loader]
struct Article;

fn main() {}
