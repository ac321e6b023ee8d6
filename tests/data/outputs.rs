//! Files that the command writes: over nothing that it reads, whole or not at all, each by one run.

use std::fs;
use std::path::Path;

use safr::package::{Precision, names, write_directory, zip_of};

use super::command::{SMALL, folder, prints, refuses, safr};
use crate::common::small_package;

/// A folder with a model, and with what the commands below read besides.
fn inputs() -> tempfile::TempDir {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let package = pollster::block_on(small_package());
    write_directory(&at("model"), &package.to_files(Precision::F32).unwrap()).unwrap();
    let table = "text,label\ngood film,positive\nnot good,negative\nbad film,negative\n";
    fs::write(at("test.csv"), table).unwrap();
    fs::write(at("corpus.txt"), "good film\n").unwrap();
    fs::write(at("lexicon.txt"), "good\n").unwrap();
    fs::write(
        at("ids.json"),
        r#"{"ids": [[3, 5], [4, 0]], "labels": [1, 0]}"#,
    )
    .unwrap();
    let report = evaluate(" --json report.json");
    prints(folder.path(), &words(&report));
    folder
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

fn evaluate(more: &str) -> String {
    format!("evaluate --model model --task csv --data . --lexicon lexicon.txt{more}")
}

/// Each command with outputs, without them, and an option for each.
fn commands() -> Vec<(String, &'static str)> {
    let data = "--model model --task csv --data test.csv --split test";
    let text = "explain --model model good";
    let compare = "compare report.json report.json";
    let forward = "forward --model model --ids ids.json";
    vec![
        (evaluate(""), "--json"),
        (format!("coverage {data}"), "--json"),
        (format!("neurons {data}"), "--json"),
        (format!("neurons {data}"), "--csv"),
        (text.into(), "--json"),
        (text.into(), "--svg"),
        (text.into(), "--png"),
        (compare.into(), "--json"),
        (compare.into(), "--plane accuracy macro_f1"),
        (forward.into(), "--out"),
        ("explain --model model --corpus corpus.txt".into(), "--out"),
        (
            "words --task csv --data test.csv --split test".into(),
            "--out",
        ),
    ]
}

#[test]
fn no_output_takes_the_place_of_what_is_read() {
    let folder = inputs();
    let folder = folder.path();
    let model = names::ALL.map(|name| format!("model/{name}"));
    let others = [
        "test.csv",
        "corpus.txt",
        "lexicon.txt",
        "ids.json",
        "report.json",
    ];
    let files = model.iter().map(String::as_str).chain(others);
    let read = |file: &str| fs::read(folder.join(file)).unwrap();
    let mut refused = 0;
    for file in files {
        let before = read(file);
        for (command, option) in commands() {
            let is_read = match file.split_once('/') {
                Some((model, _)) => command.contains(model),
                None => {
                    command.contains(file) || (file == "test.csv" && command.contains("--data ."))
                }
            };
            if is_read {
                let line = format!("{command} {option} {file}");
                let error = refuses(folder, &words(&line));
                assert!(
                    error.contains(&format!("{file} is read by this command")),
                    "{line}: {error}"
                );
                refused += 1;
            }
        }
        assert!(read(file) == before, "{file} is as it was");
    }
    assert_eq!(refused, 4 * 9 + 5 + 1 + 1 + 1 + 2);

    // A name is not what matters: neither a way around, nor the folder of the data.
    let error = refuses(folder, &words(&evaluate(" --json model/../test.csv")));
    assert!(error.contains("is read by this command"), "{error}");
    prints(folder, &words(&evaluate(" --json model/report.json")));
}

/// A model that the command does not read is no less a model.
#[test]
fn no_output_takes_the_place_of_a_model() {
    let folder = inputs();
    let folder = folder.path();
    let other = folder.join("other");
    fs::create_dir(&other).unwrap();
    for name in names::ALL {
        fs::copy(folder.join("model").join(name), other.join(name)).unwrap();
    }
    fs::create_dir(other.join("checkpoint")).unwrap();
    for name in ["state.json", "weights.safetensors"] {
        fs::write(other.join("checkpoint").join(name), "{}").unwrap();
    }
    let model = pollster::block_on(small_package());
    let zip = zip_of(&model.to_files(Precision::F32).unwrap()).unwrap();
    fs::write(folder.join("other.zip"), zip).unwrap();
    let own = names::ALL.map(|name| format!("other/{name}")).into_iter();
    let more = [
        "other/history.json",
        "other/checkpoint/state.json",
        "other.zip",
    ];
    for (at, file) in own.chain(more.map(str::to_owned)).enumerate() {
        let before = fs::read(folder.join(&file)).ok();
        let commands = commands();
        let (command, option) = &commands[at % commands.len()];
        let error = refuses(folder, &words(&format!("{command} {option} {file}")));
        let why = match file.ends_with("zip") {
            true => "is a zip file",
            false => "is a file of a model",
        };
        assert!(
            error.contains(&format!("{file} {why}")),
            "{command}: {error}"
        );
        assert!(fs::read(folder.join(&file)).ok() == before, "{file}");
    }
    // Where there is no model, a name is a name.
    prints(folder, &words(&evaluate(" --json config.json")));
    prints(folder, &words(&evaluate(" --json config.json")));
    // What a model needs stands there, though not all of it.
    fs::remove_file(other.join(names::CARD)).unwrap();
    let train = "train --task csv --data test.csv --out other";
    let error = refuses(folder, &words(train));
    assert!(error.contains("other already holds a model"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_link_to_what_is_read_is_not_written_through() {
    let folder = inputs();
    let folder = folder.path();
    std::os::unix::fs::symlink("test.csv", folder.join("link.json")).unwrap();
    let error = refuses(folder, &words(&evaluate(" --json link.json")));
    assert!(
        error.contains("link.json is read by this command"),
        "{error}"
    );
}

/// A link stays a link, and what it leads to is whole or as it was.
#[cfg(unix)]
#[test]
fn a_file_behind_a_link_is_written_whole_or_not_at_all() {
    let folder = inputs();
    let folder = folder.path();
    fs::create_dir(folder.join("far")).unwrap();
    fs::write(folder.join("far/kept.json"), "earlier").unwrap();
    for (link, target) in [
        ("far/link.json", "kept.json"),
        ("second.json", "far/link.json"),
        ("new.json", "far/new.json"),
        ("round.json", "round.json"),
    ] {
        std::os::unix::fs::symlink(target, folder.join(link)).unwrap();
    }
    let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
    let is_link = |file: &str| {
        fs::symlink_metadata(folder.join(file))
            .unwrap()
            .is_symlink()
    };
    let fails = evaluate(" --json second.json").replace("--model model", "--model none");
    refuses(folder, &words(&fails));
    assert_eq!(read("far/kept.json"), "earlier");
    let fails = evaluate(" --json new.json").replace("--model model", "--model none");
    refuses(folder, &words(&fails));
    assert!(!folder.join("far/new.json").exists());

    for (link, file) in [
        ("second.json", "far/kept.json"),
        ("new.json", "far/new.json"),
    ] {
        prints(folder, &words(&evaluate(&format!(" --json {link}"))));
        assert!(is_link(link) && is_link("far/link.json"), "{link}");
        assert!(
            !is_link(file) && read(file) == read("report.json"),
            "{file}"
        );
    }
    refuses(folder, &words(&evaluate(" --json round.json")));
    let left = entries(&folder.join("far"));
    assert_eq!(left, ["kept.json", "link.json", "new.json"]);
}

/// What a link leads to may be something that the command reads, or a model's, even if it is not there yet.
#[cfg(unix)]
#[test]
fn a_link_into_a_model_is_no_way_around() {
    let folder = inputs();
    let folder = folder.path();
    std::os::unix::fs::symlink("model/history.json", folder.join("link.json")).unwrap();
    assert!(!folder.join("model/history.json").exists());
    let compare = "compare report.json report.json --json link.json";
    let error = refuses(folder, &words(compare));
    assert!(error.contains("link.json is a file of a model"), "{error}");
}

/// What is no plain file is written as it stands, even if a plain file is behind it.
#[cfg(target_os = "linux")]
#[test]
fn standard_output_and_pipes_are_not_replaced() {
    use std::os::unix::fs::MetadataExt;
    use std::process::Command;

    let folder = inputs();
    let folder = folder.path();
    let into = |path: &str| {
        let shell = folder.join("shell.txt");
        let out = fs::File::create(&shell).unwrap();
        let before = out.metadata().unwrap().ino();
        let line = evaluate(&format!(" --json {path}"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_safr"));
        let command = command.current_dir(folder).args(words(&line)).stdout(out);
        assert!(command.status().unwrap().success(), "{path}");
        assert_eq!(fs::metadata(shell).unwrap().ino(), before, "{path}");
    };
    into("/dev/stdout");
    let made = Command::new("mkfifo").arg(folder.join("pipe")).status();
    assert!(made.unwrap().success());
    let pipe = folder.join("pipe");
    let piped = std::thread::scope(|scope| {
        let reader = scope.spawn(|| fs::read(&pipe).unwrap());
        into("pipe");
        reader.join().unwrap()
    });
    assert!(piped == fs::read(folder.join("report.json")).unwrap());
}

#[cfg(unix)]
#[test]
fn man_pages_are_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let pages = folder.join("pages");
    fs::create_dir_all(pages.join("safr-words.1")).unwrap();
    fs::write(pages.join("safr-train.1"), "earlier").unwrap();
    std::os::unix::fs::symlink("../kept.1", pages.join("safr.1")).unwrap();
    let error = refuses(folder, &["man", "pages"]);
    assert!(error.contains("safr-words.1: "), "{error}");
    assert_eq!(entries(&pages), ["safr-train.1", "safr-words.1", "safr.1"]);
    assert_eq!(fs::read(pages.join("safr-train.1")).unwrap(), b"earlier");

    fs::remove_dir(pages.join("safr-words.1")).unwrap();
    prints(folder, &["man", "pages"]);
    let read = |file: &Path| fs::read_to_string(file).unwrap();
    assert!(read(&pages.join("safr-train.1")).contains("\\-\\-losses"));
    assert!(
        fs::symlink_metadata(pages.join("safr.1"))
            .unwrap()
            .is_symlink()
    );
    assert!(read(&folder.join("kept.1")).contains("commit: "));
    let names = entries(&pages);
    assert!(names.iter().all(|name| name.ends_with(".1")), "{names:?}");
}

#[test]
fn training_spares_what_it_reads() {
    let folder = folder();
    let folder = folder.path();
    fs::create_dir(folder.join("out")).unwrap();
    fs::write(folder.join("out/history.json"), "good\n").unwrap();
    let train = "train --task csv --data moods.csv --recipe small.toml --out out --extra-words";
    let error = refuses(folder, &words(&format!("{train} out/history.json")));
    assert!(
        error.contains("out/history.json is read by this command"),
        "{error}"
    );
    assert_eq!(
        fs::read(folder.join("out/history.json")).unwrap(),
        b"good\n"
    );
}

#[test]
fn two_outputs_are_two_files() {
    let folder = inputs();
    let (neurons, _) = &commands()[2];
    for name in ["both", "-"] {
        let line = format!("{neurons} --json {name} --csv {name}");
        let error = refuses(folder.path(), &words(&line));
        assert!(
            error.contains("name another file") || error.contains("give the others names"),
            "{error}"
        );
    }
    assert!(!folder.path().join("both").exists() && !folder.path().join("both.part").exists());
}

#[test]
fn standard_output_takes_a_file_alone() {
    let folder = inputs();
    for (command, option) in commands() {
        let line = format!("{command} {option} -");
        let output = safr(folder.path(), &words(&line));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}: {said}");
        if option == "--json" || command.starts_with("forward") {
            let written: Result<serde_json::Value, _> = serde_json::from_slice(&output.stdout);
            assert!(written.is_ok(), "{line}: {written:?}");
        }
        let begins = match option {
            "--png" => &b"\x89PNG"[..],
            "--svg" | "--plane accuracy macro_f1" => b"<svg",
            "--csv" => b"neuron,",
            _ if command.starts_with("words") => b"film\n",
            _ => b"{",
        };
        assert!(output.stdout.starts_with(begins), "{line}");
    }
    assert!(!folder.path().join("-").exists());
}

#[test]
fn a_folder_is_written_by_one_run_at_a_time() {
    let folder = folder();
    let folder = folder.path();
    let out = folder.join("model");
    fs::create_dir(&out).unwrap();
    let lock = fs::File::create(out.join(".lock")).unwrap();
    lock.try_lock().unwrap();
    let own = [
        "train",
        "--task",
        "csv",
        "--data",
        "moods.csv",
        "--out",
        "model",
    ];
    let train = [&own[..], &SMALL].concat();
    let error = refuses(folder, &train);
    assert!(
        error.contains("another run is writing into model; "),
        "{error}"
    );
    // As the system does when a run ends, however it does; a process that another test is just starting may hold the
    // file, too, until it has begun.
    lock.unlock().unwrap();
    prints(folder, &train);
    assert!(out.join("card.json").exists() && !out.join(".lock").exists());
}

#[test]
fn a_model_that_could_not_be_written_is_not_in_the_way() {
    let folder = inputs();
    let folder = folder.path();
    let quantize = ["quantize", "--model", "model", "--out", "smaller"];
    let weights = folder.join("model").join(names::WEIGHTS);
    let whole = fs::read(&weights).unwrap();
    fs::write(&weights, &whole[1..]).unwrap();
    refuses(folder, &quantize);
    assert!(!folder.join("smaller").exists());

    fs::write(&weights, &whole).unwrap();
    fs::create_dir(folder.join("smaller")).unwrap();
    for left in [".lock", "model.safetensors.part"] {
        fs::write(folder.join("smaller").join(left), "").unwrap();
    }
    prints(folder, &quantize);
    let mut whole = names::ALL;
    whole.sort_unstable();
    assert_eq!(entries(&folder.join("smaller")), whole);
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}
