use verilabel_wire::{Authentic, PublicKey};

fn main() {
    let key = PublicKey::ed25519([0; 32]);
    let _ = Authentic { value: "a label", key };
}
