//! The ways in which it turns hostile.

use super::{ELSEWHERE, Step};

/// What it does instead of answering as it should. None of it brings keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums)]
pub enum Behaviour {
    /// An answer whose every byte takes a second.
    SlowByTheByte,
    /// The same, of the body only.
    SlowBody,
    /// Listens, and says nothing.
    Silent,
    /// Says nothing after the head.
    SilentAfterHead,
    /// Says nothing after half the body.
    SilentInBody,
    /// One informational response after another, a second apart.
    HintsForEver,
    /// A body without end, and without a length.
    Endless,
    /// Chunks without end.
    EndlessChunks,
    /// Chunks of a few bytes without end.
    EndlessSmallChunks,
    /// The end of the chunks is there, and trailers without end.
    EndlessTrailers,
    /// Ten mebibytes, of which every one is as announced.
    Huge,
    /// 300 kB that would be 47 MB for who unpacks them.
    Bomb,
    /// Headers without end.
    EndlessHeaders,
    /// One header line without end.
    EndlessLine,
    /// More headers than anybody has.
    ManyHeaders,
    /// Elsewhere, with this status.
    Redirect(u16),
    /// Elsewhere, by `https`.
    RedirectToHttps,
    /// To a file.
    RedirectToFile,
    /// A page for people.
    Html,
    /// Nothing.
    Empty,
    /// What it should say, with this status.
    Status(u16),
    /// The first half of what it should say.
    Truncated,
    /// The same, where the whole was announced.
    ClosedMidBody,
    /// The same, in chunks.
    ClosedMidChunk,
    /// A chunk whose length is no number.
    ChunkOfNoLength,
    /// A chunk that is longer than memory.
    ChunkBeyondMemory,
    /// Two lengths, of which one is wrong.
    TwoLengths,
    /// A length that is shorter than the body.
    ShortLength,
    /// Another protocol.
    NotHttp,
    /// Hears what is asked and is gone.
    HangsUp,
}

