//! TLS: certificates and a private key from PEM files, read once at the start.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, crypto};
use tokio_rustls::TlsAcceptor;

/// What turns a connection into one of TLS. Only HTTP/1.1 is offered.
///
/// # Errors
/// A file cannot be read, or holds nothing that can be used: which file, never what is in it.
pub(super) fn acceptor(certificates: &Path, key: &Path) -> Result<TlsAcceptor, String> {
    let unusable = |what: &'static str| move |error: rustls::pki_types::pem::Error| format!("{what} cannot be read: {error}");
    let chain = CertificateDer::pem_file_iter(certificates).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(unusable("the file of certificates"))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(unusable("the file of the private key"))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| format!("the certificates and the private key cannot be used: {error}"))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
