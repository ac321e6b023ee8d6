//! The distinct words at which a neuron fires most strongly, kept while texts stream by.

use super::LISTED;

/// A neuron's activation at one place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Firing {
    /// Word id.
    pub(super) id: u32,
    pub(super) activation: f32,
    /// Number of the text.
    pub(super) text: usize,
    /// Place in the text, in words from 0.
    pub(super) position: usize,
}

/// At most [`LISTED`] firings at distinct words, the strongest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Strongest(Vec<Firing>);

impl Strongest {
    /// Takes in `firing` if it is among the strongest; among equals, the first seen stays.
    ///
    /// A word that falls out can only come back with a stronger firing, so nothing is missed.
    pub(super) fn see(&mut self, firing: Firing) {
        if self.0.len() == LISTED && firing.activation <= self.0[LISTED - 1].activation {
            return;
        }
        if let Some(at) = self.0.iter().position(|other| other.id == firing.id) {
            if firing.activation <= self.0[at].activation {
                return;
            }
            self.0.remove(at);
        }
        let stronger = |other: &Firing| other.activation >= firing.activation;
        self.0.insert(self.0.partition_point(stronger), firing);
        self.0.truncate(LISTED);
    }

    /// The firings, the strongest first.
    pub(super) fn firings(&self) -> &[Firing] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(firings: impl IntoIterator<Item = (u32, f32)>) -> Vec<(u32, f32, usize)> {
        let mut strongest = Strongest::default();
        for (text, (id, activation)) in firings.into_iter().enumerate() {
            strongest.see(Firing {
                id,
                activation,
                text,
                position: 0,
            });
        }
        let firings = strongest.firings().iter();
        firings.map(|f| (f.id, f.activation, f.text)).collect()
    }

    #[test]
    fn a_word_stands_once_with_its_strongest_place() {
        let seen = seen([(7, 1.0), (8, 2.0), (7, 3.0), (7, 2.5), (8, 2.0)]);
        assert_eq!(seen, [(7, 3.0, 2), (8, 2.0, 1)]);
    }

    #[test]
    fn only_the_strongest_stay_and_a_word_can_come_back() {
        // Words 0, 1, … fire at 0, 1, …; at last word 0, which had fallen out, fires most.
        let count = LISTED as u32 + 5;
        let rising = (0..count).map(|id| (id, id as f32));
        let seen = seen(rising.chain([(0, 100.0)]));
        let ids: Vec<u32> = seen.iter().map(|(id, ..)| *id).collect();
        let expected: Vec<u32> = [0].into_iter().chain((6..count).rev()).collect();
        assert_eq!(ids, expected);
    }

    #[test]
    fn of_equals_the_first_seen_stay() {
        let seen = seen((0..20).map(|id| (id, 1.0)));
        let ids: Vec<u32> = seen.iter().map(|(id, ..)| *id).collect();
        assert_eq!(ids, (0..LISTED as u32).collect::<Vec<_>>());
    }
}
