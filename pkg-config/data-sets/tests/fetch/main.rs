//! Fetching from a server on this machine: what comes, what is taken up, and what is refused.

mod server;

use std::fs;
use std::io::{Cursor, Read, Write};

use data_sets::fetch::Fetcher;
use data_sets::{Set, Table};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use server::{Manner, Server};
use sha2::{Digest, Sha256};

fn sum(bytes: &[u8]) -> String {
    let sum = Sha256::digest(bytes);
    sum.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A source of the table; its files by name, `member` and what is behind it, and content.
fn source(from: &str, published: &[u8], files: &[(&str, &str, &[u8])]) -> String {
    let (length, checksum) = (published.len(), sum(published));
    let files = files.iter().map(|(name, member, content)| {
        let (length, checksum) = (content.len(), sum(content));
        format!("[[set.source.file]]\nname = {name:?}\n{member}\nbytes = {length}\nsha256 = {checksum:?}\n")
    });
    let files: String = files.collect();
    format!(
        "[[set.source]]\nfrom.{from}\ntried = true\nbytes = {length}\nsha256 = {checksum:?}\n{files}"
    )
}

fn set(sources: &[String]) -> Set {
    let head = "[[set]]\nname = \"letters\"\ntitle = \"\"\nlicence = \"\"\nneed = \"test\"\n";
    let table = format!("{head}{}", sources.concat());
    Table::parse(&table).unwrap().sets.remove(0)
}

fn http(server: &Server, name: &str) -> String {
    format!("http = {:?}", server.address(name))
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn tar_gz(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, *content).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// A place to fetch into.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn fetch(&self, set: &Set) -> Result<(), String> {
        let path = self.0.path().to_owned();
        let pip = path.join("pip").display().to_string();
        let fetcher = Fetcher {
            root: path.clone(),
            into: path,
            pip: vec![pip],
        };
        fetcher.fetch(set).map_err(|problem| format!("{problem:#}"))
    }

    /// The set's files, sorted.
    fn files(&self) -> Vec<String> {
        let Ok(files) = fs::read_dir(self.path("")) else {
            return Vec::new();
        };
        let mut names: Vec<_> = files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join("letters").join(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    fn write(&self, name: &str, content: &[u8]) {
        fs::create_dir_all(self.path("")).unwrap();
        fs::write(self.path(name), content).unwrap();
    }
}

/// A file so long that it can be cut off.
fn long() -> Vec<u8> {
    (0..200_000u32).map(|at| (at % 251) as u8).collect()
}

#[test]
fn files_archives_and_reviews_come_as_the_table_says() {
    let vectors = b"the 0.5 1\n, 2 3\nof -4 5\n";
    let archive = zip(&[
        ("letters/x.txt", b"ex"),
        ("letters/y.txt", b"why"),
        ("v.txt", vectors),
    ]);
    let folder = tar_gz(&[
        ("all/train/pos/1_9.txt", b"A\tgem."),
        ("all/train/neg/10_2.txt", b"Bad."),
        ("all/train/neg/9_1.txt", b"Worse."),
        ("all/test/neg/0_1.txt", b"Not asked for."),
        ("all/train/unsup/0_0.txt", b"Neither."),
    ]);
    let files = [
        ("a.zip", &archive[..]),
        ("b.tar.gz", &folder),
        ("c.label", b"plain"),
    ];
    let server = Server::start(Manner::Well, &files);
    let reviews = b"0\t9_1\tWorse.\n0\t10_2\tBad.\n1\t1_9\tA gem.\n";
    let rows: Vec<u8> = [0.5f32, 1.0, -4.0, 5.0]
        .into_iter()
        .flat_map(f32::to_le_bytes)
        .collect();
    let set = set(&[
        source(
            &http(&server, "a.zip"),
            &archive,
            &[
                ("y.txt", "member = \"letters/y.txt\"", b"why"),
                (
                    "v.bin",
                    "member = \"v.txt\"\nas.vectors = \"some.lines\"",
                    &rows,
                ),
                (
                    "v.words",
                    "member = \"v.txt\"\nas.vector-words = \"some.lines\"",
                    b"the\nof\n",
                ),
            ],
        ),
        source(
            &http(&server, "b.tar.gz"),
            &folder,
            &[(
                "train.tsv.gz",
                "member = \"all/train\"\nas = \"reviews\"",
                reviews,
            )],
        ),
        source(
            &http(&server, "c.label"),
            b"plain",
            &[("c.txt", "", b"plain")],
        ),
    ]);
    let place = Place::new();
    fs::write(place.0.path().join("some.lines"), "1\n2\n").unwrap();
    place.fetch(&set).unwrap();
    assert_eq!(
        place.files(),
        ["c.txt", "train.tsv.gz", "v.bin", "v.words", "y.txt"]
    );
    assert_eq!(place.read("y.txt"), b"why");
    assert_eq!(
        (place.read("v.bin"), place.read("v.words")),
        (rows, b"the\nof\n".to_vec())
    );
    assert_eq!(place.read("c.txt"), b"plain");
    let mut unpacked = Vec::new();
    GzDecoder::new(&place.read("train.tsv.gz")[..])
        .read_to_end(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, reviews);

    // What is there is not fetched again, and only what gives a missing file is.
    assert_eq!(server.asked().len(), 3);
    place.fetch(&set).unwrap();
    assert!(server.asked().is_empty());
    fs::remove_file(place.path("y.txt")).unwrap();
    place.fetch(&set).unwrap();
    assert_eq!(server.asked(), [("/a.zip".to_owned(), None)]);
    assert_eq!(place.files().len(), 5);
}

/// A set of one long file.
fn one(server: &Server) -> Set {
    let file: (&str, &str, &[u8]) = ("long.txt", "", &long());
    set(&[source(&http(server, "long"), &long(), &[file])])
}

#[test]
fn a_download_that_was_cut_off_goes_on_where_it_stopped() {
    let server = Server::start(Manner::CutOff(70_000), &[("long", &long())]);
    let (set, place) = (one(&server), Place::new());
    let problem = place.fetch(&set).unwrap_err();
    assert!(problem.contains("run this again to resume"), "{problem}");
    assert_eq!(place.files(), ["long.part"]);
    assert_eq!(place.read("long.part"), long()[..70_000]);
    place.fetch(&set).unwrap();
    let path = "/long".to_owned();
    assert_eq!(server.asked(), [(path.clone(), None), (path, Some(70_000))]);
    assert_eq!(
        (place.files(), place.read("long.txt")),
        (vec!["long.txt".into()], long())
    );
}

#[test]
fn a_server_that_knows_no_ranges_sends_the_whole_again() {
    let server = Server::start(Manner::Whole, &[("long", &long())]);
    let (set, place) = (one(&server), Place::new());
    place.write("long.part", &long()[..1000]);
    place.fetch(&set).unwrap();
    assert_eq!(server.asked(), [("/long".to_owned(), Some(1000))]);
    assert_eq!(place.read("long.txt"), long());
}

#[test]
fn what_an_earlier_run_left_is_used_if_it_is_right() {
    let server = Server::start(Manner::Well, &[("long", &long())]);
    let (set, place) = (one(&server), Place::new());
    // Stopped behind the download, and in the middle of making a file of it.
    for (left, content) in [("long.part", long()), ("long.whole", long())] {
        place.write(left, &content);
        place.write("long.txt.new", b"half");
        place.fetch(&set).unwrap();
        assert_eq!(
            (place.files(), place.read("long.txt")),
            (vec!["long.txt".into()], long())
        );
        assert!(server.asked().is_empty());
        fs::remove_file(place.path("long.txt")).unwrap();
    }
    // Longer than it can be.
    place.write("long.part", &[long(), long()].concat());
    place.fetch(&set).unwrap();
    let path = "/long".to_owned();
    assert_eq!(
        server.asked(),
        [(path.clone(), Some(400_000)), (path, None)]
    );
    assert_eq!(place.read("long.txt"), long());
    // Another file's beginning.
    fs::remove_file(place.path("long.txt")).unwrap();
    place.write("long.part", b"other");
    let problem = place.fetch(&set).unwrap_err();
    assert!(problem.contains("its sha256 is"), "{problem}");
    assert!(place.files().is_empty());
    place.fetch(&set).unwrap();
}

#[test]
fn what_is_not_as_published_is_refused_and_nothing_of_it_is_left() {
    let archive = zip(&[("x.txt", b"ex")]);
    let damaged = [&archive[..20], b"!", &archive[21..]].concat();
    let files = [
        ("a.zip", &archive[..]),
        ("damaged.zip", &damaged),
        ("short.zip", &archive[..50]),
    ];
    let server = Server::start(Manner::Well, &files);
    let refused = |name: &str, published: &[u8], member: &str, content: &[u8]| {
        let place = Place::new();
        let file = ("x.txt", member, content);
        let problem = place
            .fetch(&set(&[source(&http(&server, name), published, &[file])]))
            .unwrap_err();
        assert!(place.files().is_empty(), "{problem}: {:?}", place.files());
        problem
    };
    let x = "member = \"x.txt\"";
    for (problem, part) in [
        (
            refused("damaged.zip", &archive, x, b"ex"),
            "not what was published",
        ),
        (
            refused("short.zip", &archive, x, b"ex"),
            "it has 50 bytes, not",
        ),
        (
            refused("a.zip", &archive, x, b"eX"),
            "x.txt as made from it: its sha256 is",
        ),
        (
            refused("a.zip", &archive, "member = \"y.txt\"", b"ex"),
            "y.txt is not in the archive",
        ),
        (
            refused("a.zip", &archive, "member = \"x\"\nas = \"reviews\"", b"ex"),
            "x/ is not in the",
        ),
        (
            refused("none.zip", &archive, x, b"ex"),
            "answers 404 Not Found",
        ),
    ] {
        assert!(problem.contains(part), "{problem}");
    }
}

#[test]
fn a_file_of_another_origin_is_left_as_it_is() {
    let server = Server::start(Manner::Well, &[("long", &long())]);
    let (set, place) = (one(&server), Place::new());
    place.write("long.txt", b"my own");
    let problem = place.fetch(&set).unwrap_err();
    assert!(
        problem.contains("long.txt is there already; remove it to fetch it"),
        "{problem}"
    );
    assert_eq!(place.read("long.txt"), b"my own");
    assert!(server.asked().is_empty());
}

/// Stands for pip: says what it was asked for, and leaves what is in `wheel` as a wheel.
#[cfg(unix)]
const PIP: &str = "#!/bin/sh\necho \"$*\" > \"$(dirname \"$0\")/asked\"\ncp \"$(dirname \"$0\")/wheel\" \"$5/letters-1.0-py3-none-any.whl\"\n";

#[cfg(unix)]
#[test]
fn a_wheel_comes_through_pip() {
    use std::os::unix::fs::PermissionsExt;

    let wheel = zip(&[("letters/x.txt", b"ex")]);
    let file: (&str, &str, &[u8]) = ("x.txt", "member = \"letters/x.txt\"", b"ex");
    let set = set(&[source("pip = \"letters==1.0\"", &wheel, &[file])]);
    let place = Place::new();
    let at = |name: &str| place.0.path().join(name);
    let problem = place.fetch(&set).unwrap_err();
    assert!(problem.contains("could not be started"), "{problem}");

    fs::write(at("pip"), PIP).unwrap();
    fs::set_permissions(at("pip"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(at("wheel"), b"no wheel").unwrap();
    let problem = place.fetch(&set).unwrap_err();
    assert!(problem.contains("not what was published"), "{problem}");
    assert!(place.files().is_empty());

    fs::write(at("wheel"), &wheel).unwrap();
    place.fetch(&set).unwrap();
    assert_eq!(
        (place.files(), place.read("x.txt")),
        (vec!["x.txt".into()], b"ex".to_vec())
    );
    let asked = fs::read_to_string(at("asked")).unwrap();
    assert!(
        asked.starts_with("download --no-deps --only-binary=:all: --dest "),
        "{asked}"
    );
    assert!(asked.ends_with(" letters==1.0\n"), "{asked}");
}
