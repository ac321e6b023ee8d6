//! Things that follow each other in lines, as words do.

use super::sheet::INNER;

/// Where one of them is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    /// Its left edge, from the sheet's margin.
    pub(super) x: f64,
    /// Its line, from 0.
    pub(super) line: usize,
}

/// Puts things of these widths side by side, `gap` apart, into lines as long as a sheet is wide.
pub(super) fn flow(widths: impl IntoIterator<Item = f64>, gap: f64) -> Vec<Place> {
    let (mut x, mut line) = (0.0, 0);
    let place = |width: f64| {
        if x > 0.0 && x + width > INNER {
            (x, line) = (0.0, line + 1);
        }
        let place = Place { x, line };
        x += width + gap;
        place
    };
    widths.into_iter().map(place).collect()
}

/// Number of lines that the places fill.
pub(super) fn lines(places: &[Place]) -> usize {
    places.last().map_or(0, |last| last.line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_a_line_begins_the_next() {
        let places = flow(
            [0.5 * INNER, 0.4 * INNER, 0.2 * INNER, 2.0 * INNER, 1.0],
            6.0,
        );
        let lines_of: Vec<usize> = places.iter().map(|place| place.line).collect();
        assert_eq!(lines_of, [0, 0, 1, 2, 3]);
        assert_eq!((places[1].x, places[2].x), (0.5 * INNER + 6.0, 0.0));
        assert_eq!((lines(&places), lines(&[])), (4, 0));
    }
}