impl Behaviour {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::SlowByTheByte,
        Self::SlowBody,
        Self::Silent,
        Self::SilentAfterHead,
        Self::SilentInBody,
        Self::HintsForEver,
        Self::Endless,
        Self::EndlessChunks,
        Self::EndlessSmallChunks,
        Self::EndlessTrailers,
        Self::Huge,
        Self::Bomb,
        Self::EndlessHeaders,
        Self::EndlessLine,
        Self::ManyHeaders,
        Self::Redirect(301),
        Self::Redirect(302),
        Self::Redirect(303),
        Self::Redirect(307),
        Self::Redirect(308),
        Self::RedirectToHttps,
        Self::RedirectToFile,
        Self::Html,
        Self::Empty,
        Self::Status(201),
        Self::Status(203),
        Self::Status(204),
        Self::Status(206),
        Self::Status(300),
        Self::Status(304),
        Self::Status(401),
        Self::Status(403),
        Self::Status(404),
        Self::Status(410),
        Self::Status(418),
        Self::Status(429),
        Self::Status(500),
        Self::Status(502),
        Self::Status(503),
        Self::Status(599),
        Self::Status(999),
        Self::Truncated,
        Self::ClosedMidBody,
        Self::ClosedMidChunk,
        Self::ChunkOfNoLength,
        Self::ChunkBeyondMemory,
        Self::TwoLengths,
        Self::ShortLength,
        Self::NotHttp,
        Self::HangsUp,
    ];

    /// Whether it takes a deadline to be rid of it.
    pub fn is_stuck(self) -> bool {
        use Behaviour::{HintsForEver, Silent, SilentAfterHead, SilentInBody, SlowBody, SlowByTheByte};
        matches!(self, SlowByTheByte | SlowBody | Silent | SilentAfterHead | SilentInBody | HintsForEver)
    }

    /// What is said instead of `body`, by the server at `url`.
    pub(super) fn steps(self, url: &str, body: &str) -> Vec<Step> {
        let length = body.len();
        let half = body.as_bytes().split_at(length / 2).0;
        let whole = || response(200, &format!("Content-Length: {length}\r\n"), body);
        let head = |headers: &str| response(200, headers, "");
        let chunked = || head("Transfer-Encoding: chunked\r\n");
        let chunk = |bytes: &str| format!("{:x}\r\n{bytes}\r\n", bytes.len()).into_bytes();
        let to = |status, location: &str| {
            let headers = format!("Location: {location}\r\nContent-Length: {length}\r\n");
            vec![Step::Say(response(status, &headers, body))]
        };
        match self {
            Self::SlowByTheByte => vec![Step::Drip(bytes_of(&whole()))],
            Self::SlowBody => vec![
                Step::Say(head(&format!("Content-Length: {length}\r\n"))),
                Step::Drip(bytes_of(body.as_bytes())),
            ],
            Self::Silent => vec![Step::Hang],
            Self::SilentAfterHead => {
                vec![Step::Say(head(&format!("Content-Length: {length}\r\n"))), Step::Hang]
            }
            Self::SilentInBody => {
                let head = head(&format!("Content-Length: {length}\r\n"));
                vec![Step::Say([&head, half].concat()), Step::Hang]
            }
            Self::HintsForEver => {
                vec![Step::Drip(vec![b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec(); 3600])]
            }
            Self::Endless => vec![Step::Say(response(200, "", body)), Step::Repeat(vec![b' '; 4096])],
            Self::EndlessChunks => {
                vec![Step::Say([chunked(), chunk(body)].concat()), Step::Repeat(chunk(&" ".repeat(4096)))]
            }
            Self::EndlessSmallChunks => {
                vec![
                    Step::Say([chunked(), chunk(body)].concat()),
                    Step::Repeat(chunk(&" ".repeat(16)).repeat(256)),
                ]
            }
            Self::EndlessTrailers => vec![
                Step::Say([chunked(), chunk(body), b"0\r\n".to_vec()].concat()),
                Step::Repeat(b"X-Trailer: x\r\n".repeat(64)),
            ],
            Self::Huge => {
                let huge = format!("{}{body}", " ".repeat(10 * 1024 * 1024));
                vec![Step::Say(response(200, &format!("Content-Length: {}\r\n", huge.len()), &huge))]
            }
            Self::Bomb => {
                let bomb = bomb();
                let headers = format!("Content-Encoding: gzip\r\nContent-Length: {}\r\n", bomb.len());
                vec![Step::Say([head(&headers), bomb].concat())]
            }
            Self::EndlessHeaders => {
                vec![Step::Say(b"HTTP/1.1 200 OK\r\n".to_vec()), Step::Repeat(b"X-Header: x\r\n".repeat(64))]
            }
            Self::EndlessLine => {
                vec![Step::Say(b"HTTP/1.1 200 OK\r\nX-Header: ".to_vec()), Step::Repeat(vec![b'x'; 4096])]
            }
            Self::ManyHeaders => {
                let headers: String = (0..5000).map(|index| format!("X-{index}: x\r\n")).collect();
                vec![Step::Say(response(200, &headers, body))]
            }
            Self::Redirect(status) => to(status, &format!("{url}{ELSEWHERE}")),
            Self::RedirectToHttps => to(302, &format!("{}{ELSEWHERE}", url.replacen("http", "https", 1))),
            Self::RedirectToFile => to(302, "file:///etc/passwd"),
            Self::Html => {
                let page = "<!doctype html><title>Sign in</title>";
                let headers = format!("Content-Type: text/html\r\nContent-Length: {}\r\n", page.len());
                vec![Step::Say(response(200, &headers, page))]
            }
            Self::Empty => vec![Step::Say(head("Content-Length: 0\r\n"))],
            Self::Status(status) => {
                vec![Step::Say(response(status, &format!("Content-Length: {length}\r\n"), body))]
            }
            Self::Truncated => {
                let head = head(&format!("Content-Length: {}\r\n", half.len()));
                vec![Step::Say([&head, half].concat())]
            }
            Self::ClosedMidBody => {
                let head = head(&format!("Content-Length: {length}\r\n"));
                vec![Step::Say([&head, half].concat())]
            }
            Self::ClosedMidChunk => {
                vec![Step::Say([chunked(), format!("{length:x}\r\n").into(), half.to_vec()].concat())]
            }
            Self::ChunkOfNoLength => {
                vec![Step::Say([chunked(), format!("many\r\n{body}\r\n0\r\n\r\n").into()].concat())]
            }
            Self::ChunkBeyondMemory => {
                vec![Step::Say([chunked(), format!("fffffffffffffffff\r\n{body}").into()].concat())]
            }
            Self::TwoLengths => {
                let headers = format!("Content-Length: {length}\r\nContent-Length: {}\r\n", length / 2);
                vec![Step::Say(response(200, &headers, body))]
            }
            Self::ShortLength => {
                let headers = format!("Content-Length: {}\r\n", length - 1);
                vec![Step::Say(response(200, &headers, body))]
            }
            Self::NotHttp => vec![Step::Say(format!("SSH-2.0-OpenSSH_9.9\r\n{body}").into())],
            Self::HangsUp => Vec::new(),
        }
    }
}

fn response(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} Status\r\nConnection: close\r\n{headers}\r\n{body}").into_bytes()
}

/// An answer of the length that it says.
pub(super) fn complete(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = response(status, &format!("Content-Length: {}\r\n{headers}", body.len()), "");
    [&head, body].concat()
}

fn bytes_of(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.iter().map(|byte| vec![*byte]).collect()
}

/// A gzip member (RFC 1952) of one DEFLATE block with fixed codes (RFC 1951 §3.2.6): a space, and again and again the 258 bytes
/// before.
fn bomb() -> Vec<u8> {
    const SPACE: &str = "01010000";
    const REPEAT_258: &str = "1100010100000";
    const END: &str = "0000000";

    let bits = ["110", SPACE, &REPEAT_258.repeat(184_600), END].concat();
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let byte = |bits: &[u8]| bits.iter().rev().fold(0, |byte: u8, bit| (byte << 1) | u8::from(*bit == b'1'));
    bytes.extend(bits.as_bytes().chunks(8).map(byte));
    bytes
}
