//! Variants side by side on the same texts: differences from the first, and how certain they are.

use super::comparison::{COMPARISON_VERSION, CompareError, Compared, Comparison};
use super::contrast::Contrast;
use super::statistics::Statistics;
use super::{Report, Variant};

/// Compares `variants` with the first, measure by measure, and as the `contrasts` say, with a paired
/// bootstrap of `resamples` draws of texts and of runs: all variants are measured on the same draw of
/// texts, and those with equally many runs on the same draw of runs, since these share their seeds. So an
/// interval holds for other texts and for other seeds, as far as one run or five can show. Each run
/// may have a reference of its own, as long as all variants have the same ones in the same order.
///
/// # Errors
/// If there are fewer than two variants and no contrast, or a variant without runs; if they are not
/// about the same texts and selections, a contrast names something that does not exist, or a number is not finite.
pub fn compare(
    variants: &[Variant],
    contrasts: &[Contrast],
    resamples: usize,
    seed: u64,
) -> Result<Comparison, CompareError> {
    let [first, others @ ..] = variants else {
        return Err(CompareError::TooFew);
    };
    let alone = others.is_empty() && contrasts.is_empty();
    if alone || variants.iter().any(|variant| variant.runs.is_empty()) {
        return Err(CompareError::TooFew);
    }
    let data = &first.runs[0].data;
    for other in others {
        check(first, other)?;
    }
    let measures: Vec<_> = variants.iter().map(Variant::measures).collect();
    let found = contrasts.iter().map(|contrast| {
        let found = contrast.places(&measures);
        found.ok_or_else(|| CompareError::Contrast(contrast.to_string()))
    });
    let statistics = Statistics::new(&measures, found.collect::<Result<_, _>>()?);
    let mut estimates = statistics
        .estimates(data.texts, resamples, seed)
        .into_iter();
    let mut take = |count: usize| estimates.by_ref().take(count).collect::<Vec<_>>();
    let intervals: Vec<Vec<_>> = measures
        .iter()
        .map(|measures| take(measures.names.len()))
        .collect();
    let none = vec![None; measures[0].names.len()];
    let differences = measures[1..]
        .iter()
        .map(|measures| take(measures.names.len()));
    let differences: Vec<Vec<_>> = std::iter::once(none).chain(differences).collect();
    let contrasted = contrasts.iter().zip(take(contrasts.len()));
    let contrasts = contrasted
        .map(|(contrast, difference)| contrast.with(difference))
        .collect();
    let compared = variants
        .iter()
        .zip(&measures)
        .zip(intervals)
        .zip(differences);
    let compared = compared.map(|(((variant, measures), intervals), differences)| Compared {
        name: variant.name.clone(),
        runs: variant.runs.iter().map(|run| run.model.clone()).collect(),
        measures: measures.summaries(),
        intervals: intervals
            .into_iter()
            .map(|mean| mean.map(|mean| mean.interval))
            .collect(),
        differences,
    });
    let comparison = Comparison {
        version: COMPARISON_VERSION,
        data: data.clone(),
        resamples,
        seed,
        variants: compared.collect(),
        contrasts,
    };
    comparison.finite()
}

