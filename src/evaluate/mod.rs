//! How well a model does on labelled texts, and whether its representation collapses.

mod answer;
mod bootstrap;
mod columns;
mod compare;
mod comparison;
mod contrast;
mod difference;
mod example;
mod faithfulness;
mod intervention;
mod knockout;
mod losses;
mod marked;
mod measure;
mod neuron_statistics;
mod one_pass;
mod redistribution;
mod report;
mod section;
mod statistics;
mod stored;
mod sweep;
mod variant;

pub use answer::{
    Answer, CALIBRATION_BINS, accuracy, calibration_error, macro_f1, majority_accuracy,
    mean_negative_log_likelihood,
};
pub use bootstrap::{Interval, LEVEL, bootstrap, wilson};
pub use compare::compare;
pub use comparison::{COMPARISON_VERSION, CompareError, Compared, Comparison};
pub use contrast::{Contrast, Contrasted};
pub use difference::Difference;
pub use example::EncodedExample;
pub use faithfulness::{
    Curves, CurvesRun, FaithfulnessOptions, MOST_KEPT, MOST_REMOVED, Normalisation, OrderCurve,
    OrderMeasures, PERCENTAGES, faithfulness,
};
pub use intervention::{NEURONS, intervention};
pub use knockout::knockout;
pub use marked::Marked;
pub use measure::{MeasureError, Text, measure};
pub use neuron_statistics::neuron_statistics;
pub use report::{Column, DataSet, Drawn, Measure, PerText, REPORT_VERSION, Report, Value};
pub use section::Section;
pub use stored::ReportError;
pub use sweep::{Evaluation, Sweep, correct, evaluate};
pub use variant::{Summary, Variant};
