use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Folder {
    #[owner]
    keeper: String,
}

#[derive(HasOwner)]
struct Article {
    #[owner]
    folder: Folder,
}

fn main() {}
