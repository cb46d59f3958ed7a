//! Whether what a file has of a box is what the run's records say of it.

use verilabel_label::LabelClaims;
use verilabel_wire::{Budget, LabelLink, Sealed};

use super::RunPlan;

impl RunPlan {
    /// Holds GTIN, serial number and link of a box against the n-th unit; gives what differs. What is signed must
    /// be what the run states, word by word: a link of another run, or of the run as it was before it was minted
    /// anew, has no place beside this run's text.
    pub(super) fn check_box(
        &self,
        n: u32,
        (gtin, serial, link): (&str, &str, &str),
    ) -> Result<(), &'static str> {
        let unit = self.unit(n).map_err(|_| "it has more units than the run")?;
        if gtin != unit.path.gtin.as_str() {
            return Err("its GTIN is another");
        }
        if serial != unit.serial.as_str() {
            return Err("its serial numbers are others");
        }
        let parsed = LabelLink::parse(link).map_err(|_| "it has something else than a label link")?;
        if self.base().link(&unit.path, &parsed.seal) != link {
            return Err("its links have another address than their units");
        }
        let sealed = Sealed::<LabelClaims>::parse(&parsed.seal, &unit.path);
        let sealed = sealed.map_err(|_| "it has links with damaged seals")?;
        sealed
            .open(self.key(), &mut Budget::default())
            .map_err(|_| "its links are not signed with the run's present key")?;
        let due = self.statement(n).map_err(|_| "its units are others")?;
        if sealed.statement() == due { Ok(()) } else { Err("its links are those of another run") }
    }
}
