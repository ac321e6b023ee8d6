//! What becomes of the words' neurons from block to block.

use super::mean::mean;
use super::{Allocated, LayerNumbers, LayerOutline, TraceNumbers, allocate, sharing};

/// The outline of each block, first to last; empty if there is one block.
pub(super) fn outline_of_layers(trace: &TraceNumbers) -> Vec<LayerOutline> {
    match &trace.layers[..] {
        [_] => Vec::new(),
        layers => layers.iter().map(outline).collect(),
    }
}

fn outline(layer: &LayerNumbers) -> LayerOutline {
    let Allocated {
        allocation, counts, ..
    } = allocate(&layer.neurons);
    let sharing = sharing(&allocation.shares, &counts);
    let pairs = (0..sharing.rows).flat_map(|i| (0..i).map(move |k| (i, k)));
    LayerOutline {
        active: allocation.neurons.len(),
        polysemanticity: mean(allocation.polysemanticity).unwrap_or_default(),
        sharing: mean(pairs.map(|(i, k)| f64::from(sharing.at(i, k)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Matrix;

    #[test]
    fn words_that_part_share_less() {
        let layer = |u: [f32; 4]| LayerNumbers {
            attention: vec![],
            neurons: Matrix::new(2, 2, u.to_vec()),
        };
        let shared = outline(&layer([1.0, 1.0, 1.0, 1.0]));
        assert_eq!(
            (shared.active, shared.polysemanticity, shared.sharing),
            (2, 2.0, Some(1.0))
        );
        let apart = outline(&layer([1.0, 0.0, 0.0, 1.0]));
        assert_eq!(
            (apart.active, apart.polysemanticity, apart.sharing),
            (2, 1.0, Some(0.0))
        );
        let silent = outline(&layer([0.0; 4]));
        assert_eq!((silent.active, silent.sharing), (0, Some(0.0)));
        let alone = outline(&LayerNumbers {
            attention: vec![],
            neurons: Matrix::new(1, 2, vec![1.0, 0.0]),
        });
        assert_eq!((alone.active, alone.sharing), (1, None));
    }
}
