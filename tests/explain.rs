//! Properties that the measures of an explanation have for any numbers a model
//! may read out (method §6).

use proptest::collection::vec;
use proptest::prelude::*;
use safr::explain::{
    Gram, Matrix, Selection, allocate, attention_entropy, attention_received, auc, capacity, kept,
    largest_key_mass, log_odds, most_kept, negative_log_likelihood, rank_correlation,
    redistribution_score, sharing, softmax, token_f1, weighted_sharing, weights_of,
};

const TOLERANCE: f64 = 1e-6;

/// |a − b| ≤ tolerance · max(1, |b|), as everywhere in this project.
fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= TOLERANCE * b.abs().max(1.0)
}

/// Any numbers, of both signs and very different sizes, with zero rows and zero columns.
fn embeddings() -> impl Strategy<Value = Matrix> {
    let value = prop_oneof![2 => Just(0.0_f32), 6 => -3.0..3.0_f32, 1 => -1e-6..1e-6_f32, 1 => -1e4..1e4_f32];
    matrix(value)
}

/// What a ReLU leaves: no negative numbers, with dead words and dead neurons.
fn neurons() -> impl Strategy<Value = Matrix> {
    embeddings().prop_map(|mut u| {
        u.values
            .iter_mut()
            .for_each(|value| *value = value.max(0.0));
        u
    })
}

fn matrix(value: impl Strategy<Value = f32> + Clone + 'static) -> impl Strategy<Value = Matrix> {
    (1..12_usize, 1..60_usize).prop_flat_map(move |(rows, cols)| {
        let values = vec(value.clone(), rows * cols);
        let dead = (
            vec(prop::bool::weighted(0.1), rows),
            vec(prop::bool::weighted(0.1), cols),
        );
        (values, dead).prop_map(move |(values, (dead_rows, dead_columns))| {
            Matrix::from_fn(rows, cols, |i, j| {
                if dead_rows[i] || dead_columns[j] {
                    0.0
                } else {
                    values[i * cols + j]
                }
            })
        })
    })
}

/// Neurons and an order of their words.
fn neurons_and_order() -> impl Strategy<Value = (Matrix, Vec<usize>)> {
    neurons().prop_flat_map(|u| {
        let order: Vec<usize> = (0..u.rows).collect();
        (Just(u), Just(order).prop_shuffle())
    })
}

/// Neurons and what each of them says, of which some say nothing.
fn neurons_and_evidence() -> impl Strategy<Value = (Matrix, Vec<f64>)> {
    neurons().prop_flat_map(|u| {
        let said = prop_oneof![1 => Just(0.0), 3 => 0.001..1.0_f64];
        let said = vec(said, u.cols);
        (Just(u), said)
    })
}

/// One text's keep probabilities, attention, ids and neurons.
fn text() -> impl Strategy<Value = (Vec<f32>, Matrix, Vec<u32>, Matrix)> {
    neurons().prop_flat_map(|u| {
        let n = u.rows;
        let attention = vec(0.0..1.0_f32, n * n).prop_map(move |a| Matrix::new(n, n, a));
        (vec(0.0..1.0_f32, n), attention, vec(0..6_u32, n), Just(u))
    })
}

fn reordered(z: &Matrix, order: &[usize]) -> Matrix {
    Matrix::from_fn(z.rows, z.cols, |i, j| z.at(order[i], j))
}

fn is_zero(row: &[f32]) -> bool {
    row.iter().all(|&value| value == 0.0)
}

