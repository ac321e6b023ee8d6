//! Checkpoints as training scripts write them: the state dict of the published code behind prefixes, beside
//! an optimiser's state, in other floats. Each gives the model that it gives alone.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use burn::tensor::{bf16, f16};
use safr::model::{Array, Weights, sinusoids};
use safr::package::{Files, Package, read_directory, zip_of};

use super::{import, imported, succeeded};

/// How a tensor is stored.
#[derive(Clone, Copy, Debug)]
enum Stored {
    F32,
    F64,
    F16,
    BF16,
    I64,
}

impl Stored {
    /// Its storage in PyTorch.
    fn class(self) -> &'static str {
        match self {
            Self::F32 => "FloatStorage",
            Self::F64 => "DoubleStorage",
            Self::F16 => "HalfStorage",
            Self::BF16 => "BFloat16Storage",
            Self::I64 => "LongStorage",
        }
    }

    /// What is left of a value that is stored so.
    fn rounded(self, value: f32) -> f32 {
        match self {
            Self::F32 | Self::F64 => value,
            Self::F16 => f16::from_f32(value).to_f32(),
            Self::BF16 => bf16::from_f32(value).to_f32(),
            Self::I64 => value.trunc(),
        }
    }

    fn bytes(self, value: f32) -> Vec<u8> {
        match self {
            Self::F32 => value.to_le_bytes().into(),
            Self::F64 => f64::from(value).to_le_bytes().into(),
            Self::F16 => f16::from_f32(value).to_le_bytes().into(),
            Self::BF16 => bf16::from_f32(value).to_le_bytes().into(),
            Self::I64 => (value as i64).to_le_bytes().into(),
        }
    }
}

/// A checkpoint of named tensors in the making: PyTorch's zip of a pickle and of storages.
#[derive(Default)]
struct Checkpoint {
    pickle: Vec<u8>,
    files: Files,
}

impl Checkpoint {
    fn text(&mut self, text: &str) {
        self.pickle.push(b'X');
        self.pickle.extend((text.len() as u32).to_le_bytes());
        self.pickle.extend(text.as_bytes());
    }

    fn numbers(&mut self, numbers: &[usize]) {
        self.pickle.push(b'(');
        for &number in numbers {
            self.pickle.push(b'J');
            self.pickle.extend((number as i32).to_le_bytes());
        }
        self.pickle.push(b't');
    }

    /// A tensor with `shape`; with `strides` of 0 it claims more than is stored.
    fn tensor(&mut self, shape: &[usize], strides: &[usize], values: &[f32], stored: Stored) {
        let key = self.files.len().to_string();
        self.pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        self.text("storage");
        self.pickle
            .extend(format!("ctorch\n{}\n", stored.class()).as_bytes());
        self.text(&key);
        self.text("cpu");
        self.pickle.push(b'J');
        self.pickle.extend((values.len() as i32).to_le_bytes());
        self.pickle.extend(b"tQJ\0\0\0\0");
        self.numbers(shape);
        self.numbers(strides);
        self.pickle.extend(b"\x89ccollections\nOrderedDict\n)RtR");
        let bytes = values.iter().flat_map(|&value| stored.bytes(value));
        self.files
            .insert(format!("archive/data/{key}"), bytes.collect());
    }

    /// A dict of what `content` writes, keys and values in turn.
    fn dict(&mut self, content: impl FnOnce(&mut Self)) {
        self.pickle.extend(b"}(");
        content(self);
        self.pickle.push(b'u');
    }

    fn weights(&mut self, weights: &Weights, prefix: &str, stored: Stored) {
        for (name, Array { shape, values }) in weights {
            self.text(&format!("{prefix}{name}"));
            self.tensor(shape, &strides(shape), values, stored);
        }
    }

    /// A module as `torch.save(model)` writes it, with the modules within it.
    fn module(&mut self, weights: &Weights) {
        let mut modules: BTreeMap<&str, Weights> = BTreeMap::new();
        let (mut parameters, mut buffers) = (Weights::new(), Weights::new());
        for (name, array) in weights {
            let (of, name) = match name.split_once('.') {
                Some((module, name)) => (modules.entry(module).or_default(), name),
                None if name == "pe" => (&mut buffers, name.as_str()),
                None => (&mut parameters, name.as_str()),
            };
            of.insert(name.to_owned(), array.clone());
        }
        self.pickle.extend(b"c__main__\nModel\n)\x81");
        self.dict(|file| {
            file.text("training");
            file.pickle.push(b'\x89');
            for (table, weights) in [("_parameters", &parameters), ("_buffers", &buffers)] {
                file.text(table);
                file.dict(|file| file.weights(weights, "", Stored::F32));
            }
            file.text("_modules");
            file.dict(|file| {
                for (name, weights) in &modules {
                    file.text(name);
                    file.module(weights);
                }
            });
        });
        self.pickle.push(b'b');
    }

