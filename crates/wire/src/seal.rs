//! The seal: label claims as a CWT in a COSE_Sign1, bound to a GS1 path (docs/spec/seal.md).

use minicbor::Encoder;
use verilabel_label::{
    CategoryId, Date, Gs1Path, LabelClaims, LabelNumber, Level, ModelNumber, Name, Names, SchemeId,
    SpecificationVersion, StatusRef, Timestamp, Validity,
};

use crate::cbor::{self, InMemory, KeyOrder, Reader};
use crate::cose::{EnvelopeRules, sign1};
use crate::{CborError, EnvelopeError, KeyId, Payload, PayloadError, Sealed, Sign, SignError};

/// CWT claims (RFC 8392 §3.1) and the private claim that holds the label (below -65536, RFC 8392 §9.1).
mod claim {
    pub(super) const EXP: i64 = 4;
    pub(super) const NBF: i64 = 5;
    pub(super) const IAT: i64 = 6;
    pub(super) const LABEL: i64 = -65_537;
}

/// Members of the label claim.
mod member {
    pub(super) const SCHEME: i64 = 1;
    pub(super) const SPECIFICATION: i64 = 2;
    pub(super) const LEVEL: i64 = 3;
    pub(super) const NUMBER: i64 = 4;
    pub(super) const AWARDED: i64 = 5;
    pub(super) const STATUS: i64 = 6;
    pub(super) const CATEGORY: i64 = 7;
    pub(super) const BRAND: i64 = 8;
    pub(super) const MODELS: i64 = 9;
    pub(super) const MANUFACTURER: i64 = 10;
}

const RULES: EnvelopeRules = EnvelopeRules {
    max_length: 2_048,
    order: KeyOrder::Deterministic,
    lenient_headers: false,
    key_id_length: Some(KeyId::LENGTH),
    typ: None,
};

/// How much of a label travels in its seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// With brand, models and manufacturer, so that a shopper can compare them without a network.
    #[default]
    Named,
    /// Without names, for small packages: verifiers take them from the trust pack.
    Lean,
}

/// Signs the claims for the product at `path`: the seal's bytes.
///
/// # Errors
/// Only those of the signer.
pub fn seal(
    claims: &LabelClaims,
    path: &Gs1Path,
    profile: Profile,
    signer: &dyn Sign,
) -> Result<Vec<u8>, SignError> {
    let mut aad = String::with_capacity(96);
    path.write_canonical(&mut aad);
    let payload = cbor::write(192, |e| encode(claims, profile, e));
    sign1(&payload, aad.as_bytes(), None, signer)
}

impl<'b> Sealed<'b, LabelClaims> {
    /// Reads the envelope of a seal that stands on the product at `path`.
    pub fn parse(bytes: &'b [u8], path: &Gs1Path) -> Result<Self, EnvelopeError> {
        let mut aad = String::with_capacity(96);
        path.write_canonical(&mut aad);
        Self::read(bytes, aad.as_bytes(), &RULES)
    }
}

fn encode(claims: &LabelClaims, profile: Profile, e: &mut Encoder<&mut Vec<u8>>) -> Result<(), InMemory> {
    let nbf = Some(claims.validity.from()).filter(|from| *from != claims.awarded.first_second());
    let names = claims.names.as_ref().filter(|_| profile == Profile::Named);
    e.map(3 + u64::from(nbf.is_some()))?;
    e.i64(claim::EXP)?.u64(claims.validity.until().seconds_unsigned())?;
    if let Some(nbf) = nbf {
        e.i64(claim::NBF)?.u64(nbf.seconds_unsigned())?;
    }
    e.i64(claim::IAT)?.u64(claims.issued_at.seconds_unsigned())?;
    e.i64(claim::LABEL)?;
    e.map(6 + u64::from(claims.category.is_some()) + if names.is_some() { 3 } else { 0 })?;
    e.i64(member::SCHEME)?.str(claims.scheme.as_str())?;
    e.i64(member::SPECIFICATION)?.str(claims.specification.as_str())?;
    e.i64(member::LEVEL)?.u8(claims.level.number())?;
    e.i64(member::NUMBER)?.str(claims.number.as_str())?;
    e.i64(member::AWARDED)?.u32(claims.awarded.days())?;
    e.i64(member::STATUS)?.array(2)?.u32(claims.status.list)?.u32(claims.status.index)?;
    if let Some(category) = &claims.category {
        e.i64(member::CATEGORY)?.str(category.as_str())?;
    }
    if let Some(names) = names {
        e.i64(member::BRAND)?.str(names.brand.as_str())?;
        e.i64(member::MODELS)?.array(u64::try_from(names.models.len()).unwrap_or(u64::MAX))?;
        for model in &names.models {
            e.str(model.as_str())?;
        }
        e.i64(member::MANUFACTURER)?.str(names.manufacturer.as_str())?;
    }
    Ok(())
}

