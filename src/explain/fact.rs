//! What is striking about a word: how many others use its neurons.

use super::{Explanation, Word, mean};

/// Up to so many words per neuron, in effect, a word has its neurons nearly to itself.
const ALONE: f64 = 1.5;

/// Longest word in the sentence, in characters.
const LONGEST: usize = 24;

/// The word that contributes most, towards the class or against it.
pub(super) fn foremost(words: &[Word]) -> Option<usize> {
    let size = |i: usize| words[i].contribution.abs();
    (0..words.len()).max_by(|&a, &b| size(a).total_cmp(&size(b)))
}

/// The neurons of word `i`, and who else uses them.
pub(super) fn fact(explanation: &Explanation, i: usize) -> Option<String> {
    let word = &explanation.words[i];
    let allocation = &explanation.allocation;
    let own = allocation.owner.iter().zip(&allocation.polysemanticity);
    let own = own.filter(|(owner, _)| **owner as usize == i);
    let users = mean(own.map(|(_, users)| *users))?;
    let neurons = match word.owned {
        1 => "1 neuron".to_owned(),
        owned => format!("{owned} neurons"),
    };
    let name = shortened(&word.text, LONGEST);
    Some(match users < ALONE {
        true => format!(
            "“{name}” leads {neurons}, and has them nearly to itself: in effect, {users:.1} words use each."
        ),
        false => format!(
            "“{name}” leads {neurons}, and shares them: in effect, {users:.1} words use each."
        ),
    })
}

/// At most `longest` characters of a text, and an ellipsis if that is not all of it.
pub fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Allocation;

    #[test]
    fn a_word_has_its_neurons_to_itself_or_shares_them() {
        let word = |contribution| Word {
            text: "bad".into(),
            owned: 2,
            contribution,
            ..Word::default()
        };
        let mut explanation = Explanation {
            words: vec![word(0.5), word(-0.75), word(0.0)],
            allocation: Allocation {
                owner: vec![0, 0, 1],
                polysemanticity: vec![1.0, 1.5, 9.0],
                ..Allocation::default()
            },
            ..Explanation::default()
        };
        assert_eq!(foremost(&explanation.words), Some(1));
        assert_eq!(foremost(&[]), None);
        assert_eq!(fact(&explanation, 2), None);
        assert_eq!(
            fact(&explanation, 0).unwrap(),
            "“bad” leads 2 neurons, and has them nearly to itself: in effect, 1.2 words use each."
        );
        explanation.words[0].text = "é".repeat(1 << 20);
        let said = fact(&explanation, 0).unwrap();
        assert!(said.starts_with(&format!("“{}…” leads", "é".repeat(24))));
        explanation.words[0].text = "bad".into();
        explanation.allocation.polysemanticity[1] = 15.0;
        assert_eq!(
            fact(&explanation, 0).unwrap(),
            "“bad” leads 2 neurons, and shares them: in effect, 8.0 words use each."
        );
    }
}
