//! The order in which parts are added up: along a binary tree, so that whoever has several in a row can add most of
//! them up beforehand, and yet the sum comes to the same bits.

use std::ops::Range;

/// The two nodes below one; `None` below a leaf.
fn halves(node: &Range<usize>) -> Option<[Range<usize>; 2]> {
    let middle = node.start + node.len().next_power_of_two() / 2;
    (node.len() > 1).then_some([node.start..middle, middle..node.end])
}

/// The nodes of the tree with this `root` that cover the leaves `within` a range: as few as possible, in their order.
pub(super) fn nodes(root: Range<usize>, within: &Range<usize>) -> Vec<Range<usize>> {
    if within.start <= root.start && root.end <= within.end {
        return vec![root];
    }
    if root.end <= within.start || within.end <= root.start {
        return Vec::new();
    }
    let halves = halves(&root).into_iter().flatten();
    halves.flat_map(|half| nodes(half, within)).collect()
}

/// The sum of a node, from those nodes in or below it that are known; `None` if a leaf is not.
pub(super) fn sum<T>(
    node: &Range<usize>,
    known: &mut impl FnMut(&Range<usize>) -> Option<T>,
    add: &impl Fn(T, T) -> T,
) -> Option<T> {
    if let Some(part) = known(node) {
        return Some(part);
    }
    let [first, second] = halves(node)?;
    let first = sum(&first, known, add)?;
    Some(add(first, sum(&second, known, add)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How a node is added up, in brackets.
    fn said(
        node: &Range<usize>,
        known: &mut impl FnMut(&Range<usize>) -> Option<String>,
    ) -> String {
        sum(node, known, &|a, b| format!("({a}+{b})")).unwrap()
    }

    #[test]
    fn the_order_does_not_depend_on_who_adds() {
        let mut leaf = |node: &Range<usize>| (node.len() == 1).then(|| node.start.to_string());
        assert_eq!(said(&(0..5), &mut leaf), "(((0+1)+(2+3))+4)");
        for count in 1..12 {
            let whole = said(&(0..count), &mut leaf);
            for cut in 0..=count {
                for other in cut..=count {
                    let shares = [0..cut, cut..other, other..count];
                    let mut parts: Vec<(Range<usize>, String)> = shares
                        .iter()
                        .flat_map(|share| nodes(0..count, share))
                        .map(|node| (node.clone(), said(&node, &mut leaf)))
                        .collect();
                    let covered: usize = parts.iter().map(|(node, _)| node.len()).sum();
                    assert_eq!(covered, count, "each leaf is in one node");
                    let mut known = |node: &Range<usize>| {
                        let at = parts.iter().position(|(of, _)| of == node)?;
                        Some(parts.swap_remove(at).1)
                    };
                    assert_eq!(said(&(0..count), &mut known), whole);
                }
            }
        }
        assert_eq!(nodes(0..8, &(1..7)), [1..2, 2..4, 4..6, 6..7]);
        assert!(nodes(0..8, &(3..3)).is_empty());
    }
}
