//! The forms of the scale-free losses.

use safr::objective::{Apart, Overlap, Pairs, ScaleFree, Space, Weight};

/// Every form of the importance loss in some spaces, and with them every form of the interaction
/// loss.
pub(crate) fn forms(spaces: &[Space]) -> Vec<ScaleFree> {
    let mut forms = Vec::new();
    for &space in spaces {
        for (apart, pairs) in [
            (Apart::Important, Pairs::Attended),
            (Apart::All, Pairs::Contrasted),
        ] {
            for overlap in [Overlap::Cosine, Overlap::Shares] {
                for weight in [Weight::Gate, Weight::Evidence, Weight::Even] {
                    forms.push(ScaleFree {
                        space,
                        apart,
                        overlap,
                        weight,
                        pairs,
                        ..ScaleFree::PLAIN
                    });
                }
            }
        }
    }
    forms
}
