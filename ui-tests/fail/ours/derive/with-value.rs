use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    #[owner = "sub"]
    author: String,
}

fn main() {}