    /// Writes what `content` makes of an empty one.
    fn write(path: &Path, content: impl FnOnce(&mut Self)) {
        let mut this = Self::default();
        this.pickle.extend(b"\x80\x02");
        content(&mut this);
        this.pickle.push(b'.');
        this.files.insert("archive/data.pkl".into(), this.pickle);
        this.files.insert("archive/version".into(), b"3\n".into());
        std::fs::write(path, zip_of(&this.files).unwrap()).unwrap();
    }
}

fn strides(shape: &[usize]) -> Vec<usize> {
    (1..=shape.len())
        .map(|at| shape[at..].iter().product())
        .collect()
}

/// The published model of `tests/reference`, its state dict, and a folder for others.
struct Tiny {
    folder: tempfile::TempDir,
    package: Package,
    state: Weights,
}

impl Tiny {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let model = imported(folder.path());
        let package = Package::from_files(&read_directory(Path::new(&model)).unwrap()).unwrap();
        let mut state = package.weights.clone();
        let shape = vec![1, package.config.max_len, package.config.d_model];
        let values = sinusoids(&package.config);
        state.insert("pos_encoder.pe".into(), Array { shape, values });
        Self {
            folder,
            package,
            state,
        }
    }

    /// The weights of the checkpoint that `content` writes, or what the command says.
    fn import(&self, content: impl FnOnce(&mut Checkpoint)) -> Result<Weights, String> {
        let [file, out] = ["written.pth", "written"].map(|name| self.folder.path().join(name));
        let _ = std::fs::remove_dir_all(&out);
        Checkpoint::write(&file, content);
        let output = import(&file, &out).output().unwrap();
        if !output.status.success() {
            return Err(String::from_utf8(output.stderr).unwrap());
        }
        Ok(Package::from_files(&read_directory(&out).unwrap())
            .unwrap()
            .weights)
    }
}

#[test]
fn a_state_dict_is_found_wherever_it_stands() {
    let tiny = Tiny::new();
    for prefix in ["", "module.", "_orig_mod.", "module._orig_mod.", "model."] {
        let read =
            tiny.import(|file| file.dict(|file| file.weights(&tiny.state, prefix, Stored::F32)));
        assert_eq!(read.as_ref(), Ok(&tiny.package.weights), "{prefix:?}");
    }
    for key in ["state_dict", "model_state_dict"] {
        let read = tiny.import(|file| {
            file.dict(|file| {
                file.text(key);
                file.dict(|file| file.weights(&tiny.state, "module.", Stored::F32));
                file.text("optimizer_state_dict");
                file.dict(|file| {
                    file.text("step");
                    file.tensor(&[1], &[1], &[7.0], Stored::I64);
                    file.weights(
                        &Weights::from([("exp_avg".into(), tiny.state["fc.weight"].clone())]),
                        "",
                        Stored::F32,
                    );
                });
            });
        });
        assert_eq!(read.as_ref(), Ok(&tiny.package.weights), "{key}");
    }
}

#[test]
fn other_floats_are_widened_and_buffers_left() {
    let tiny = Tiny::new();
    for (stored, error) in [
        (Stored::F64, 0.0),
        (Stored::F16, 1e-3),
        (Stored::BF16, 1e-2),
    ] {
        let read = tiny.import(|file| {
            file.dict(|file| {
                file.weights(&tiny.state, "", stored);
                file.text("position_ids");
                file.tensor(&[1, 2], &[2, 1], &[0.0, 1.0], Stored::I64);
                file.text("loss.weight");
                file.tensor(&[2], &[1], &[0.5, 0.5], Stored::F32);
            });
        });
        let read = read.unwrap();
        assert!(read.keys().eq(tiny.package.weights.keys()));
        for (name, array) in &tiny.package.weights {
            let differences = array.values.iter().zip(&read[name].values);
            let largest = differences
                .map(|(a, b)| (a - b).abs() / a.abs().max(1e-3))
                .fold(0.0, f32::max);
            assert!(largest <= error, "{stored:?}, {name}: {largest}");
        }
    }
}

