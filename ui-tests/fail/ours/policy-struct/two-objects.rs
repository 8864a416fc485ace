use oauth2_guard::policy;

#[policy(owner(article), owner(folder))]
struct FilesAway;

fn main() {}