proptest! {
    #[test]
    fn capacities_are_parts_of_a_dimension_and_fit_the_space(z in embeddings()) {
        let c = capacity(&z);
        for (i, &c) in c.iter().enumerate() {
            prop_assert!((0.0..=1.0).contains(&c), "C = {c}");
            prop_assert_eq!(c == 0.0, is_zero(z.row(i)));
        }
        let space = z.rows.min(z.cols) as f64;
        prop_assert!(c.iter().sum::<f64>() <= space * (1.0 + TOLERANCE));
    }

    /// P_i of the published L_imp (method §3.1), without its guard: P_i² = ‖z_i‖²(1/C_i − 1).
    #[test]
    fn capacity_says_what_the_published_importance_loss_says(z in embeddings()) {
        let gram = Gram::of(&z);
        for (i, &c) in capacity(&z).iter().enumerate().filter(|(_, c)| **c > 0.0) {
            let own = gram.at(i, i);
            let others = (0..z.rows).filter(|&j| j != i);
            let p_squared: f64 = others.map(|j| gram.at(i, j).powi(2) / own).sum();
            // 1/C − 1 loses what is small beside 1.
            let tolerance = TOLERANCE * p_squared.max(own);
            prop_assert!((own * (1.0 / c - 1.0) - p_squared).abs() <= tolerance);
        }
    }

    #[test]
    fn capacity_and_cosine_do_not_depend_on_scale(z in embeddings(), scale in 0.01..100.0_f32) {
        let scaled = Matrix::from_fn(z.rows, z.cols, |i, j| z.at(i, j) * scale);
        for (a, b) in capacity(&scaled).into_iter().zip(capacity(&z)) {
            prop_assert!(close(a, b));
        }
        for (a, b) in Gram::of(&scaled).cosine().values.iter().zip(Gram::of(&z).cosine().values) {
            prop_assert!(close((*a).into(), b.into()));
        }
    }

    #[test]
    fn every_active_neuron_is_divided_whole(u in neurons()) {
        let allocated = allocate(&u);
        let allocation = &allocated.allocation;
        let active = (0..u.cols).filter(|&f| (0..u.rows).any(|i| u.at(i, f) > 0.0)).count();
        prop_assert_eq!(allocation.neurons.len(), active);
        prop_assert_eq!(allocated.owned.iter().sum::<usize>(), active);
        prop_assert!(close(allocated.counts.iter().sum(), active as f64));
        for f in 0..active {
            let shares = (0..u.rows).map(|i| f64::from(allocation.shares.at(i, f)));
            prop_assert!(close(shares.sum(), 1.0));
            let m = allocation.polysemanticity[f];
            prop_assert!((1.0..=u.rows as f64 * (1.0 + TOLERANCE)).contains(&m), "m = {m}");
        }
    }

    #[test]
    fn neurons_stand_in_their_owners_group_with_the_largest_share_first(u in neurons()) {
        let allocation = allocate(&u).allocation;
        let share_of_owner =
            |f: usize| allocation.shares.at(allocation.owner[f] as usize, f);
        for f in 0..allocation.neurons.len() {
            for i in 0..u.rows {
                prop_assert!(allocation.shares.at(i, f) <= share_of_owner(f));
            }
            if f > 0 && allocation.owner[f] == allocation.owner[f - 1] {
                prop_assert!(share_of_owner(f) <= share_of_owner(f - 1));
            } else if f > 0 {
                prop_assert!(allocation.owner[f] > allocation.owner[f - 1]);
            }
        }
        let mut once = allocation.neurons.clone();
        once.sort_unstable();
        once.dedup();
        prop_assert_eq!(once.len(), allocation.neurons.len());
    }

    #[test]
    fn sharing_is_a_symmetric_part(u in neurons()) {
        let allocated = allocate(&u);
        let s = sharing(&allocated.allocation.shares, &allocated.counts);
        for i in 0..u.rows {
            let owns = !is_zero(u.row(i));
            prop_assert_eq!(s.at(i, i), f32::from(u8::from(owns)));
            for k in 0..u.rows {
                prop_assert!((0.0..=1.0).contains(&s.at(i, k)));
                prop_assert_eq!(s.at(i, k), s.at(k, i));
                prop_assert!(owns || s.at(i, k) == 0.0);
            }
        }
    }

    /// The fast sum agrees with the definition, term by term in f64.
    #[test]
    fn sharing_is_what_its_formula_says(u in neurons()) {
        let allocated = allocate(&u);
        let shares = &allocated.allocation.shares;
        let s = sharing(shares, &allocated.counts);
        for i in 0..u.rows {
            for k in 0..u.rows {
                let smaller = allocated.counts[i].min(allocated.counts[k]);
                if smaller > 0.0 {
                    let both = shares.row(i).iter().zip(shares.row(k));
                    let overlap: f64 = both.map(|(a, b)| f64::from(a.min(*b))).sum();
                    prop_assert!(close(s.at(i, k).into(), overlap / smaller));
                }
            }
        }
    }

    /// What neurons say weighs them: all alike leave sharing as it is, and only the parts count.
    #[test]
    fn sharing_by_evidence_is_a_symmetric_part((u, said) in neurons_and_evidence(), scale in 0.01..100.0_f64) {
        let allocated = allocate(&u);
        let shares = &allocated.allocation.shares;
        let weights = &said[..shares.cols];
        let s = weighted_sharing(shares, weights);
        let scaled: Vec<f64> = weights.iter().map(|weight| weight * scale).collect();
        let scaled = weighted_sharing(shares, &scaled);
        let even = weighted_sharing(shares, &vec![1.0; shares.cols]);
        let plain = sharing(shares, &allocated.counts);
        for i in 0..u.rows {
            for k in 0..u.rows {
                prop_assert!((0.0..=1.0).contains(&s.at(i, k)));
                prop_assert_eq!(s.at(i, k), s.at(k, i));
                prop_assert!(close(scaled.at(i, k).into(), s.at(i, k).into()));
                prop_assert!(close(even.at(i, k).into(), plain.at(i, k).into()));
            }
        }
    }

    #[test]
    fn words_in_another_order_get_the_same_measures((u, order) in neurons_and_order()) {
        let (there, here) = (allocate(&reordered(&u, &order)), allocate(&u));
        let (c_there, c_here) = (capacity(&reordered(&u, &order)), capacity(&u));
        let s_there = sharing(&there.allocation.shares, &there.counts);
        let s_here = sharing(&here.allocation.shares, &here.counts);
        for (i, &from) in order.iter().enumerate() {
            prop_assert!(close(there.counts[i], here.counts[from]));
            prop_assert!(close(c_there[i], c_here[from]));
            for (k, &to) in order.iter().enumerate() {
                prop_assert!(close(s_there.at(i, k).into(), s_here.at(from, to).into()));
            }
        }
    }

    #[test]
    fn scores_stay_within_their_bounds((keep, attention, ids, u) in text()) {
        let allocated = allocate(&u);
        let s = sharing(&allocated.allocation.shares, &allocated.counts);
        for important in [weights_of(&kept(&keep)), most_kept(&keep, 0.2)] {
            let chosen: f64 = important.iter().sum();
            let selection = Selection::new(important, &attention, &ids);
            let score = redistribution_score(&capacity(&u), &s, &selection);
            let comparable = (chosen > 0.0 && chosen < keep.len() as f64)
                && !selection.correlated.is_empty()
                && !selection.others.is_empty();
            prop_assert_eq!(score.is_some(), comparable);
            if let Some(score) = score {
                prop_assert!((-1.0..=1.0).contains(&score.mono()));
                prop_assert!((-1.0..=1.0).contains(&score.poly()));
                prop_assert!(close(score.total(), score.mono() + score.poly()));
            }
        }
    }

    #[test]
    fn pairs_are_divided_into_correlated_and_others((keep, attention, ids, _) in text()) {
        let selection = Selection::new(weights_of(&kept(&keep)), &attention, &ids);
        let mut pairs = [selection.correlated.clone(), selection.others.clone()].concat();
        pairs.sort_unstable();
        let n = ids.len();
        let different: Vec<_> = (0..n)
            .flat_map(|i| (i + 1..n).map(move |k| (i, k)))
            .filter(|&(i, k)| ids[i] != ids[k])
            .collect();
        prop_assert_eq!(pairs, different);
        for i in 0..n {
            let has_partner = selection.correlated.iter().any(|&(a, b)| a == i || b == i);
            prop_assert_eq!(has_partner, ids.iter().any(|&id| id != ids[i]));
        }
    }

    #[test]
    fn attention_is_received_as_a_whole(weights in vec(0.01..1.0_f32, 25)) {
        let sums: Vec<f32> = weights.chunks(5).map(|row| row.iter().sum()).collect();
        let attention = Matrix::from_fn(5, 5, |i, j| weights[i * 5 + j] / sums[i]);
        prop_assert!(close(attention_received(&attention).iter().sum(), 1.0));
    }

    #[test]
    fn softmax_is_a_distribution(logits in vec(-1e30..1e30_f32, 1..9)) {
        let p = softmax(&logits);
        prop_assert!(p.iter().all(|p| (0.0..=1.0).contains(p)));
        prop_assert!(close(p.iter().map(|&p| f64::from(p)).sum(), 1.0));
    }

    #[test]
    fn likelihood_is_the_softmax_probability(logits in vec(-30.0..30.0_f32, 1..9)) {
        for (class, &p) in softmax(&logits).iter().enumerate() {
            prop_assert!(close((-negative_log_likelihood(&logits, class)).exp(), p.into()));
        }
    }

    #[test]
    fn log_odds_are_those_of_the_softmax_probability(logits in vec(-9.0..9.0_f32, 2..9)) {
        for (class, &p) in softmax(&logits).iter().enumerate() {
            let odds = log_odds(&logits, class).exp();
            prop_assert!(close(odds / (1.0 + odds), p.into()));
        }
    }

    /// Scores from few values, so that there are ties.
    #[test]
    fn rank_correlation_depends_on_the_order_alone(words in vec((0..6_u8, 0..6_u8), 0..30)) {
        let (a, b): (Vec<f64>, Vec<f64>) =
            words.iter().map(|&(a, b)| (f64::from(a), f64::from(b))).unzip();
        let stretched: Vec<f64> = a.iter().map(|a| a.exp()).collect();
        let opposite: Vec<f64> = a.iter().map(|a| -a).collect();
        let rho = rank_correlation(&a, &b);
        prop_assert_eq!(rho, rank_correlation(&b, &a));
        prop_assert_eq!(rho, rank_correlation(&stretched, &b));
        prop_assert_eq!(rho.map(|rho| -rho), rank_correlation(&opposite, &b));
        prop_assert!(rho.is_none_or(|rho| (-1.0..=1.0).contains(&rho)));
        let same = rank_correlation(&a, &a);
        prop_assert!(same.is_none_or(|same| close(same, 1.0)));
        prop_assert_eq!(same.is_some(), a.iter().any(|x| *x != a[0]));
    }

    /// Scores from few values, so that there are ties.
    #[test]
    fn the_opposite_ranking_has_the_opposite_auc(words in vec((0..6_u8, any::<bool>()), 0..30)) {
        let marked: Vec<bool> = words.iter().map(|word| word.1).collect();
        let scores: Vec<f64> = words.iter().map(|word| f64::from(word.0)).collect();
        let opposite: Vec<f64> = scores.iter().map(|score| -score).collect();
        let both_kinds = marked.contains(&true) && marked.contains(&false);
        prop_assert_eq!(auc(&scores, &marked).is_some(), both_kinds);
        if let (Some(a), Some(b)) = (auc(&scores, &marked), auc(&opposite, &marked)) {
            prop_assert!((0.0..=1.0).contains(&a));
            prop_assert!(close(a, 1.0 - b));
        }
    }

    #[test]
    fn auc_is_what_its_definition_says(words in vec((0..6_u8, any::<bool>()), 0..30)) {
        let marked: Vec<bool> = words.iter().map(|word| word.1).collect();
        let scores: Vec<f64> = words.iter().map(|word| f64::from(word.0)).collect();
        let (mut won, mut pairs) = (0.0, 0.0);
        for positive in words.iter().filter(|word| word.1) {
            for negative in words.iter().filter(|word| !word.1) {
                won += match positive.0.cmp(&negative.0) {
                    std::cmp::Ordering::Greater => 1.0,
                    std::cmp::Ordering::Equal => 0.5,
                    std::cmp::Ordering::Less => 0.0,
                };
                pairs += 1.0;
            }
        }
        if let Some(auc) = auc(&scores, &marked) {
            prop_assert!(close(auc, won / pairs));
        }
    }

    #[test]
    fn f1_is_symmetric_and_perfect_for_the_truth(words in vec(any::<(bool, bool)>(), 1..30)) {
        let (chosen, marked): (Vec<bool>, Vec<bool>) = words.into_iter().unzip();
        if marked.contains(&true) {
            prop_assert_eq!(token_f1(&marked, &marked), Some(1.0));
            let f1 = token_f1(&chosen, &marked).unwrap();
            prop_assert!((0.0..=1.0).contains(&f1));
            if chosen.contains(&true) {
                prop_assert_eq!(token_f1(&marked, &chosen), Some(f1));
            }
        }
    }

    #[test]
    fn attention_measures_stay_within_their_bounds(weights in vec(0.01..1.0_f32, 50)) {
        let heads: Vec<Matrix> = weights
            .chunks(25)
            .map(|head| {
                let sums: Vec<f32> = head.chunks(5).map(|row| row.iter().sum()).collect();
                Matrix::from_fn(5, 5, |i, j| head[i * 5 + j] / sums[i])
            })
            .collect();
        let entropy = attention_entropy(&heads).unwrap();
        prop_assert!((0.0..=1.0).contains(&entropy));
        let mass = largest_key_mass(&heads).unwrap();
        prop_assert!((0.2 - TOLERANCE..=1.0 + TOLERANCE).contains(&mass));
    }
}
