//! The folder changes while it is served.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

use crate::http::{get, get_with};
use crate::place::Place;

/// Longer than the server goes without a look at the folder.
const SOON: Duration = Duration::from_millis(1_300);

#[test]
fn what_is_replaced_is_served_soon() {
    let place = Place::new();
    let server = place.serve();
    let first = get(server.address, "/pack.tar.gz");
    assert_eq!(first.text(), "a pack");
    place.replace("published/pack.tar.gz", "A PACK");
    place.write("published/labels/01/09520000000028/link.txt", "new");
    assert_eq!(get(server.address, "/labels/01/09520000000028/link.txt").text(), "new");
    std::thread::sleep(SOON);
    let second = get_with(server.address, "/pack.tar.gz", &[("if-none-match", first.header("etag"))]);
    assert_eq!((second.status, second.text().as_str()), (200, "A PACK"));
    fs::remove_file(place.path("published/pack.tar.gz")).unwrap();
    std::thread::sleep(SOON);
    assert_eq!(get(server.address, "/pack.tar.gz").status, 404);
}

/// Each answer is one state, and for one who asks in turn no state is older than the one before.
#[test]
fn a_folder_replaced_under_load_is_never_seen_torn() {
    const LAST: u64 = 60;
    let place = Place::new();
    // Too long for one write or read.
    let state = |number: u64| format!("{number:06} ").repeat(60_000);
    place.write("published/pack.tar.gz", &state(0));
    let server = place.serve();
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let address = server.address;
            std::thread::spawn(move || {
                let mut last = 0;
                for answers in 1..3_000 {
                    let answer = get(address, "/pack.tar.gz");
                    assert_eq!(answer.status, 200, "{}", answer.text());
                    let text = answer.text();
                    let number: u64 = text[..6].parse().unwrap();
                    assert!(text == format!("{number:06} ").repeat(60_000), "torn between two states");
                    assert!(number >= last, "{number} after {last}");
                    if number == LAST {
                        return answers;
                    }
                    last = number;
                    std::thread::sleep(Duration::from_millis(20));
                }
                panic!("the last state is not reached");
            })
        })
        .collect();
    for number in 1..=LAST {
        place.replace("published/pack.tar.gz", &state(number));
        std::thread::sleep(Duration::from_millis(50));
    }
    for reader in readers {
        assert!(reader.join().unwrap() > 1, "it answered all the time");
    }
}

#[test]
fn a_folder_may_be_a_link_that_is_pointed_elsewhere() {
    let place = Place::new();
    fs::rename(place.path("published"), place.path("one")).unwrap();
    place.write("two/pack/metadata/1.root.json", "{\"root\": 2}");
    place.write("two/pack.tar.gz", "another pack");
    symlink(place.path("one"), place.path("published")).unwrap();
    let server = place.serve();
    assert_eq!(get(server.address, "/pack.tar.gz").text(), "a pack");
    symlink(place.path("two"), place.path("next")).unwrap();
    fs::rename(place.path("next"), place.path("published")).unwrap();
    std::thread::sleep(SOON);
    assert_eq!(get(server.address, "/pack.tar.gz").text(), "another pack");
    assert_eq!(get(server.address, "/root.json").text(), "{\"root\": 2}");
}

/// Trouble with the folder is not an answer about any file: what is known stays, the rest is asked for later.
#[test]
fn a_folder_that_is_away_is_told_from_a_missing_file() {
    let place = Place::new();
    let server = place.serve();
    assert_eq!(get(server.address, "/pack.tar.gz").status, 200);
    fs::rename(place.path("published"), place.path("away")).unwrap();
    std::thread::sleep(SOON);
    assert_eq!(get(server.address, "/pack.tar.gz").text(), "a pack");
    let unread = get(server.address, "/status/1");
    assert_eq!((unread.status, unread.header("retry-after")), (503, "1"));
    fs::rename(place.path("away"), place.path("published")).unwrap();
    assert_eq!(get(server.address, "/status/1").status, 200);
    assert!(get(server.address, "/metrics").text().contains("verilabel_web_unread_files_total 1"));
}

#[test]
fn a_file_that_is_too_large_is_not_served() {
    let place = Place::new();
    let large = fs::File::create(place.path("published/pack.tar.gz")).unwrap();
    large.set_len((64 << 20) + 1).unwrap();
    let server = place.serve();
    assert_eq!(get(server.address, "/pack.tar.gz").status, 503);
    assert_eq!(server.told("cannot be read")["level"], "WARN");
    large.set_len(64 << 20).unwrap();
    assert_eq!(get(server.address, "/pack.tar.gz").body.len(), 64 << 20);
}
