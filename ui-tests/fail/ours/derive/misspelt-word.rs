use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    #[owner(any_isuer)]
    author: String,
}

fn main() {}
