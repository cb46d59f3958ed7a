//! TLS with certificates made for the test.

use std::fs;
use std::io::{Read, Write};
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::http::{Answer, connect, request};
use crate::place::{INDEX, Place, Server};

const HOST: &str = "label.example.sg";

/// A certificate of its own, beside the page; and what trusts it.
fn certificate(place: &Place) -> RootCertStore {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([HOST.to_owned()]).unwrap();
    fs::write(place.path("cert.pem"), cert.pem()).unwrap();
    fs::write(place.path("key.pem"), signing_key.serialize_pem()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).unwrap();
    roots
}

fn serve(place: &Place) -> Server {
    let [cert, key] = ["cert.pem", "key.pem"].map(|name| place.path(name).to_str().unwrap().to_owned());
    place.serve_with(&["--tls-cert", &cert, "--tls-key", &key])
}

type Stream = StreamOwned<ClientConnection, std::net::TcpStream>;

fn secured(server: &Server, roots: RootCertStore, protocol: &str) -> std::io::Result<Stream> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let name = ServerName::try_from(HOST).unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = connect(server.address);
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    assert_eq!(connection.alpn_protocol(), Some(protocol.as_bytes()));
    Ok(StreamOwned::new(connection, stream))
}

fn get(server: &Server, roots: RootCertStore, path: &str) -> std::io::Result<Answer> {
    let mut stream = secured(server, roots, "http/1.1")?;
    stream.write_all(request("GET", path, &[]).as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(Answer::parse(&answer))
}

#[test]
fn the_page_comes_over_tls_and_insists_on_it() {
    let place = Place::new();
    let roots = certificate(&place);
    let server = serve(&place);
    let answer = get(&server, roots.clone(), "/").unwrap();
    assert_eq!((answer.status, answer.text().as_str()), (200, INDEX));
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
    assert!(get(&server, RootCertStore::empty(), "/").is_err(), "another's certificate");
    assert!(get(&server, roots, "/nothing").unwrap().header("strict-transport-security").contains("max-age"));
}

#[test]
fn http_2_is_agreed_on() {
    let place = Place::new();
    let roots = certificate(&place);
    let server = serve(&place);
    let mut stream = secured(&server, roots, "h2").unwrap();
    // Preface and empty SETTINGS (RFC 9113 §3.4); the first frame that comes back is SETTINGS, too.
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").unwrap();
    let mut head = [0; 9];
    stream.read_exact(&mut head).unwrap();
    assert_eq!(head[3], 4, "{head:?}");
}

#[test]
fn a_renewed_certificate_is_taken_at_a_signal() {
    let place = Place::new();
    let first = certificate(&place);
    let server = serve(&place);
    let second = certificate(&place);
    assert!(get(&server, first.clone(), "/").is_ok());
    server.signal("HUP");
    server.told("were read again");
    assert!(get(&server, second.clone(), "/").is_ok());
    assert!(get(&server, first, "/").is_err());
    place.write("cert.pem", "damaged");
    server.signal("HUP");
    server.told("stay as they were");
    assert!(get(&server, second, "/").is_ok());
}
