use verilabel_label::LabelClaims;
use verilabel_wire::Authentic;

fn main() {
    let _ = Authentic::<LabelClaims>::default();
}
