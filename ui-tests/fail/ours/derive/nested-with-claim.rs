use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Folder(#[owner] String);

#[derive(HasOwner)]
struct Article {
    #[owner(nested, claim = "email")]
    folder: Folder,
}

fn main() {}
