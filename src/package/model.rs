//! A model on the host, and how it becomes files.

use std::collections::HashSet;

use super::files::{bytes, parse, print, print_dense};
use super::{Card, Files, PackageError, Precision, names, tensors};
use crate::model::{
    ModelConfig, Pooling, Readout, Stream, WORD_TABLE, Weights, WeightsError, check_weights,
    initial_weights, renew_head,
};
use crate::text::Vocabulary;

/// Name of the gate's values among the weights, `[V]`.
const GATE_VALUES: &str = "vmask.keep";

/// Name of the biases of the gate's scores for dropping and keeping a word.
const GATE_BIAS: &str = "vmask.hidden2p.bias";

/// A model on the host: everything that its directory holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Package {
    /// What is known about it.
    pub card: Card,
    /// Sizes and reading.
    pub config: ModelConfig,
    /// Words by id, `V`.
    pub vocabulary: Vocabulary,
    /// Parameters under PyTorch's names.
    pub weights: Weights,
    /// Keep probability of every word, `V`.
    pub gate_values: Vec<f32>,
}

impl Package {
    /// Reads a model directory's files and checks that they belong together.
    ///
    /// # Errors
    /// Says which file is missing, damaged or of another format, and what to do.
    pub fn from_files(files: &Files) -> Result<Self, PackageError> {
        let card = Card::from_files(files)?;
        card.check(files)?;
        let config: ModelConfig = parse(files, names::CONFIG)?;
        config.check()?;
        let vocabulary: Vocabulary = parse(files, names::VOCABULARY)?;
        let mut weights = tensors::read(bytes(files, names::WEIGHTS)?)?;
        let gate = weights
            .remove(GATE_VALUES)
            .ok_or_else(|| WeightsError::Missing(GATE_VALUES.to_owned()))?;
        check_weights(&config, &weights)?;
        let package = Self {
            card,
            config,
            vocabulary,
            weights,
            gate_values: gate.values,
        };
        package.check_counts()?;
        Ok(package)
    }

    /// Writes the files of the directory, its card brought up to date with their checksums.
    ///
    /// # Errors
    /// If a file cannot be put into its format.
    pub fn to_files(&self, precision: Precision) -> Result<Files, PackageError> {
        self.check_counts()?;
        let mut weights = self.weights.clone();
        let gate = crate::model::Array {
            shape: vec![self.gate_values.len()],
            values: self.gate_values.clone(),
        };
        weights.insert(GATE_VALUES.to_owned(), gate);
        let mut files = Files::from([
            (
                names::CONFIG.to_owned(),
                print(names::CONFIG, &self.config)?,
            ),
            (
                names::VOCABULARY.to_owned(),
                print_dense(names::VOCABULARY, &self.vocabulary)?,
            ),
            (
                names::WEIGHTS.to_owned(),
                tensors::write(&weights, precision)?,
            ),
        ]);
        let card = Card {
            readout: Some(self.config.readout),
            ..self.card.clone()
        };
        card.put_into(&mut files)?;
        Ok(files)
    }

    /// The model as a start for learning `classes`: with a head drawn from `stream`, unless it
    /// knows [exactly these](Self::knows).
    #[must_use]
    pub fn for_classes(mut self, classes: &[String], stream: &mut Stream) -> Self {
        if !self.knows(classes) {
            self.config.classes = classes.len();
            self.card.classes = classes.to_vec();
            renew_head(&self.config, &mut self.weights, stream);
        }
        self
    }

    /// The model as a start for a head that reads something else, drawn from `stream`: without the pooler and, if it
    /// reads the neurons, without what wrote the last block's back; with fresh ones of these if it does not.
    #[must_use]
    pub fn for_readout(mut self, readout: Readout, stream: &mut Stream) -> Self {
        if self.config.readout == readout {
            return self;
        }
        self.config.readout = readout;
        self.config.winners = None;
        self.config.architecture.pooler = None;
        if self.config.reading.pooling == Pooling::First {
            self.config.reading.pooling = Pooling::Valid;
        }
        let fresh = initial_weights(&self.config, stream);
        self.weights.retain(|name, array| {
            fresh.get(name).is_some_and(|new| new.shape == array.shape) && !name.starts_with("fc.")
        });
        for (name, array) in fresh {
            self.weights.entry(name).or_insert(array);
        }
        self
    }

    /// A gate that keeps everything, as an imported model's, becomes one that can learn: it starts at log-odds of 2, that
    /// is, at a keep of 0.88. (Where it is open for good, it has no slope.)
    #[must_use]
    pub fn with_gate_to_learn(mut self) -> Self {
        let is_open = self.gate_values.iter().all(|&keep| keep == 1.0);
        if let Some(bias) = self.weights.get_mut(GATE_BIAS).filter(|_| is_open) {
            bias.values = vec![-1.0, 1.0];
        }
        self
    }

    /// Whether the model's classes are `classes`, in any order.
    pub fn knows(&self, classes: &[String]) -> bool {
        let sorted = |classes: &[String]| {
            let mut classes = classes.to_vec();
            classes.sort();
            classes
        };
        sorted(&self.card.classes) == sorted(classes)
    }

    /// The weights as they are after storing at `precision`; the gate's values have yet to be
    /// recomputed from them.
    ///
    /// # Errors
    /// If they cannot be stored.
    pub fn rounded_weights(&self, precision: Precision) -> Result<Weights, PackageError> {
        tensors::rounded(self.weights.clone(), precision)
    }

    /// Rounds the word table, the largest part of most models, to `bits` bits a number, 2 to 8: its 8-bit form then holds
    /// it exactly, and compresses to about that many. The gate's values have yet to be recomputed.
    #[must_use]
    pub fn with_word_bits(mut self, bits: u32) -> Self {
        if let Some(words) = self.weights.get_mut(WORD_TABLE) {
            tensors::coarsen(words, bits);
        }
        self
    }

    fn check_counts(&self) -> Result<(), PackageError> {
        let counts = [
            ("words", self.vocabulary.len(), self.config.vocabulary),
            (
                "gate values",
                self.gate_values.len(),
                self.config.vocabulary,
            ),
            ("class names", self.card.classes.len(), self.config.classes),
        ];
        for (what, found, expected) in counts {
            if found != expected {
                return Err(PackageError::Count {
                    what,
                    found,
                    expected,
                });
            }
        }
        let classes = &self.card.classes;
        let mut different = HashSet::new();
        if let Some(class) = classes.iter().find(|class| !different.insert(*class)) {
            return Err(PackageError::TwoClasses(class.clone()));
        }
        if !self
            .gate_values
            .iter()
            .all(|keep| (0.0..=1.0).contains(keep))
        {
            return Err(WeightsError::NotFinite(GATE_VALUES.to_owned()).into());
        }
        Ok(())
    }
}
