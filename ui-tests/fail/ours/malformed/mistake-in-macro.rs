use oauth2_guard::requires;

macro_rules! handler {
    ($name:ident, $scope:expr) => {
        #[requires(scopes = $scope)]
        async fn $name() {}
    };
}

handler!(read, "read all");

fn main() {}
