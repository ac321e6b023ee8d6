//! Variants by two of their measures, each a cross as wide and as high as its intervals.

use std::ops::Range;

use plotters::chart::ChartBuilder;
use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::{Circle, PathElement, Text};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, RGBColor, TRANSPARENT, TextStyle};

use super::font::font;
use super::label::Type;
use super::palette::{CURVES, GRID, INK, QUIET};
use super::sheet::{Frame, Sheet};
use super::{Drawn, Figure};
use crate::evaluate::{Compared, Comparison, Interval};

const WIDTH: f64 = 900.0;
const MARGIN: f64 = 24.0;
/// Width of the names next to the plane.
const NAMES: f64 = 300.0;
/// Height of the plane, its axes included.
const PLANE: f64 = 460.0;
/// Height of a name.
const NAME: f64 = 24.0;

/// Two measures of the variants of a comparison.
pub struct Plane {
    x: String,
    y: String,
    points: Vec<Point>,
}

/// A variant, and where it is.
struct Point {
    name: String,
    x: Estimate,
    y: Estimate,
}

/// A measure and its interval.
struct Estimate {
    mean: f64,
    interval: Interval,
}

impl Plane {
    /// The variants that have both measures, given by their full names; `None` if none has.
    pub fn new(comparison: &Comparison, x: &str, y: &str) -> Option<Self> {
        let point = |variant: &Compared| {
            Some(Point {
                name: variant.name.clone(),
                x: Estimate::of(variant, x)?,
                y: Estimate::of(variant, y)?,
            })
        };
        let points: Vec<Point> = comparison.variants.iter().filter_map(point).collect();
        (!points.is_empty()).then(|| Self {
            x: x.to_owned(),
            y: y.to_owned(),
            points,
        })
    }

    /// From a little below the lowest to a little above the highest end of the intervals.
    fn range(&self, of: impl Fn(&Point) -> &Estimate) -> Range<f64> {
        let intervals = self.points.iter().map(|point| of(point).interval);
        let ends = (f64::INFINITY, f64::NEG_INFINITY);
        let (low, high) = intervals.fold(ends, |(low, high), interval| {
            (interval.low.min(low), interval.high.max(high))
        });
        let pad = (0.06 * (high - low)).max(1e-3);
        low - pad..high + pad
    }

    fn draw_names<DB: DrawingBackend>(&self, sheet: &Sheet<DB>) -> Drawn<DB> {
        let x = WIDTH - MARGIN - NAMES;
        let [bold, plain] = [Type::new(13.0).bold(), Type::new(13.0)];
        for (at, point) in self.points.iter().enumerate() {
            let base = MARGIN + (at as f64 + 0.8) * NAME;
            sheet.text(&letter(at), (x, base), &bold.clone().color(color(at)))?;
            let name = plain.fit(&point.name, NAMES - 24.0);
            sheet.text(&name, (x + 24.0, base), &plain)?;
        }
        Ok(())
    }

    fn draw_plane<DB: DrawingBackend>(&self, sheet: &Sheet<DB>) -> Drawn<DB> {
        let pixels = |units: f64| (units * sheet.scale()).round() as u32;
        let stroke = |color: RGBColor, units| color.stroke_width(pixels(units));
        let set = |em: f64, style| font(em * sheet.scale(), style);
        let label: TextStyle = set(11.0, FontStyle::Normal).color(&QUIET);
        let width = WIDTH - 2.0 * MARGIN - NAMES - 16.0;
        let area = sheet.part(Frame::new(MARGIN, MARGIN, width, PLANE));
        let mut chart = ChartBuilder::on(&area)
            .x_label_area_size(pixels(40.0))
            .y_label_area_size(pixels(56.0))
            .margin_right(pixels(6.0))
            .margin_top(pixels(6.0))
            .build_cartesian_2d(self.range(|point| &point.x), self.range(|point| &point.y))?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(stroke(GRID, 1.0))
            .axis_style(stroke(QUIET, 1.0))
            .label_style(label)
            .axis_desc_style(set(12.0, FontStyle::Normal).color(&INK))
            .set_all_tick_mark_size(pixels(4.0))
            .x_labels(6)
            .y_labels(8)
            .x_desc(&self.x)
            .y_desc(&self.y)
            .draw()?;
        for (at, Point { x, y, .. }) in self.points.iter().enumerate() {
            let line = stroke(color(at), 1.5);
            let across = [(x.interval.low, y.mean), (x.interval.high, y.mean)];
            let along = [(x.mean, y.interval.low), (x.mean, y.interval.high)];
            chart.draw_series([across, along].map(|ends| PathElement::new(ends, line)))?;
            let middle = (x.mean, y.mean);
            chart.draw_series([Circle::new(middle, pixels(3.5), color(at).filled())])?;
            let beside = set(12.0, FontStyle::Bold).color(&color(at));
            let beside = beside.pos(Pos::new(HPos::Left, VPos::Bottom));
            chart.draw_series([Text::new(format!(" {}", letter(at)), middle, beside)])?;
        }
        Ok(())
    }
}

impl Estimate {
    fn of(variant: &Compared, name: &str) -> Option<Self> {
        let mut all = variant.measures.iter().zip(&variant.intervals);
        let (measure, interval) = all.find(|(measure, _)| measure.name == name)?;
        Some(Self {
            mean: measure.mean?,
            interval: (*interval)?,
        })
    }
}

/// What a variant is called in the plane.
fn letter(at: usize) -> String {
    let letter = char::from(b'A' + (at % 26) as u8);
    match at / 26 {
        0 => letter.to_string(),
        more => format!("{letter}{more}"),
    }
}

/// The first variant, with which the others are compared, stands out.
fn color(at: usize) -> RGBColor {
    if at == 0 { CURVES[1] } else { CURVES[0] }
}

impl Figure for Plane {
    fn size(&self) -> (u32, u32) {
        let names = self.points.len() as f64 * NAME;
        (WIDTH as u32, (PLANE.max(names) + 2.0 * MARGIN) as u32)
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>) -> Drawn<DB> {
        let sheet = Sheet::new(area, self.size())?;
        self.draw_names(&sheet)?;
        self.draw_plane(&sheet)
    }
}
