use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    #[owner(nested)]
    author: String,
}

fn main() {}
