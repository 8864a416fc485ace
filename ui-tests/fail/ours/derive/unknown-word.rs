use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    #[owner(hidden)]
    author: String,
}

fn main() {}
