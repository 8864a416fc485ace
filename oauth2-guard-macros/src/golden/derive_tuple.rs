#[derive(HasOwner)]
struct Account(u64, #[owner(issuer = 2)] String, String);

// expands to

struct Account(u64, #[owner(issuer = 2)] String, String);
const _: () = {
    #[automatically_derived]
    impl ::oauth2_guard::__private::HasOwner for Account {
        fn is_owned_by(
            &self,
            __who: &::oauth2_guard::__private::Bearer<'_>,
        ) -> ::core::primitive::bool {
            __who.of(&self.2).is(&self.1)
        }
    }
};