fn check(first: &Variant, other: &Variant) -> Result<(), CompareError> {
    let named: &Report = &first.runs[0];
    let strays = |run: &&Report| run.data.sha256 != named.data.sha256;
    if let Some(stray) = other.runs.iter().find(strays) {
        return Err(CompareError::Texts {
            first: named.model.clone(),
            other: stray.model.clone(),
        });
    }
    if first.references() != other.references() {
        return Err(CompareError::References {
            first: first.name.clone(),
            other: other.name.clone(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::{
        Answer, Column, DataSet, Difference, Interval, PerText, REPORT_VERSION, Section,
    };

    /// Four texts: how many of them are answered rightly, and one column.
    fn report(model: &str, right: usize, name: &str, values: [Option<f32>; 4]) -> Report {
        let per_text = PerText {
            answers: (0..4)
                .map(|at| Answer::new(&[1.0, 0.0], usize::from(at >= right)))
                .collect(),
            columns: vec![Column {
                section: Section::Collapse,
                name: name.into(),
                values: values.to_vec(),
            }],
        };
        Report {
            version: REPORT_VERSION,
            model: model.into(),
            reference: None,
            data: DataSet {
                task: "sst2".into(),
                part: "test".into(),
                texts: 4,
                drawn: None,
                sha256: "00".into(),
            },
            measures: per_text.measures(&[1.0; 4]),
            per_text,
        }
    }

    /// Places of two measures.
    const ACCURACY: usize = 0;
    const KEEP: usize = 5;
    const SOME: [Option<f32>; 4] = [Some(1.0), Some(2.0), Some(3.0), None];

    /// A variant of one run for each report, under the first one's name.
    fn variant<const N: usize>(runs: [Report; N]) -> Variant {
        Variant {
            name: runs[0].model.clone(),
            runs: runs.into(),
        }
    }

    fn difference(comparison: &Comparison, measure: usize) -> Difference {
        comparison.variants[1].differences[measure].unwrap()
    }

    #[test]
    fn a_constant_difference_is_exact() {
        let plain = report("plain", 2, "word_keep", SOME);
        let safr = report("safr", 2, "word_keep", SOME.map(|v| Some(v? - 0.5)));
        let comparison = compare(&[variant([plain]), variant([safr])], &[], 200, 0).unwrap();
        let plain = &comparison.variants[0];
        assert!(plain.differences.iter().all(Option::is_none));
        assert_eq!(plain.differences.len(), plain.measures.len());
        let keep = difference(&comparison, KEEP);
        assert_eq!(keep.value, -0.5);
        // A resample's mean is rounded.
        assert!((keep.interval.low + 0.5).abs() < 1e-12);
        assert!((keep.interval.high + 0.5).abs() < 1e-12);
        let accuracy = difference(&comparison, ACCURACY);
        assert_eq!((accuracy.interval.low, accuracy.interval.high), (0.0, 0.0));
    }

    /// 2 against 4 of 4 right: the difference is the part of the last two texts in a resample.
    #[test]
    fn differences_of_answers_are_paired() {
        let plain = variant([report("plain", 2, "word_keep", SOME)]);
        let safr = variant([report("safr", 4, "word_keep", SOME)]);
        let comparison = compare(&[plain.clone(), safr.clone()], &[], 2000, 0).unwrap();
        let accuracy = difference(&comparison, ACCURACY);
        assert_eq!(accuracy.value, 0.5);
        // Each end, 0 or 4 of 4, has probability 1/16.
        assert_eq!((accuracy.interval.low, accuracy.interval.high), (0.0, 1.0));
        assert_eq!(compare(&[plain, safr], &[], 2000, 0).unwrap(), comparison);
    }

    /// Right are 2 and 4 of 4, against 1 and 3: of the four texts, the first differs in no run, the
    /// second and the fourth in one of two each, the third in none.
    #[test]
    fn runs_are_averaged_on_the_same_draw() {
        let of = |right| report("model", right, "word_keep", SOME);
        let [first, other] = [variant([of(2), of(4)]), variant([of(1), of(3)])];
        let comparison = compare(&[first, other], &[], 2000, 0).unwrap();
        let [base, other] = &comparison.variants[..] else {
            panic!("two variants")
        };
        let summary = &base.measures[ACCURACY];
        assert_eq!(summary.mean, Some(0.75));
        // ±1/4 about the mean: a variance of 2/16 with n − 1.
        assert_eq!(summary.deviation, Some(0.125f64.sqrt()));
        assert_eq!(summary.values, [Some(0.5), Some(1.0)]);
        assert_eq!(base.runs, ["model", "model"]);
        assert_eq!(other.measures[ACCURACY].mean, Some(0.5));
        let accuracy = difference(&comparison, ACCURACY);
        assert_eq!(accuracy.value, -0.25);
        // The first run alone, with three of four draws its second text, loses ¾; both runs and no
        // such text, nothing.
        let Interval { low, high } = accuracy.interval;
        assert!(
            (-0.75..=-0.5).contains(&low) && high == 0.0,
            "{low} to {high}"
        );
    }

    /// Two runs that differ by −½ and by +½ on every text: other seeds may come to either.
    #[test]
    fn an_interval_is_as_wide_as_the_runs_scatter() {
        let of = |by: f32| report("model", 2, "word_keep", SOME.map(|value| Some(value? + by)));
        let [plain, other] = [variant([of(0.0), of(0.0)]), variant([of(-0.5), of(0.5)])];
        let keep = difference(&compare(&[plain, other], &[], 500, 0).unwrap(), KEEP);
        assert_eq!(keep.value, 0.0);
        assert!(
            (keep.interval.low + 0.5).abs() < 1e-12 && (keep.interval.high - 0.5).abs() < 1e-12
        );
    }

    #[test]
    fn a_run_against_itself_with_another_beside_it_is_paired_too() {
        let of = |right| report("model", right, "word_keep", SOME);
        // The same run twice is that run once.
        let [once, twice] = [variant([of(2)]), variant([of(2), of(2)])];
        let accuracy = difference(&compare(&[once, twice], &[], 500, 0).unwrap(), ACCURACY);
        assert_eq!(
            (
                accuracy.interval.low,
                accuracy.value,
                accuracy.interval.high
            ),
            (0.0, 0.0, 0.0)
        );
    }

    #[test]
    fn a_measure_of_one_model_or_of_some_runs_alone_has_no_difference() {
        let plain = report("plain", 2, "word_keep", SOME);
        let safr = report("safr", 2, "largest_key_mass", SOME);
        let of = |variants: &[Variant]| compare(variants, &[], 10, 0).unwrap().variants.remove(1);
        let other = of(&[variant([plain.clone()]), variant([safr.clone()])]);
        assert_eq!(other.differences[KEEP], None);
        let other = of(&[variant([plain.clone()]), variant([plain, safr])]);
        assert_eq!(other.differences[KEEP], None);
        assert_eq!(other.measures[KEEP].mean, None);
        assert_eq!(other.measures[KEEP].values, [Some(2.0), None]);
        assert!(other.differences[ACCURACY].is_some());
    }

    #[test]
    fn a_contrast_is_of_any_two_measures_and_paired() {
        let of = |by: f32| variant([report("model", 2, "word_keep", SOME.map(|v| Some(v? * by)))]);
        let contrast = |text: &str| [text.parse::<Contrast>().unwrap()];
        let compared =
            |variants: &[Variant], text: &str| compare(variants, &contrast(text), 200, 0);
        let two = [of(1.0), of(0.5)];
        let comparison = compared(&two, "2:word_keep - 0.5 * 1:word_keep").unwrap();
        let none = Some(Difference {
            value: 0.0,
            interval: Interval {
                low: 0.0,
                high: 0.0,
            },
        });
        assert_eq!(comparison.contrasts[0].difference, none);
        // Of one variant alone, too: 2 of 4 are right, and the mean of 1, 2 and 3 is 2.
        let comparison = compared(&two[..1], "1:word_keep - 1:accuracy").unwrap();
        let difference = comparison.contrasts[0].difference.unwrap();
        assert_eq!(difference.value, 1.5);
        assert!(difference.interval.low < 1.5 && difference.interval.high > 1.5);
        assert_eq!(
            compared(&two, "3:word_keep - 1:word_keep"),
            Err(CompareError::Contrast("3:word_keep - 1:word_keep".into()))
        );
    }

    #[test]
    fn a_mean_lies_in_its_interval() {
        let variants = ["plain", "safr"].map(|name| variant([report(name, 2, "word_keep", SOME)]));
        let comparison = compare(&variants, &[], 500, 0).unwrap();
        let Interval { low, high } = comparison.variants[0].intervals[KEEP].unwrap();
        // The mean of three of 1, 2 and 3, each of which may be drawn more than once.
        assert!(
            (1.0..1.5).contains(&low) && (2.5..=3.0).contains(&high),
            "{low} to {high}"
        );
    }

    #[test]
    fn what_cannot_be_paired_is_refused() {
        let plain = report("plain", 2, "word_keep", SOME);
        let alone = [variant([plain.clone()])];
        assert_eq!(compare(&alone, &[], 10, 0), Err(CompareError::TooFew));
        let mut other = plain.clone();
        other.reference = Some("plain".into());
        let error = compare(
            &[variant([plain.clone()]), variant([other.clone()])],
            &[],
            10,
            0,
        );
        assert!(matches!(error, Err(CompareError::References { .. })));
        other.data.sha256 = "01".into();
        let error = compare(
            &[variant([plain.clone()]), variant([plain, other])],
            &[],
            10,
            0,
        );
        assert!(matches!(error, Err(CompareError::Texts { .. })));
    }

    /// No number that is none, and none that is too large, becomes part of a mean.
    #[test]
    fn numbers_that_are_not_finite_are_an_error() {
        let plain = variant([report("plain", 2, "word_keep", SOME)]);
        for odd in [f32::NAN, f32::INFINITY] {
            let safr = report("safr", 2, "word_keep", [Some(1.0), Some(odd), None, None]);
            let refused = Err(CompareError::NotFinite("word_keep of safr".into()));
            let both = [plain.clone(), variant([safr])];
            assert_eq!(compare(&both, &[], 10, 0), refused);
        }
        // Finite by itself, but not in a sum.
        let mut large = report("large", 2, "word_keep", SOME);
        for answer in &mut large.per_text.answers {
            answer.negative_log_likelihood = f64::MAX;
        }
        let of = "negative_log_likelihood of large".to_owned();
        let both = [plain.clone(), variant([large])];
        assert_eq!(compare(&both, &[], 10, 0), Err(CompareError::NotFinite(of)));
        let contrast = "1:word_keep - 1e308 * 1:word_keep".parse::<Contrast>();
        let far = compare(&[plain], &[contrast.unwrap()], 10, 0);
        assert!(matches!(far, Err(CompareError::NotFinite(_))), "{far:?}");
    }

    #[test]
    fn each_run_may_have_a_reference_of_its_own() {
        let of = |references: &[&str]| Variant {
            name: "variant".into(),
            runs: references
                .iter()
                .map(|reference| Report {
                    reference: Some((*reference).into()),
                    ..report("model", 2, "word_keep", SOME)
                })
                .collect(),
        };
        let fits = |a: &[&str], b: &[&str]| compare(&[of(a), of(b)], &[], 10, 0).is_ok();
        assert!(fits(&["plain-1", "plain-2"], &["plain-1", "plain-2"]));
        assert!(!fits(&["plain-1", "plain-2"], &["plain-2", "plain-1"]));
        assert!(!fits(&["plain-1", "plain-2"], &["plain-1"]));
        // One for all runs, however many they are.
        assert!(fits(&["plain"], &["plain", "plain"]));
    }
}
