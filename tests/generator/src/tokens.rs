//! Status list tokens byte by byte, and the trust pack that holds them.

use std::collections::BTreeMap;

use verilabel_label::IssuerId;
use verilabel_trust::{PackContents, Purpose};
use verilabel_wire::Sign;

use crate::AT;
use crate::keys::Impostor;
use crate::messages::{Parts, array, bstr, head, map, sign, time, tstr, uint};
use crate::packs::{self, SG, index, key};

type Entry = (Vec<u8>, Vec<u8>);

/// Numbers of the lists of the pack `tokens`.
pub mod list {
    /// Made long ago, and good for years.
    pub const OF_YEARS: u32 = 2;
    /// Signed by a stranger under the authority's key id.
    pub const STRANGER: u32 = 10;
    /// By a distrusted key.
    pub const DISTRUSTED: u32 = 11;
    /// By a retired key.
    pub const RETIRED: u32 = 12;
    /// By a key for status lists alone.
    pub const STATUS_KEY: u32 = 13;
    /// By a key for seals alone.
    pub const SEAL_KEY: u32 = 14;
    /// By a key of another issuer.
    pub const ANOTHERS_KEY: u32 = 15;
    /// Names an algorithm that is not the key's.
    pub const ALGORITHM: u32 = 16;
    /// Has the type of another token.
    pub const TYPE: u32 = 17;
    /// Has no type.
    pub const NO_TYPE: u32 = 18;
    /// Has its type as a number.
    pub const TYPE_NUMBER: u32 = 19;
    /// Has a critical header parameter.
    pub const CRITICAL: u32 = 20;
    /// Has its key id in the unprotected header.
    pub const UNPROTECTED: u32 = 21;
    /// Has no key id.
    pub const NO_KEY_ID: u32 = 22;
    /// Says that it is the list of that number of another issuer.
    pub const ANOTHERS: u32 = 23;
    /// Has a time to live, and no expiry.
    pub const TIME_TO_LIVE: u32 = 24;
    /// Has a time to live that is over.
    pub const OUTLIVED: u32 = 25;
    /// Has entries of one bit.
    pub const BITS_1: u32 = 26;
    /// Has entries of eight bits.
    pub const BITS_8: u32 = 27;
    /// Has a byte after the compressed list.
    pub const TRAILING: u32 = 28;
    /// Has a compressed list without its end.
    pub const UNFINISHED: u32 = 29;
    /// Has tag 61 around it.
    pub const TAG_61: u32 = 30;
    /// Has a claim twice.
    pub const TWICE: u32 = 31;
    /// Has a map of indefinite length.
    pub const INDEFINITE: u32 = 32;
    /// Has its times as floating-point numbers.
    pub const FLOATS: u32 = 33;
    /// Has heads that are longer than they need to be, and its claims in another order.
    pub const LONG_HEADS: u32 = 34;
    /// Has a claim that is named by text.
    pub const TEXT_CLAIM: u32 = 35;
    /// Expires in the second judged for.
    pub const EXPIRES_NOW: u32 = 36;
    /// Was made in the second judged for.
    pub const MADE_NOW: u32 = 37;
}

/// What the pack `tokens` holds: the issuers of `base` with a key more, and lists of their own.
pub(crate) fn contents() -> PackContents {
    let mut contents = packs::contents();
    for issuer in contents.issuers.iter_mut().filter(|issuer| issuer.id.as_str() == SG) {
        issuer.keys.push(packs::trusted_for("sg-seal-only", &[Purpose::Seal]));
    }
    contents.status = BTreeMap::new();
    let mut put = |issuer: &str, number: u32, token: Vec<u8>| {
        contents.status.insert((issuer.parse::<IssuerId>().expect("an id"), number), token);
    };
    for (issuer, signer) in [(SG, "sg"), ("specimen.de", "de"), ("specimen.kr", "kr"), ("specimen.jp", "jp")]
    {
        let host = packs::host(issuer);
        let claims = claims_of(&host, list::OF_YEARS, "2023-11-01", &[(uint(4), seconds("2027-11-01"))]);
        put(issuer, list::OF_YEARS, token(&key(signer), &map(&claims)));
    }
    for (number, token) in odd() {
        put(SG, number, token);
    }
    contents
}

