use verilabel_label::{Gs1Path, Gtin, LabelClaims};
use verilabel_wire::Sealed;

fn main() {
    let path = Gs1Path::of(Gtin::new("09521234543213").unwrap());
    let sealed = Sealed::<LabelClaims>::parse(&[], &path).unwrap();
    let _ = sealed.payload;
}
