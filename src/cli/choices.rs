//! The library's choices on the command line, under their own names.

use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::attribute::{Ranking, Removal};
use crate::chart::Chart;
use crate::engine::Backend;
use crate::evaluate::Section;
use crate::model::Readout;
use crate::text::Split;

/// Each of these has `ALL` and `name`.
macro_rules! chosen_by_name {
    ($($choice:ty),+) => {$(
        impl ValueEnum for $choice {
            fn value_variants<'a>() -> &'a [Self] {
                &Self::ALL
            }

            fn to_possible_value(&self) -> Option<PossibleValue> {
                Some(PossibleValue::new(self.name()))
            }
        }
    )+};
}

chosen_by_name!(Chart, Section, Ranking, Removal, Split, Readout);

/// Where to compute, with names that shells can complete.
pub(super) fn backend() -> impl TypedValueParser<Value = Backend> {
    let names = ["flex", "ndarray", "wgpu", "cuda"].map(PossibleValue::new);
    let names = names.map(|name| match name.matches("wgpu", false) {
        true => name.alias("webgpu"),
        false => name,
    });
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Backend>())
}

/// A choice as it is written on the command line.
pub(super) fn name_of(value: impl ValueEnum) -> String {
    let written = value.to_possible_value();
    written.map_or_else(String::new, |value| value.get_name().to_owned())
}

/// The long help of an option: `what`, and the names to choose from.
pub(super) fn with_names<Choice: ValueEnum>(what: &str) -> String {
    let names: Vec<String> = Choice::value_variants()
        .iter()
        .cloned()
        .map(name_of)
        .collect();
    format!("{what}: {}", names.join(", "))
}