fn odd() -> Vec<(u32, Vec<u8>)> {
    let honest = |number| map(&claims(number));
    let by = |number, name: &str| (number, token(&key(name), &honest(number)));
    let headed = |number, entries: &[Entry], unprotected: &[Entry]| {
        let parts = parts(&key("sg"), map(entries), map(unprotected), honest(number));
        (number, parts.join())
    };
    let claiming = |number, payload: Vec<u8>| (number, token(&key("sg"), &payload));
    let with = |number, change: &dyn Fn(&mut Vec<Entry>)| {
        let mut entries = claims(number);
        change(&mut entries);
        claiming(number, map(&entries))
    };
    let thief = Impostor { honest: key("sg"), thief: key("a stranger's") };
    let (alg, typ, kid) = (algorithm(&key("sg")), (uint(16), tstr(TYPE)), key_id(&key("sg")));
    let lists = |bits, bytes: Vec<u8>| map(&[(tstr("bits"), uint(bits)), (tstr("lst"), bstr(&bytes))]);
    let whole = zlib(&ENTRIES);
    let living = |seconds: u64| move |claims: &mut Vec<Entry>| claims[1] = (head(0, 65_534), uint(seconds));
    vec![
        (list::STRANGER, token(&thief, &honest(list::STRANGER))),
        by(list::DISTRUSTED, "sg-distrusted"),
        by(list::RETIRED, "sg-retired"),
        by(list::STATUS_KEY, "sg-status-only"),
        by(list::SEAL_KEY, "sg-seal-only"),
        by(list::ANOTHERS_KEY, "lab"),
        headed(list::ALGORITHM, &[(uint(1), head(1, 7)), kid.clone(), typ.clone()], &[]),
        headed(list::TYPE, &[alg.clone(), kid.clone(), (uint(16), tstr("application/cwt"))], &[]),
        headed(list::NO_TYPE, &[alg.clone(), kid.clone()], &[]),
        headed(list::TYPE_NUMBER, &[alg.clone(), kid.clone(), (uint(16), uint(279))], &[]),
        headed(list::CRITICAL, &[alg.clone(), (uint(2), array(&[uint(4)])), kid.clone(), typ.clone()], &[]),
        headed(list::UNPROTECTED, &[alg.clone(), typ.clone()], &[kid]),
        headed(list::NO_KEY_ID, &[alg, typ], &[]),
        claiming(
            list::ANOTHERS,
            map(&claims_of("label.example.lab", list::ANOTHERS, MADE, &[(uint(4), seconds(EXPIRES))])),
        ),
        with(list::TIME_TO_LIVE, &living(86_400)),
        with(list::OUTLIVED, &living(3 * 3600)),
        // Entry 2 is withdrawn.
        with(list::BITS_1, &|claims| claims[3].1 = lists(1, zlib(&[0b0000_0100, 0]))),
        // Entry 1 is suspended, entry 2 withdrawn.
        with(list::BITS_8, &|claims| claims[3].1 = lists(8, zlib(&[0, 2, 1, 3]))),
        with(list::TRAILING, &|claims| claims[3].1 = lists(2, [&whole[..], &[0]].concat())),
        with(list::UNFINISHED, &|claims| claims[3].1 = lists(2, whole[..whole.len() - 1].to_vec())),
        (list::TAG_61, [head(6, 61), by(list::TAG_61, "sg").1].concat()),
        with(list::TWICE, &|claims| claims.push(claims[1].clone())),
        claiming(list::INDEFINITE, [&[0xBF], &honest(list::INDEFINITE)[1..], &[0xFF]].concat()),
        with(list::FLOATS, &|claims| {
            claims[1].1 = float(EXPIRES);
            claims[2].1 = float(MADE);
        }),
        with(list::LONG_HEADS, &|claims| {
            claims[1].1 = [&[0x1B, 0, 0, 0, 0][..], &claims[1].1[1..]].concat();
            claims.swap(0, 2);
        }),
        with(list::TEXT_CLAIM, &|claims| claims.push((tstr("note"), array(&[uint(1), tstr("x")])))),
        with(list::EXPIRES_NOW, &|claims| claims[1].1 = seconds(AT)),
        with(list::MADE_NOW, &|claims| claims[2].1 = seconds(AT)),
    ]
}

const TYPE: &str = "application/statuslist+cwt";
const MADE: &str = "2026-11-22T06:00:00Z";
const EXPIRES: &str = "2026-11-29T06:00:00Z";

/// 64 entries of two bits: those of [`index`] as they are in every list of the base pack.
const ENTRIES: [u8; 16] = {
    let mut bytes = [0; 16];
    bytes[0] =
        (2 << (2 * index::SUSPENDED)) | (1 << (2 * index::WITHDRAWN)) | (3 << (2 * index::MEANINGLESS));
    bytes
};

fn seconds(when: &str) -> Vec<u8> {
    uint(time(when).seconds_unsigned())
}

fn float(when: &str) -> Vec<u8> {
    let seconds = u32::try_from(time(when).seconds()).expect("a time of this century");
    [vec![0xFB], (f64::from(seconds) + 0.5).to_be_bytes().to_vec()].concat()
}

/// The claims of an honest token of the authority: sub, exp, iat, the list.
fn claims(number: u32) -> Vec<Entry> {
    claims_of(&packs::host(SG), number, MADE, &[(uint(4), seconds(EXPIRES))])
}

fn claims_of(host: &str, number: u32, made: &str, good_until: &[Entry]) -> Vec<Entry> {
    let entries = map(&[(tstr("bits"), uint(2)), (tstr("lst"), bstr(&zlib(&ENTRIES)))]);
    let mut claims = vec![(uint(2), tstr(&format!("https://{host}/status/{number}")))];
    claims.extend_from_slice(good_until);
    claims.extend([(uint(6), seconds(made)), (uint(65_533), entries)]);
    claims
}

fn algorithm(key: &dyn Sign) -> Entry {
    (uint(1), head(1, u64::try_from(-1 - key.key().algorithm().cose()).expect("COSE's are negative")))
}

fn key_id(key: &dyn Sign) -> Entry {
    (uint(4), bstr(key.key().id().as_bytes()))
}

/// An honest envelope around claims.
fn token(key: &dyn Sign, payload: &[u8]) -> Vec<u8> {
    let protected = map(&[algorithm(key), key_id(key), (uint(16), tstr(TYPE))]);
    parts(key, protected, map(&[]), payload.to_vec()).join()
}

fn parts(key: &dyn Sign, protected: Vec<u8>, unprotected: Vec<u8>, payload: Vec<u8>) -> Parts {
    let signature = sign(key, &protected, "", &payload).to_vec();
    Parts { tag: head(6, 18), array: head(4, 4), protected, unprotected, payload, signature }
}

/// Bytes as one stored block of a zlib stream (RFC 1950, RFC 1951 §3.2.4).
fn zlib(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("a short list");
    let (mut a, mut b) = (1_u32, 0);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    let adler = (b << 16 | a).to_be_bytes();
    [&[0x78, 0x01, 1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), bytes, &adler].concat()
}
