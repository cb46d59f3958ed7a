//! The base pack, as a client accepts it.

use verilabel_trust::{ArchiveRepository, Client, Expiry, MemoryStore, Repository, TrustPack, write_archive};
use verilabel_vectors::{AT, packs};

pub(crate) fn pack() -> TrustPack {
    let repository = ArchiveRepository::read(&write_archive(&packs::all()["base"]).unwrap()).unwrap();
    let root = repository.metadata("1.root.json", 1 << 20).unwrap().unwrap();
    let mut client = Client::open(MemoryStore::default(), &root).unwrap();
    let accepted = client.update(&repository, AT.parse().unwrap(), Expiry::Refuse).unwrap();
    TrustPack::open(accepted, &repository).unwrap()
}
