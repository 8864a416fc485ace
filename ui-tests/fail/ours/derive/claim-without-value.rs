use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    #[owner(claim)]
    author: String,
}

fn main() {}
