//! Messages byte by byte, so that each can have its one fault. The signing structure is written here a second
//! time, independently of the library.

use verilabel_label::{
    CategoryId, Gs1Path, LabelClaims, ModelNumber, Name, Names, StatusRef, Timestamp, Validity,
};
use verilabel_wire::{LinkBase, Profile, Sign, seal};

/// The GTIN of most vectors, of GS1's demonstration range.
pub const GTIN: &str = "09521234543213";
/// Another product's.
pub const OTHER_GTIN: &str = "09521234543220";
/// The host of most vectors.
pub const HOST: &str = "label.example.sg";

/// A CBOR head: major type and argument, in the shortest form.
#[must_use]
pub fn head(major: u8, argument: u64) -> Vec<u8> {
    let first = major << 5;
    let bytes = argument.to_be_bytes();
    match argument {
        0..=23 => vec![first + bytes[7]],
        24..=0xFF => vec![first + 24, bytes[7]],
        0x100..=0xFFFF => [&[first + 25], &bytes[6..]].concat(),
        0x1_0000..=0xFFFF_FFFF => [&[first + 26], &bytes[4..]].concat(),
        _ => [&[first + 27], &bytes[..]].concat(),
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).expect("a length fits")
}

/// An unsigned number.
#[must_use]
pub fn uint(value: u64) -> Vec<u8> {
    head(0, value)
}

/// A byte string.
#[must_use]
pub fn bstr(bytes: &[u8]) -> Vec<u8> {
    [head(2, length(bytes)), bytes.to_vec()].concat()
}

/// Text.
#[must_use]
pub fn tstr(text: &str) -> Vec<u8> {
    [head(3, length(text.as_bytes())), text.as_bytes().to_vec()].concat()
}

/// An array of encoded items.
#[must_use]
pub fn array(items: &[Vec<u8>]) -> Vec<u8> {
    [head(4, u64::try_from(items.len()).expect("a length fits")), items.concat()].concat()
}

/// A map of encoded keys and values, in the order given.
#[must_use]
pub fn map(entries: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let body: Vec<u8> =
        entries.iter().flat_map(|(key, value)| [key.clone(), value.clone()].concat()).collect();
    [head(5, u64::try_from(entries.len()).expect("a length fits")), body].concat()
}

/// The key of the label claim, -65537.
#[must_use]
pub fn label_key() -> Vec<u8> {
    head(1, 65_536)
}

/// The protected header of a seal under that key.
#[must_use]
pub fn protected(key: &dyn Sign) -> Vec<u8> {
    let algorithm = u64::try_from(-1 - key.key().algorithm().cose()).expect("a COSE algorithm is negative");
    map(&[(uint(1), head(1, algorithm)), (uint(4), bstr(key.key().id().as_bytes()))])
}

/// A signature over the `Sig_structure` of RFC 9052 §4.4.
#[must_use]
pub fn sign(key: &dyn Sign, protected: &[u8], aad: &str, payload: &[u8]) -> [u8; 64] {
    let structure = array(&[tstr("Signature1"), bstr(protected), bstr(aad.as_bytes()), bstr(payload)]);
    key.sign(&structure).expect("a key of ours signs")
}

/// A seal in its parts, any of which a vector may change before they are put together.
pub struct Parts {
    /// The tag's head.
    pub tag: Vec<u8>,
    /// The array's head.
    pub array: Vec<u8>,
    /// The protected header, encoded, without its byte string's head.
    pub protected: Vec<u8>,
    /// The unprotected header, encoded.
    pub unprotected: Vec<u8>,
    /// The claims, encoded, without their byte string's head.
    pub payload: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

impl Parts {
    /// The parts of an honest seal over that payload.
    #[must_use]
    pub fn signed(key: &dyn Sign, path: &Gs1Path, payload: Vec<u8>) -> Self {
        Self::signed_with(key, path, protected(key), payload)
    }

    /// The same with another protected header, which is signed too.
    #[must_use]
    pub fn signed_with(key: &dyn Sign, path: &Gs1Path, protected: Vec<u8>, payload: Vec<u8>) -> Self {
        let signature = sign(key, &protected, &path.to_string(), &payload).to_vec();
        Self { tag: head(6, 18), array: head(4, 4), protected, unprotected: map(&[]), payload, signature }
    }

