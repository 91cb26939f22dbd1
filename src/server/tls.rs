//! TLS: certificates and a private key from PEM files, read once at the start.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, crypto};
use tokio_rustls::TlsAcceptor;

/// What turns a connection into one of TLS. Only HTTP/1.1 is offered.
///
/// # Errors
/// A file cannot be read, or holds nothing that can be used: which file, never what is in it.
pub(super) fn acceptor(certificates: &Path, key: &Path) -> Result<TlsAcceptor, String> {
    let chain = CertificateDer::pem_file_iter(certificates).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.and_then(|chain| if chain.is_empty() { Err(pem::Error::NoItemsFound) } else { Ok(chain) });
    let chain = chain.map_err(|error| unusable("certificates", certificates, &error))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| unusable("the private key", key, &error))?;
    let builder = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider())).with_safe_default_protocol_versions();
    let mut config = builder
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private))
        .map_err(|error| format!("the certificates of {} and the private key of {} cannot be used together: {error}", certificates.display(), key.display()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the enum is another crate's, and open; the others tell what stands there, which may be secret")]
fn unusable(what: &str, path: &Path, error: &pem::Error) -> String {
    let why = match error {
        pem::Error::NoItemsFound => "there are none in PEM form".to_owned(),
        pem::Error::Io(error) => error.to_string(),
        _ => "it is no PEM".to_owned(),
    };
    format!("{what} cannot be read from {}: {why}", path.display())
}