/// As mixed precision leaves them.
#[test]
fn floats_of_several_kinds_are_read_side_by_side() {
    let tiny = Tiny::new();
    let kinds = [Stored::F16, Stored::F32, Stored::BF16, Stored::F64];
    let stored = |at: usize| kinds[at % kinds.len()];
    let read = tiny.import(|file| {
        file.dict(|file| {
            for (at, (name, Array { shape, values })) in tiny.state.iter().enumerate() {
                file.text(name);
                file.tensor(shape, &strides(shape), values, stored(at));
            }
        });
    });
    let read = read.unwrap();
    assert!(read.keys().eq(tiny.package.weights.keys()));
    for (at, (name, array)) in tiny.state.iter().enumerate() {
        let rounded = array.values.iter().map(|&value| stored(at).rounded(value));
        if let Some(found) = read.get(name) {
            assert!(found.values.iter().copied().eq(rounded), "{name}");
        }
    }
}

/// `torch.save(model)` holds what `torch.save(model.state_dict())` does.
#[test]
fn a_whole_module_is_read_as_its_state_dict() {
    let tiny = Tiny::new();
    let alone = tiny.import(|file| file.module(&tiny.state));
    assert_eq!(alone.as_ref(), Ok(&tiny.package.weights));
    let beside = tiny.import(|file| {
        file.dict(|file| {
            file.text("model");
            file.module(&tiny.state);
            file.text("step");
            file.tensor(&[1], &[1], &[7.0], Stored::I64);
        });
    });
    assert_eq!(beside.as_ref(), Ok(&tiny.package.weights));
}

#[test]
fn what_holds_no_one_model_is_refused_in_words() {
    let tiny = Tiny::new();
    let whole = tiny.import(|file| file.text("a pickled model"));
    assert!(
        whole
            .as_ref()
            .is_err_and(|error| error.contains("torch.save(model.state_dict(), FILE)")),
        "{whole:?}"
    );
    let mut other = tiny.state.clone();
    other.remove("pos_encoder.pe");
    let lacking = tiny.import(|file| file.dict(|file| file.weights(&other, "", Stored::F32)));
    assert!(
        lacking
            .as_ref()
            .is_err_and(|error| error.contains("named pos_encoder.pe")),
        "{lacking:?}"
    );
    let two = tiny.import(|file| {
        file.dict(|file| {
            file.weights(&tiny.state, "model.", Stored::F32);
            file.weights(&tiny.state, "ema.", Stored::F32);
        });
    });
    assert!(
        two.as_ref()
            .is_err_and(|error| error
                .contains("several models, with names that begin with ema. and model.;")),
        "{two:?}"
    );
    // Whole numbers where floats are needed.
    let whole = tiny.import(|file| {
        file.dict(|file| {
            file.weights(&other, "", Stored::F32);
            let positions = Weights::from([(
                "pos_encoder.pe".into(),
                tiny.state["pos_encoder.pe"].clone(),
            )]);
            file.weights(&positions, "", Stored::I64);
        });
    });
    assert!(
        whole
            .as_ref()
            .is_err_and(|error| error.contains("pos_encoder.pe is stored as I64")),
        "{whole:?}"
    );
    // 4 bytes that claim to be a gigabyte.
    let claims = tiny.import(|file| {
        file.dict(|file| {
            file.weights(&other, "", Stored::F32);
            file.text("pos_encoder.pe");
            file.tensor(&[1, 1 << 24, 16], &[0, 0, 0], &[1.0], Stored::F32);
        });
    });
    assert!(
        claims.as_ref().is_err_and(
            |error| error.contains("claim") && error.contains("bytes, but the file has")
        ),
        "{claims:?}"
    );
}

#[test]
fn a_file_that_is_none_or_cut_or_two_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |file: &Path| {
        let output = import(file, &folder.path().join("out")).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let error = refused(&folder.path().join("none.pth"));
    assert!(
        error.contains("none.pth: ") && !error.contains("torch.save"),
        "{error}"
    );

    let [cut, two] = ["cut.pth", "two.pth"].map(|name| folder.path().join(name));
    let whole = std::fs::read(super::reference("tiny.pth")).unwrap();
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let error = refused(&cut);
    assert!(error.contains("cut.pth: the file was cut short"), "{error}");
    assert_eq!(error.matches("EOCD").count().max(1), 1, "{error}");

    let dict = |folder: &str| (format!("{folder}/data.pkl"), b"\x80\x02}.".to_vec());
    std::fs::write(&two, zip_of(&Files::from([dict("a"), dict("b")])).unwrap()).unwrap();
    let error = refused(&two);
    assert!(error.contains("two.pth: it holds 2 checkpoints"), "{error}");
}

