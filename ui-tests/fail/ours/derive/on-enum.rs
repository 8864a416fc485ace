use oauth2_guard::HasOwner;

#[derive(HasOwner)]
enum Article {
    Draft,
    Published,
}

fn main() {}
