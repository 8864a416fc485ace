use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    author: String,
}

fn main() {}