impl Payload for LabelClaims {
    type Error = PayloadError;

    fn decode(payload: &[u8]) -> Result<Self, PayloadError> {
        let mut reader = Reader::new(payload);
        let (mut expires, mut not_before, mut issued_at) = (None, None, None);
        let mut label = LabelMembers::default();
        reader.map(KeyOrder::Deterministic, |reader, key| {
            match key {
                claim::EXP => expires = Some(timestamp(reader)?),
                claim::NBF => not_before = Some(timestamp(reader)?),
                claim::IAT => issued_at = Some(timestamp(reader)?),
                claim::LABEL => label.read(reader)?,
                _ => return Ok(false),
            }
            Ok::<_, PayloadError>(true)
        })?;
        reader.finish()?;
        let awarded = due(label.awarded, member::AWARDED)?;
        let from = match not_before {
            Some(from) if from == awarded.first_second() => {
                return Err(PayloadError::Redundant { claim: "nbf" });
            }
            Some(from) => from,
            None => awarded.first_second(),
        };
        Ok(Self {
            validity: Validity::new(from, due(expires, claim::EXP)?)?,
            issued_at: due(issued_at, claim::IAT)?,
            awarded,
            scheme: due(label.scheme, member::SCHEME)?,
            specification: due(label.specification, member::SPECIFICATION)?,
            level: due(label.level, member::LEVEL)?,
            number: due(label.number, member::NUMBER)?,
            status: due(label.status, member::STATUS)?,
            category: label.category,
            names: names(label.brand, label.models, label.manufacturer)?,
        })
    }
}

#[derive(Default)]
struct LabelMembers {
    scheme: Option<SchemeId>,
    specification: Option<SpecificationVersion>,
    level: Option<Level>,
    number: Option<LabelNumber>,
    awarded: Option<Date>,
    status: Option<StatusRef>,
    category: Option<CategoryId>,
    brand: Option<Name>,
    models: Option<Vec<ModelNumber>>,
    manufacturer: Option<Name>,
}

impl LabelMembers {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), PayloadError> {
        reader.map(KeyOrder::Deterministic, |reader, key| {
            match key {
                member::SCHEME => self.scheme = Some(SchemeId::new(reader.text()?)?),
                member::SPECIFICATION => {
                    self.specification = Some(SpecificationVersion::new(reader.text()?)?);
                }
                member::LEVEL => self.level = Some(Level::new(reader.unsigned_fitting()?)?),
                member::NUMBER => self.number = Some(LabelNumber::new(reader.text()?)?),
                member::AWARDED => self.awarded = Some(Date::from_days(reader.unsigned_fitting()?)?),
                member::STATUS => {
                    reader.array(2)?;
                    let (list, index) = (reader.unsigned_fitting()?, reader.unsigned_fitting()?);
                    self.status = Some(StatusRef { list, index });
                }
                member::CATEGORY => self.category = Some(CategoryId::new(reader.text()?)?),
                member::BRAND => self.brand = Some(Name::new(reader.text()?)?),
                member::MODELS => self.models = Some(models(reader)?),
                member::MANUFACTURER => self.manufacturer = Some(Name::new(reader.text()?)?),
                _ => return Ok(false),
            }
            Ok(true)
        })
    }
}

fn models(reader: &mut Reader<'_>) -> Result<Vec<ModelNumber>, PayloadError> {
    let at = reader.position();
    let count = usize::try_from(reader.array_any()?).unwrap_or(usize::MAX);
    if count > Names::MAX_MODELS {
        return Err(CborError::Range { at }.into());
    }
    (0..count).map(|_| Ok(ModelNumber::new(reader.text()?)?)).collect()
}

fn names(
    brand: Option<Name>,
    models: Option<Vec<ModelNumber>>,
    manufacturer: Option<Name>,
) -> Result<Option<Names>, PayloadError> {
    match (brand, models, manufacturer) {
        (Some(brand), Some(models), Some(manufacturer)) => Ok(Some(Names::new(brand, models, manufacturer)?)),
        (None, None, None) => Ok(None),
        _ => Err(PayloadError::NamesIncomplete),
    }
}

fn timestamp(reader: &mut Reader<'_>) -> Result<Timestamp, PayloadError> {
    Ok(Timestamp::from_seconds(reader.unsigned_fitting()?)?)
}

fn due<T>(value: Option<T>, key: i64) -> Result<T, CborError> {
    value.ok_or(CborError::MissingKey { key })
}

#[cfg(test)]
mod tests;