/// Of what does not fit, the file and the reason are named.
#[test]
fn words_and_classes_that_do_not_fit_are_refused() {
    let tiny = Tiny::new();
    let checkpoint = super::reference("tiny.pth");
    let [list, out] = ["words.json", "other"].map(|name| tiny.folder.path().join(name));
    let refused = |option: &str, value: &str| {
        let output = import(&checkpoint, &out)
            .args([option, value])
            .output()
            .unwrap();
        assert!(!output.status.success(), "{value}");
        String::from_utf8(output.stderr).unwrap()
    };
    let words = tiny.package.vocabulary.words();
    let (rows, list_name) = (words.len(), list.display().to_string());
    for (json, says) in [
        (
            serde_json::json!(words[..rows - 1]),
            format!(
                "words.json: it has {} words, but the checkpoint has {rows}",
                rows - 1
            ),
        ),
        (
            serde_json::json!(7),
            "words.json: it must be a JSON array of words".to_owned(),
        ),
        (
            serde_json::json!([["a"]]),
            "words.json: it must be a JSON array of words".to_owned(),
        ),
    ] {
        std::fs::write(&list, json.to_string()).unwrap();
        let error = refused("--vocabulary", &list_name);
        assert!(
            error.contains(&says) && !error.contains("Stored"),
            "{error}"
        );
    }
    let classes = tiny.package.config.classes;
    let named = |last: &str| {
        (1..classes)
            .map(|_| "a")
            .chain([last])
            .collect::<Vec<_>>()
            .join(",")
    };
    for (names, says) in [
        (named("a"), "names \"a\" twice"),
        (named(" "), "leaves a name empty"),
        ("a".to_owned(), "names 1 class, but the checkpoint has"),
    ] {
        let error = refused("--classes", &names);
        assert!(error.contains(says), "{names}: {error}");
    }
}

/// With the task's classes, it can be measured on SST-2, too.
#[test]
fn an_imported_model_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let file = super::reference("tiny.pth");
    let [named, unnamed] = ["named", "unnamed"].map(|name| folder.path().join(name));
    let trees = crate::common::set("sst-trees");
    let measure = |out: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_safr"));
        let command = command.args(["evaluate", "--task", "sst2", "--measures", "prediction"]);
        let command = command.arg("--data").arg(&trees).arg("--model").arg(out);
        command.output().unwrap()
    };
    succeeded(import(&file, &named).args(["--classes", "negative,positive"]));
    let measured = measure(&named);
    let table = String::from_utf8(measured.stdout).unwrap();
    assert!(table.starts_with("sst2 test, 8 texts\n"), "{table}");
    assert!(table.contains("recall/positive"), "{table}");

    succeeded(&mut import(&file, &unnamed));
    let error = String::from_utf8(measure(&unnamed).stderr).unwrap();
    assert!(error.contains("choose texts of its classes"), "{error}");
}

#[test]
fn an_imported_model_has_the_classes_that_it_is_told() {
    let tiny = Tiny::new();
    let checkpoint = super::reference("tiny.pth");
    let out = tiny.folder.path().join("named");
    let classes = tiny.package.config.classes;
    let names: Vec<String> = (0..classes).map(|at| format!("class-{at}")).collect();
    let list = tiny.folder.path().join("words.json");
    let words = serde_json::to_string(tiny.package.vocabulary.words()).unwrap();
    std::fs::write(&list, words).unwrap();
    let import_with_words = || {
        let mut command = import(&checkpoint, &out);
        command.arg("--vocabulary").arg(&list);
        command
    };
    succeeded(import_with_words().args(["--classes", &names.join(",")]));
    let package = Package::from_files(&read_directory(&out).unwrap()).unwrap();
    assert_eq!(package.card.classes, names);
    let repeats = format!(
        "safr import --pytorch FILE --heads 4 --vocabulary FILE --classes {} --out DIR",
        names.join(",")
    );
    assert_eq!(package.card.command, repeats);
    for wrong in ["one", "one,one", "a,b,c,d,e,f,g"] {
        let other = tiny.folder.path().join("other");
        let output = import(&checkpoint, &other)
            .args(["--classes", wrong])
            .output()
            .unwrap();
        assert!(
            !output.status.success()
                && String::from_utf8_lossy(&output.stderr).contains("--classes ")
        );
    }
}
