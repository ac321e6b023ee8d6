//! Answers to questions about one text, in words.

use super::sentences::list;
use crate::text::plural;

/// Names that a sentence lists.
const NAMED: usize = 8;

/// What changes the predicted class: `names` of things of a kind, or `None` if nothing was found; `exact`: whether all
/// smaller sets were ruled out.
pub fn flip_in_words(kind: &str, names: Option<&[String]>, exact: bool) -> String {
    let gone = match kind {
        "word" => "deleted",
        _ => "silent",
    };
    let Some(names) = names else {
        return match exact {
            true => format!("No set of {kind}s changes the class."),
            false => format!("No set of {kind}s was found that changes the class."),
        };
    };
    let listed = match names.len() > NAMED {
        true => format!(
            "{} and {} more",
            names[..NAMED].join(", "),
            names.len() - NAMED
        ),
        false => list(names),
    };
    let many = plural(names.len(), kind);
    let certain = match (names.len(), exact) {
        (1, _) => "",
        (_, true) => " No fewer would do.",
        (_, false) => " They were found one by one: fewer may do.",
    };
    format!("With {many} {gone}, another class is predicted: {listed}.{certain}")
}

/// Whether the words that contribute most are those that the prediction rests on. `falls`: comprehensiveness and
/// sufficiency by contribution, by keep, and at random.
pub fn faithfulness_in_words(
    class: &str,
    words: usize,
    falls: &[[f64; 2]],
    knockout_error: Option<f64>,
) -> String {
    let [contribution, keep, random] = falls else {
        return String::new();
    };
    if words < 2 {
        return "One word alone has no others to be compared with.".to_owned();
    }
    let better = contribution[0] > random[0];
    let verdict = match (better, contribution[0] >= keep[0]) {
        (true, true) => "The words that contribute most are those that it rests on",
        (true, false) => {
            "The words that contribute most matter, but those that are kept most matter more"
        }
        (false, _) => "For this text the contributions do not tell which words it rests on",
    };
    let numbers = format!(
        "without them {class} loses {} on average (without those kept most {}, without random ones {}); with nothing but them it loses {} ({}, {})",
        points(contribution[0]),
        points(keep[0]),
        points(random[0]),
        points(contribution[1]),
        points(keep[1]),
        points(random[1]),
    );
    let own = knockout_error.map_or_else(String::new, |error| {
        format!(
            " Silencing a word’s neurons, instead of the word, errs by {:.0} %.",
            100.0 * error
        )
    });
    format!("{verdict}: {numbers}.{own}")
}

/// A difference of probabilities: "12.3 points".
fn points(difference: f64) -> String {
    let size = format!("{:.1}", (100.0 * difference).abs());
    let sign = if difference < 0.0 && size != "0.0" {
        "−"
    } else {
        ""
    };
    format!("{sign}{size} points")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flip_says_what_is_certain() {
        let names = |count: usize| -> Vec<String> { (0..count).map(|n| n.to_string()).collect() };
        let says = |count, exact| flip_in_words("neuron", Some(&names(count)), exact);
        assert_eq!(
            says(1, true),
            "With 1 neuron silent, another class is predicted: 0."
        );
        assert!(says(2, true).ends_with(": 0 and 1. No fewer would do."));
        assert!(
            says(9, false).ends_with("6, 7 and 1 more. They were found one by one: fewer may do.")
        );
        assert_eq!(
            flip_in_words("word", None, true),
            "No set of words changes the class."
        );
        assert_eq!(
            flip_in_words("word", None, false),
            "No set of words was found that changes the class."
        );
        let one = ["“bad”".to_owned()];
        assert!(flip_in_words("word", Some(&one), true).starts_with("With 1 word deleted"));
    }

    #[test]
    fn faithfulness_is_judged_against_chance_and_keep() {
        let says = |contribution, keep, random| {
            let falls = [[contribution, 0.01], [keep, -0.02], [random, 0.3]];
            faithfulness_in_words("positive", 3, &falls, Some(0.08))
        };
        let good = says(0.5, 0.2, 0.1);
        assert!(good.starts_with("The words that contribute most are those that it rests on: without them positive loses 50.0 points"), "{good}");
        assert!(
            good.contains("1.0 points (−2.0 points, 30.0 points)"),
            "{good}"
        );
        assert!(good.ends_with("errs by 8 %."), "{good}");
        let alone = faithfulness_in_words("positive", 1, &[[0.1, 0.0]; 3], None);
        assert!(alone.starts_with("One word alone"), "{alone}");
        assert!(says(0.3, 0.4, 0.1).starts_with("The words that contribute most matter, but"));
        assert!(says(0.1, 0.0, 0.2).starts_with("For this text"));
    }
}
