use super::*;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn what_is_no_place_is_said() {
    for wrong in ["https://label.example.sg/", "file://host/folder", "s3:///x", "ftp://x/y"] {
        assert_eq!(Place::open(wrong).unwrap_err().code(), "publication-url", "{wrong}");
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    let below = format!("{}/folder", file.path().display());
    assert_eq!(Place::open(&below).unwrap_err().code(), "publication-url");
}

#[test]
fn objects_are_written_read_listed_and_removed() {
    runtime().block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::open(&format!("file://{}", folder.path().display())).unwrap();
        assert_eq!(place.read("a/b/link.txt").await.unwrap(), None);
        place.add("a/b/link.txt", b"one".to_vec()).await.unwrap();
        let tag = place.tag("a/b/link.txt").await.unwrap();
        place.replace("a/b/link.txt", b"two".to_vec(), tag).await.unwrap();
        assert_eq!(place.read("a/b/link.txt").await.unwrap().unwrap(), b"two");
        place.add("a/link.txt", b"three".to_vec()).await.unwrap();
        place.add("a/other.txt", b"four".to_vec()).await.unwrap();
        let names = place.names("a", "link.txt").await.unwrap();
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["a/b/link.txt", "a/link.txt"]);
        place.remove_all(vec!["a/link.txt".into(), "a/none.txt".into()]).await.unwrap();
        assert!(!place.has("a/link.txt").await.unwrap());
    });
}

#[test]
fn half_written_files_are_swept_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::open(&folder.path().display().to_string()).unwrap();
    for name in ["timestamp.json", "timestamp.json#1", "timestamp.json#12", "a#b"] {
        fs::write(folder.path().join(name), name).unwrap();
    }
    place.sweep(&BTreeSet::from([String::new(), "none".to_owned()])).unwrap();
    let mut left: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["a#b", "timestamp.json"]);
}

#[test]
fn one_process_publishes_to_a_folder_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Place::open(&folder.path().display().to_string()).unwrap();
    let (one, other) = (open(), open());
    let held = one.lock().unwrap();
    assert_eq!(other.lock().unwrap_err().code(), "publication-folder-busy");
    drop(held);
    assert!(other.lock().unwrap().is_some());
}
