//! The service over TLS.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto};

use super::process::{Process, command};
use super::support::Folder;

/// A folder with a certificate for `localhost` and its key.
struct Rig {
    folder: Folder,
    certificate: PathBuf,
    key: PathBuf,
}

impl Rig {
    fn new() -> Rig {
        let folder = Folder::with_acme();
        let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        folder.write("certificate.pem", &made.cert.pem());
        folder.write("key.pem", &made.signing_key.serialize_pem());
        Rig { folder, certificate, key }
    }

    fn start(&self, more: &[&str]) -> Process {
        let files = ["--tls-cert", self.certificate.to_str().unwrap(), "--tls-key", self.key.to_str().unwrap()];
        Process::start(self.folder.path(), &[&files, more].concat())
    }

    /// A client that trusts the certificate and offers some protocols.
    fn connect(&self, process: &Process, protocols: &[&[u8]]) -> StreamOwned<ClientConnection, TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(&self.certificate).unwrap()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider())).with_safe_default_protocol_versions().unwrap();
        let mut config = builder.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        let connection = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap();
        StreamOwned::new(connection, process.connect())
    }
}

const DECIDE: &str = "POST /v1/decide HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 29\r\n\r\n{\"context\": {\"domain\": \"IT\"}}";

#[test]
fn requests_are_answered_over_tls() {
    let rig = Rig::new();
    let process = rig.start(&[]);
    for protocols in [&[][..], &[&b"http/1.1"[..]], &[b"h2", b"http/1.1"]] {
        let mut stream = rig.connect(&process, protocols);
        stream.write_all(DECIDE.as_bytes()).unwrap();
        let mut told = String::new();
        stream.read_to_string(&mut told).unwrap();
        assert!(told.starts_with("HTTP/1.1 200") && told.contains("\"label\":\"one\""), "{told}");
        assert_eq!(stream.conn.alpn_protocol(), if protocols.is_empty() { None } else { Some(&b"http/1.1"[..]) });
    }
    // HTTP/2 alone is refused while the connection is made, not answered in another protocol.
    let mut stream = rig.connect(&process, &[b"h2"]);
    assert!(stream.write_all(DECIDE.as_bytes()).is_err() || stream.read(&mut [0; 1]).is_err());
}

#[test]
fn what_is_no_tls_ends_quickly_and_stops_nobody() {
    let rig = Rig::new();
    let process = rig.start(&["--header-timeout", "1s"]);
    let mut held = rig.connect(&process, &[]);
    // The connection is made before the others come.
    held.conn.complete_io(&mut held.sock).unwrap();
    for bytes in [&b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"[..], b"\r\n", &[0xff; 300], b"\x16\x03\x01\x00\x02\x01\x00"] {
        let started = Instant::now();
        let told = process.raw(bytes);
        assert!(!told.contains("HTTP/"), "{told}");
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    }
    // Half of what begins a connection, and nothing.
    for bytes in [&b"\x16\x03\x01\x02\x00\x01\x00"[..], b""] {
        let started = Instant::now();
        process.raw(bytes);
        let took = started.elapsed();
        assert!(took > Duration::from_millis(900) && took < Duration::from_secs(5), "{took:?}");
    }
    let mut stream = rig.connect(&process, &[]);
    stream.write_all(DECIDE.as_bytes()).unwrap();
    let mut told = String::new();
    stream.read_to_string(&mut told).unwrap();
    assert!(told.starts_with("HTTP/1.1 200"), "{told}");
    let told = process.end();
    assert!(!told.contains("panicked") && !told.contains("defect"), "{told}");
}

#[test]
fn files_that_cannot_be_used_are_named_at_the_start() {
    let (rig, other) = (Rig::new(), Rig::new());
    let path = |name: &str| rig.folder.path().join(name).to_str().unwrap().to_owned();
    rig.folder.write("empty.pem", "");
    rig.folder.write("secret.pem", "-----BEGIN PRIVATE KEY-----\nnot base 64!\n-----END PRIVATE KEY-----\n");
    let (certificate, key) = (path("certificate.pem"), path("key.pem"));
    for (arguments, message) in [
        (vec!["--tls-cert", &certificate], "TLS needs both `tls-cert` and `tls-key`".to_owned()),
        (vec!["--tls-key", &key], "TLS needs both `tls-cert` and `tls-key`".to_owned()),
        (vec!["--tls-cert", "no/such", "--tls-key", &key], "certificates cannot be read from no/such: No such file".to_owned()),
        (vec!["--tls-cert", &certificate, "--tls-key", "no/such"], "the private key cannot be read from no/such: No such file".to_owned()),
        (vec!["--tls-cert", &path("empty.pem"), "--tls-key", &key], format!("certificates cannot be read from {}: there are none", path("empty.pem"))),
        (vec!["--tls-cert", &key, "--tls-key", &key], format!("certificates cannot be read from {key}: there are none")),
        (vec!["--tls-cert", &certificate, "--tls-key", &certificate], format!("the private key cannot be read from {certificate}: there are none")),
        (
            vec!["--tls-cert", &certificate, "--tls-key", &path("secret.pem")],
            format!("the private key cannot be read from {}: it is no PEM", path("secret.pem")),
        ),
        (
            vec!["--tls-cert", &certificate, "--tls-key", other.key.to_str().unwrap()],
            format!("the certificates of {certificate} and the private key of {} cannot be used together", other.key.display()),
        ),
    ] {
        let output = command(rig.folder.path(), &arguments).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(&message) && !told.contains("base 64"), "{arguments:?}: {told}");
    }
}
