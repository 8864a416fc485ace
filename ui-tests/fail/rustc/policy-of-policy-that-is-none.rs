use oauth2_guard::policy;

struct Admin;

#[policy(any(Admin, roles = "editor"))]
struct Staff;

fn main() {}
