use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    #[owner(hide)]
    author: String,
}

fn main() {}
