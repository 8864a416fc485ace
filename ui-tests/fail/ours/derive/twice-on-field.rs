use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    #[owner]
    #[owner]
    author: String,
}

fn main() {}
