//! How paths are read by whatever may stand before or behind an API: proxies, file servers, frameworks.

/// Whether a path is left alone by all that is known to be done to paths: decoded, more than once; backslashes taken for slashes; parameters cut
/// off; empty and dot segments taken out; control characters dropped or taken for the end.
pub(crate) fn everybody_reads_alike(path: &[u8]) -> bool {
    let mut read = path.to_vec();
    for _ in 0..3 {
        read = decoded(&read);
    }
    // A `%` that encodes nothing is left alone by some, and refused by others.
    if read.iter().any(|byte| !byte.is_ascii_graphic() || *byte == b'%') {
        return false;
    }
    let read: Vec<u8> = read.into_iter().map(|byte| if byte == b'\\' { b'/' } else { byte }).collect();
    let mut segments: Vec<&[u8]> = Vec::new();
    for segment in read.split(|byte| *byte == b'/') {
        match segment.split(|byte| *byte == b';').next().unwrap() {
            b"" | b"." => {}
            b".." => drop(segments.pop()),
            other => segments.push(other),
        }
    }
    let mut canonical: Vec<u8> = segments.iter().flat_map(|segment| [b"/", *segment].concat()).collect();
    if path.ends_with(b"/") {
        canonical.push(b'/');
    }
    canonical == path
}

fn decoded(text: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut decoded = Vec::new();
    let mut rest = text;
    while let Some((first, others)) = rest.split_first() {
        match (first, others) {
            (b'%', [high, low, others @ ..]) if digit(*high).is_some() && digit(*low).is_some() => {
                decoded.push(u8::try_from(digit(*high).unwrap() * 16 + digit(*low).unwrap()).unwrap());
                rest = others;
            }
            _ => {
                decoded.push(*first);
                rest = others;
            }
        }
    }
    decoded
}

#[test]
fn a_plain_path_is_read_alike_and_no_other() {
    for path in ["/", "/docs/a", "/docs/a/", "/docs/a.b", "/docs/..a", "/docs/~a:@!$&'()*+,="] {
        assert!(everybody_reads_alike(path.as_bytes()), "{path}");
    }
    for path in [
        "//",
        "/docs//a",
        "/docs/./a",
        "/docs/..",
        "/docs/%61",
        "/docs/%2561",
        "/a;b",
        "/a\\b",
        "*",
        "/\u{e9}",
    ] {
        assert!(!everybody_reads_alike(path.as_bytes()), "{path}");
    }
}
