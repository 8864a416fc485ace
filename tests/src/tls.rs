//! A certificate authority, an authorization server behind TLS, and a proxy before it, all on loopback ports.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::Counter;

/// Signs certificates that nobody trusts by himself.
#[derive(Debug)]
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

struct Signed {
    certificate: CertificateDer<'static>,
    pem: String,
    key: KeyPair,
}

impl Authority {
    /// A new one.
    pub fn new() -> Self {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(parameters, key).expect("a certificate"))
    }

    /// Its certificate, as PEM.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// The certificate of a client and its private key, as PEM.
    pub fn client(&self) -> String {
        let Signed { pem, key, .. } = self.sign("client.example.com", ExtendedKeyUsagePurpose::ClientAuth);
        format!("{pem}{}", key.serialize_pem())
    }

    fn sign(&self, name: &str, usage: ExtendedKeyUsagePurpose) -> Signed {
        self.sign_until(4096, name, usage)
    }

    /// Good until the first day of this year.
    fn sign_until(&self, year: i32, name: &str, usage: ExtendedKeyUsagePurpose) -> Signed {
        let mut parameters = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        parameters.not_after = date_time_ymd(year, 1, 1);
        parameters.extended_key_usages = vec![usage];
        let key = KeyPair::generate().expect("a key");
        let certificate = parameters.signed_by(&key, &self.0).expect("a certificate");
        Signed { certificate: certificate.der().clone(), pem: certificate.pem(), key }
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).expect("a root certificate");
        roots
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

/// Answers each path with the bytes that it was told, over TLS.
#[derive(Clone, Debug)]
pub struct TlsServer {
    address: SocketAddr,
    answers: Arc<Mutex<HashMap<String, Vec<u8>>>>,
    heard: Arc<Mutex<Vec<String>>>,
    handshakes: Counter,
}

impl TlsServer {
    /// With a certificate of `authority` for 127.0.0.1, which asks its clients for one of `clients`, if any.
    pub async fn start(authority: &Authority, clients: Option<&Authority>) -> Self {
        Self::with(authority.sign("127.0.0.1", ExtendedKeyUsagePurpose::ServerAuth), clients).await
    }

    /// With one that is no longer good.
    pub async fn expired(authority: &Authority) -> Self {
        Self::with(authority.sign_until(2020, "127.0.0.1", ExtendedKeyUsagePurpose::ServerAuth), None).await
    }

    async fn with(signed: Signed, clients: Option<&Authority>) -> Self {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().expect("versions");
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(clients) => {
                let roots = Arc::new(clients.roots());
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider);
                builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
            }
        };
        let Signed { certificate, key, .. } = signed;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = builder.with_single_cert(vec![certificate], key).expect("a certificate");
        let acceptor = TlsAcceptor::from(Arc::new(config));

        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let this =
            Self { address, answers: Arc::default(), heard: Arc::default(), handshakes: Counter::default() };
        let server = this.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (server, acceptor) = (server.clone(), acceptor.clone());
                tokio::spawn(async move { server.serve(acceptor, stream).await });
            }
        });
        this
    }

    /// `https://127.0.0.1:{port}`.
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers 200 with this body at `path`.
    pub fn says(&self, path: &str, body: &str) {
        self.answers(path, "200 OK", "", body);
    }

    /// Answers this at `path`, with these header lines besides the length.
    pub fn answers(&self, path: &str, status: &str, headers: &str, body: &str) {
        let length = body.len();
        let answer = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}");
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), answer.into());
    }

    /// How many clients found its certificate right, and showed one of their own if asked.
    pub fn handshakes(&self) -> usize {
        self.handshakes.get()
    }

    /// What it was sent, request by request.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn serve(&self, acceptor: TlsAcceptor, stream: TcpStream) {
        let Ok(mut stream) = acceptor.accept(stream).await else { return };
        let Some(request) = head(&mut stream).await else { return };
        self.handshakes.count();
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        let answer = self.answers.lock().unwrap_or_else(PoisonError::into_inner).get(&path).cloned();
        let answer =
            answer.unwrap_or_else(|| b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec());
        // The other side may be gone.
        let _ = stream.write_all(&answer).await;
        let _ = stream.shutdown().await;
    }
}

/// A forward proxy (RFC 9110 §9.3.6): wherever it is asked for, it leads to one place.
#[derive(Clone, Debug)]
pub struct Proxy {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// One that leads to `destination`, or refuses with this status.
    pub async fn start(destination: Result<SocketAddr, &'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let this = Self { address, heard: Arc::default() };
        let heard = Arc::clone(&this.heard);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let heard = Arc::clone(&heard);
                tokio::spawn(async move {
                    let Some(request) = head(&mut stream).await else { return };
                    heard.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                    // Either side may leave when it likes.
                    let _ = match destination {
                        Ok(destination) => lead(stream, destination).await,
                        Err(status) => {
                            let refusal = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
                            stream.write_all(refusal.as_bytes()).await
                        }
                    };
                });
            }
        });
        this
    }

    /// `http://{credentials}127.0.0.1:{port}`, the credentials ending with `@`.
    pub fn url(&self, credentials: &str) -> String {
        format!("http://{credentials}{}", self.address)
    }

    /// What it was asked, request by request.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn lead(mut from: TcpStream, to: SocketAddr) -> std::io::Result<()> {
    let mut to = TcpStream::connect(to).await?;
    from.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    copy_bidirectional(&mut from, &mut to).await.map(|_| ())
}

/// All that comes before an empty line.
async fn head(stream: &mut (impl AsyncReadExt + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}