    /// The message.
    #[must_use]
    pub fn join(&self) -> Vec<u8> {
        [
            self.tag.clone(),
            self.array.clone(),
            bstr(&self.protected),
            self.unprotected.clone(),
            bstr(&self.payload),
            bstr(&self.signature),
        ]
        .concat()
    }
}

/// The path of a product.
#[must_use]
pub fn path(gtin: &str) -> Gs1Path {
    Gs1Path::of(gtin.parse().expect("a GTIN"))
}

/// The link of a seal on a product.
#[must_use]
pub fn link(path: &Gs1Path, seal: &[u8]) -> String {
    link_at(HOST, path, seal)
}

/// The same at another host.
#[must_use]
pub fn link_at(host: &str, path: &Gs1Path, seal: &[u8]) -> String {
    LinkBase::new(&format!("https://{host}")).expect("a host").link(path, seal)
}

/// The link of claims, sealed by the library.
#[must_use]
pub fn minted(claims: &LabelClaims, path: &Gs1Path, key: &dyn Sign) -> String {
    link(path, &seal(claims, path, Profile::Named, key).expect("a key of ours signs"))
}

/// A time.
#[must_use]
pub fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// A validity.
#[must_use]
pub fn validity(from: &str, until: &str) -> Validity {
    Validity::new(time(from), time(until)).expect("a period")
}

/// The claims of an honest CLS(IoT) label; `index` is its place in list 1.
#[must_use]
pub fn claims(level: u8, index: u32) -> LabelClaims {
    LabelClaims {
        scheme: "sg.cls-iot".parse().expect("a scheme"),
        specification: "1.4".parse().expect("a version"),
        level: level.try_into().expect("a level"),
        number: "CSA/220729/00123".parse().expect("a number"),
        awarded: "2026-07-23".parse().expect("a date"),
        validity: validity("2026-07-23", "2029-07-23"),
        issued_at: time("2026-07-23T02:00:00Z"),
        status: StatusRef { list: 1, index },
        category: Some(category("hub")),
        names: Some(names()),
    }
}

/// A category.
#[must_use]
pub fn category(id: &str) -> CategoryId {
    id.parse().expect("a category")
}

/// Names.
#[must_use]
pub fn names() -> Names {
    let name = |text: &str| text.parse::<Name>().expect("a name");
    let models = vec!["LX-200".parse::<ModelNumber>().expect("a model")];
    Names::new(name("Lumora"), models, name("Lumora Devices")).expect("names")
}

/// The members of the label claim of [`claims`], for vectors that change one.
#[must_use]
pub fn label_members(level: u8, index: u32) -> Vec<(Vec<u8>, Vec<u8>)> {
    vec![
        (uint(1), tstr("sg.cls-iot")),
        (uint(2), tstr("1.4")),
        (uint(3), uint(level.into())),
        (uint(4), tstr("CSA/220729/00123")),
        (uint(5), uint(20_657)),
        (uint(6), array(&[uint(1), uint(index.into())])),
        (uint(7), tstr("hub")),
        (uint(8), tstr("Lumora")),
        (uint(9), array(&[tstr("LX-200")])),
        (uint(10), tstr("Lumora Devices")),
    ]
}

/// The claims of [`claims`] with that label claim.
#[must_use]
pub fn claim_entries(label: Vec<u8>) -> Vec<(Vec<u8>, Vec<u8>)> {
    vec![(uint(4), uint(1_879_459_200)), (uint(6), uint(1_784_772_000)), (label_key(), label)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys;

    #[test]
    fn written_twice_it_is_the_same() {
        let key = keys::eddsa("test");
        let payload = map(&claim_entries(map(&label_members(3, 0))));
        let ours = Parts::signed(&key, &path(GTIN), payload).join();
        let theirs = seal(&claims(3, 0), &path(GTIN), Profile::Named, &key).expect("a key of ours signs");
        assert_eq!(ours, theirs);
    }
}
