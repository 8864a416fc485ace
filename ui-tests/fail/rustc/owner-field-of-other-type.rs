use oauth2_guard::HasOwner;
use std::time::SystemTime;

#[derive(HasOwner)]
struct Article {
    #[owner]
    author: SystemTime,
}

fn main() {}
