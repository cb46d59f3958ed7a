//! A label award: what officers decide, before anything is signed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use verilabel_label::{
    CategoryId, Date, FieldError, Gs1Path, Gtin, LabelClaims, LabelNumber, Level, ModelNumber, Name, Names,
    SchemeId, Serial, SpecificationVersion, StatusRef, Timestamp, Validity,
};
use verilabel_recognition::{Kind, Register};
use verilabel_trust::{Issuer, Product};

use crate::schema;

/// The award of a label to a product, for one code on its package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LabelAward {
    /// The scheme.
    #[schema(value_type = schema::SchemeId)]
    pub scheme: SchemeId,
    /// The specification version of the award.
    #[schema(value_type = schema::SpecificationVersion)]
    pub specification: SpecificationVersion,
    /// The level.
    #[schema(value_type = schema::Level)]
    pub level: Level,
    /// The label's number.
    #[schema(value_type = schema::LabelNumber)]
    pub number: LabelNumber,
    /// The date of the award.
    #[schema(value_type = schema::Date)]
    pub awarded: Date,
    /// The first day of validity; the date of the award if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Date>)]
    pub valid_from: Option<Date>,
    /// The last day of validity.
    #[schema(value_type = schema::Date)]
    pub valid_until: Date,
    /// The product's GTIN.
    #[schema(value_type = schema::Gtin)]
    pub gtin: Gtin,
    /// The serial number of one box, for a unit label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Serial>)]
    pub serial: Option<Serial>,
    /// The product category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::CategoryId>)]
    pub category: Option<CategoryId>,
    /// Brand.
    #[schema(value_type = schema::Name)]
    pub brand: Name,
    /// Models.
    #[schema(value_type = Vec<schema::ModelNumber>)]
    pub models: Vec<ModelNumber>,
    /// Manufacturer.
    #[schema(value_type = schema::Name)]
    pub manufacturer: Name,
}

impl LabelAward {
    /// The product, or the box of a unit label.
    #[must_use]
    pub fn path(&self) -> Gs1Path {
        match &self.serial {
            Some(serial) => Gs1Path::of_unit(self.gtin, serial.clone()),
            None => Gs1Path::of(self.gtin),
        }
    }

    /// What the issuer will state.
    ///
    /// # Errors
    /// If the validity ends before it begins, or there are no models.
    pub fn claims(&self, status: StatusRef, issued_at: Timestamp) -> Result<LabelClaims, FieldError> {
        let from = self.valid_from.unwrap_or(self.awarded);
        // A family may be larger than a seal has room for; the product record lists all of it.
        let carried = self.models.get(..Names::MAX_MODELS).unwrap_or(&self.models);
        Ok(LabelClaims {
            scheme: self.scheme.clone(),
            specification: self.specification.clone(),
            level: self.level,
            number: self.number.clone(),
            awarded: self.awarded,
            validity: Validity::new(from.first_second(), self.valid_until.end())?,
            issued_at,
            status,
            category: self.category.clone(),
            names: Some(Names::new(self.brand.clone(), carried.to_vec(), self.manufacturer.clone())?),
        })
    }

    /// The product record for the trust pack.
    #[must_use]
    pub fn product(&self) -> Product {
        Product {
            label: self.number.clone(),
            brand: self.brand.clone(),
            models: self.models.clone(),
            manufacturer: self.manufacturer.clone(),
            category: self.category.clone(),
            gtins: vec![self.gtin],
            picture: None,
        }
    }

    /// Whether two awards are the same but for the code they are for: other GTINs of the family, other boxes.
    #[must_use]
    pub fn is_of_the_same_label(&self, other: &Self) -> bool {
        let bare = |award: &Self| Self { gtin: self.gtin, serial: None, ..award.clone() };
        bare(self) == bare(other)
    }

    /// Checks the award against the register and against what the issuer may state.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self, register: &Register, issuer: &Issuer) -> Result<(), AwardRefusal> {
        let scheme = register
            .scheme(&self.scheme)
            .ok_or_else(|| AwardRefusal::UnknownScheme { scheme: self.scheme.clone() })?;
        if scheme.kind != Kind::Label {
            return Err(AwardRefusal::NotALabel { scheme: self.scheme.clone() });
        }
        if scheme.rung(self.level).is_none() {
            return Err(AwardRefusal::UnknownLevel { scheme: self.scheme.clone(), level: self.level });
        }
        if !issuer.may_award(&self.scheme, self.level) {
            return Err(AwardRefusal::NotEntitled { scheme: self.scheme.clone(), level: self.level });
        }
        if let Some(until) = scheme.ended_by(self.awarded) {
            return Err(AwardRefusal::SchemeEnded { scheme: self.scheme.clone(), until });
        }
        if let Some(category) = self.category.as_ref().filter(|id| register.category(id).is_none()) {
            return Err(AwardRefusal::UnknownCategory { category: category.clone() });
        }
        let from = self.valid_from.unwrap_or(self.awarded);
        if let Some(months) = scheme.validity.max_months {
            let latest = from.plus_months(months.into()).plus_days(-1);
            if self.valid_until > latest {
                return Err(AwardRefusal::TooLong { valid_until: self.valid_until, latest, months });
            }
        }
        Ok(())
    }
}

/// Why an award cannot be minted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AwardRefusal {
    /// A scheme that the register lacks.
    #[error("the register has no scheme {scheme}")]
    UnknownScheme {
        /// The scheme.
        scheme: SchemeId,
    },
    /// A regulation, which awards nothing.
    #[error("{scheme} is a regulation; nobody awards labels under it")]
    NotALabel {
        /// The scheme.
        scheme: SchemeId,
    },
    /// A level that the scheme lacks.
    #[error("{scheme} has no level {level}")]
    UnknownLevel {
        /// The scheme.
        scheme: SchemeId,
        /// The level.
        level: Level,
    },
    /// Not for this issuer to award.
    #[error("this authority may not award level {level} of {scheme}")]
    NotEntitled {
        /// The scheme.
        scheme: SchemeId,
        /// The level.
        level: Level,
    },
    /// The scheme had stopped awarding.
    #[error("{scheme} awarded its last labels on {until}")]
    SchemeEnded {
        /// The scheme.
        scheme: SchemeId,
        /// The last date.
        until: Date,
    },
    /// A category that the register lacks.
    #[error("the register has no product category {category}")]
    UnknownCategory {
        /// The category.
        category: CategoryId,
    },
    /// A longer validity than the scheme gives.
    #[error(
        "the label would be valid until {valid_until}; the scheme allows {months} months, until {latest}"
    )]
    TooLong {
        /// The last day asked for.
        valid_until: Date,
        /// The last day allowed.
        latest: Date,
        /// Months allowed.
        months: u16,
    },
}

impl AwardRefusal {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownScheme { .. } => "award-unknown-scheme",
            Self::NotALabel { .. } => "award-not-a-label",
            Self::UnknownLevel { .. } => "award-unknown-level",
            Self::NotEntitled { .. } => "award-not-entitled",
            Self::SchemeEnded { .. } => "award-scheme-ended",
            Self::UnknownCategory { .. } => "award-unknown-category",
            Self::TooLong { .. } => "award-too-long",
        }
    }
}
