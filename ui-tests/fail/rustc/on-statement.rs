use oauth2_guard::requires;

fn main() {
    #[requires(roles = "admin")]
    let _handler = async || {};
}
