#[derive(HasOwner)]
#[owner(crate = crate::auth)]
struct Article<'a, T: Clone, N, const SIZE: usize>
where
    N: Send,
{
    id: u64,
    #[owner]
    author: String,
    #[owner(claim = "email")]
    email: Option<T>,
    #[owner(issuer = home, claim = "oid")]
    editors: Vec<String>,
    #[owner(any_issuer)]
    reviewer: u64,
    #[owner(nested)]
    series: Series<N>,
    home: &'a str,
}

// expands to

#[owner(crate = crate::auth)]
struct Article<'a, T: Clone, N, const SIZE: usize>
where
    N: Send,
{
    id: u64,
    #[owner]
    author: String,
    #[owner(claim = "email")]
    email: Option<T>,
    #[owner(issuer = home, claim = "oid")]
    editors: Vec<String>,
    #[owner(any_issuer)]
    reviewer: u64,
    #[owner(nested)]
    series: Series<N>,
    home: &'a str,
}
const _: () = {
    #[automatically_derived]
    impl<'a, T: Clone, N, const SIZE: usize> crate::auth::__private::HasOwner
    for Article<'a, T, N, SIZE>
    where
        N: Send,
        Option<T>: crate::auth::__private::OwnerId,
        Series<N>: crate::auth::__private::HasOwner,
    {
        fn is_owned_by(
            &self,
            __who: &crate::auth::__private::Bearer<'_>,
        ) -> ::core::primitive::bool {
            __who.is(&self.author) || __who.by("email").is(&self.email)
                || __who.by("oid").of(&self.home).is(&self.editors)
                || __who.of_any_issuer().is(&self.reviewer)
                || crate::auth::__private::HasOwner::is_owned_by(&self.series, __who)
        }
    }
};
