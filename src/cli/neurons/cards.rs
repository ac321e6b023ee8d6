//! The neurons' cards as a table for people, and as JSON and CSV for programs.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::Serialize;

use crate::cli::out::Styled;
use crate::explain::{AblationEffect, NeuronCard, NeuronStatistics};
use crate::package::Package;
use crate::text::{Example, plural};

/// Words in each of the table's two lists.
const WORDS_SHOWN: usize = 3;

/// All cards, and what they were made from.
#[derive(Serialize)]
pub(super) struct Cards {
    model: String,
    classes: Vec<String>,
    /// Index of the block whose neurons these are: the last.
    layer: usize,
    /// Texts measured.
    texts_measured: usize,
    /// Words in them.
    words_measured: usize,
    /// Neurons that fire at no word.
    dead: usize,
    /// All neurons, in their order.
    neurons: Vec<NeuronCard>,
    /// The texts that the cards name, by number.
    texts: BTreeMap<usize, String>,
}

/// What the columns are; docs/method.md defines them.
const LEGEND: &str = "
|Δp|         how much predictions change without the neuron; fall: loss of the predicted class; flips: texts that change class
selectivity  how much more it fires for one class than for the others, from 0 to 1
fires        share of the words at which it fires; eff.words: how many different words these are in effect
";

impl Cards {
    /// The cards of a model and what its neurons do on `examples`.
    pub(super) fn new(
        package: &Package,
        statistics: &NeuronStatistics,
        examples: &[Example],
    ) -> Self {
        let neurons = statistics.cards(&package.vocabulary);
        let places = neurons.iter().flat_map(|card| &card.strongest);
        let texts = places
            .map(|place| (place.text, examples[place.text].words.join(" ")))
            .collect();
        Self {
            model: package.card.id.clone(),
            classes: package.card.classes.clone(),
            layer: package.config.layers - 1,
            texts_measured: statistics.texts(),
            words_measured: statistics.words(),
            dead: neurons
                .iter()
                .filter(|card| card.ablation.is_none())
                .count(),
            neurons,
            texts,
        }
    }

    /// The `top` neurons whose loss changes the predictions most.
    pub(super) fn table(&self, top: usize) -> Styled {
        let cards = self.neurons.iter();
        let mut ranking: Vec<(&NeuronCard, &AblationEffect)> = cards
            .filter_map(|card| Some((card, card.ablation.as_ref()?)))
            .collect();
        ranking.sort_by(|(_, a), (_, b)| b.size.total_cmp(&a.size));
        let title = format!(
            "{} neurons, {} of them dead, on {} of {}\n\n",
            self.neurons.len(),
            self.dead,
            plural(self.texts_measured, "text"),
            plural(self.words_measured, "word")
        );
        let head = [
            "neuron",
            "|Δp|",
            "fall",
            "flips",
            "pushes to",
            "selectivity",
            "fires",
            "eff.words",
            "top words",
            "strongest at",
        ];
        let rows = ranking.into_iter().take(top);
        let rows = rows.map(|(card, effect)| self.row(card, effect));
        let rows = std::iter::once(head.map(str::to_owned)).chain(rows);
        let rows = rows.map(|row| row.map(Styled::from).into());
        let table = Styled::table(rows.collect(), &[8, 9]);
        Styled::all([title.into(), table, LEGEND.into()])
    }

    fn row(&self, card: &NeuronCard, effect: &AblationEffect) -> [String; 10] {
        let top_words = card.top_words.iter().take(WORDS_SHOWN);
        let top_words: Vec<String> = top_words
            .map(|word| format!("{} {:.0}%", word.word, word.share * 100.0))
            .collect();
        let strongest = card.strongest.iter().take(WORDS_SHOWN);
        let strongest: Vec<String> = strongest
            .map(|place| format!("{} {:.2}", place.word, place.activation))
            .collect();
        [
            card.neuron.to_string(),
            format!("{:.4}", effect.size),
            format!("{:.4}", effect.fall),
            effect.flips.to_string(),
            self.classes[favoured(effect)].clone(),
            format!("{:.3}", card.selectivity.map_or(0.0, |found| found.index)),
            format!("{:.3}", card.firing_rate),
            format!("{:.1}", card.effective_words),
            top_words.join(", "),
            strongest.join(", "),
        ]
    }

    /// One row per neuron; words with their values are joined by spaces and semicolons.
    pub(super) fn csv(&self) -> anyhow::Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let before = [
            "neuron",
            "firing_rate",
            "text_rate",
            "mean_activation",
            "effective_words",
            "selective_class",
            "selectivity",
            "fall",
            "size",
            "flips",
        ];
        let pushes = self.classes.iter().map(|class| format!("push_{class}"));
        let names = before.map(str::to_owned).into_iter().chain(pushes);
        writer.write_record(names.chain(["top_words", "strongest"].map(str::to_owned)))?;
        for card in &self.neurons {
            writer.write_record(self.csv_row(card))?;
        }
        Ok(writer.into_inner()?)
    }

    fn csv_row(&self, card: &NeuronCard) -> Vec<String> {
        let selectivity = card.selectivity;
        let effect = card.ablation.as_ref();
        let mut row = vec![
            card.neuron.to_string(),
            card.firing_rate.to_string(),
            card.text_rate.to_string(),
            card.mean_activation.to_string(),
            card.effective_words.to_string(),
            or_empty(selectivity.map(|selectivity| &self.classes[selectivity.class])),
            or_empty(selectivity.map(|selectivity| selectivity.index)),
            or_empty(effect.map(|effect| effect.fall)),
            or_empty(effect.map(|effect| effect.size)),
            or_empty(effect.map(|effect| effect.flips)),
        ];
        row.extend(
            (0..self.classes.len()).map(|k| or_empty(effect.map(|effect| effect.pushes[k]))),
        );
        row.push(listed(
            card.top_words.iter().map(|word| (&word.word, word.share)),
        ));
        row.push(listed(
            card.strongest
                .iter()
                .map(|place| (&place.word, place.activation)),
        ));
        row
    }
}

/// The class whose probability the neuron raises most.
fn favoured(effect: &AblationEffect) -> usize {
    let pushes = effect.pushes.iter().enumerate();
    let most = pushes.max_by(|(_, a), (_, b)| a.total_cmp(b));
    most.map_or(0, |(class, _)| class)
}

fn or_empty(value: Option<impl Display>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn listed<'a>(words: impl Iterator<Item = (&'a String, impl Display)>) -> String {
    let words: Vec<String> = words
        .map(|(word, value)| format!("{word} {value:.4}"))
        .collect();
    words.join("; ")
}
