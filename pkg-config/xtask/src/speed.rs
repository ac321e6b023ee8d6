//! Puts measured figures into docs/speed.md, between marks; everything else in it is left as it is.

use std::fs;
use std::thread;

use anyhow::{Context, Result, ensure};

use crate::process::capture;
use crate::project::{Project, read};

/// Ends every part that is written.
const END: &str = "<!-- end -->";

/// Replaces the part `name` of the document with `text`.
pub(crate) fn put(project: &Project, name: &str, text: &str) -> Result<()> {
    let path = project.root.join("docs/speed.md");
    let document = placed(&read(&path)?, name, text)?;
    fs::write(&path, document).with_context(|| format!("{} could not be written", path.display()))
}

fn placed(document: &str, name: &str, text: &str) -> Result<String> {
    let begin = format!("<!-- speed: {name} -->");
    let problem = || format!("docs/speed.md has no place for {name}: write {begin} and {END}");
    let (before, rest) = document.split_once(&begin).with_context(problem)?;
    let (former, after) = rest.split_once(END).with_context(problem)?;
    ensure!(!former.contains("<!--"), problem());
    Ok(format!("{before}{begin}\n{}\n{END}{after}", text.trim()))
}

/// The machine, as its system tells.
pub(crate) fn machine(project: &Project) -> String {
    let of_linux = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    let of_mac = || {
        let mut sysctl = project.command("sysctl");
        let said = capture(sysctl.args(["-n", "machdep.cpu.brand_string"])).ok()?;
        Some(said.trim().to_owned())
    };
    let processor = of_linux.or_else(of_mac);
    let processor = processor.unwrap_or_else(|| "unknown processor".to_owned());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (system, kind) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("{processor}, {cores} cores, {system} on {kind}")
}

/// The median of some numbers.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len() - 1;
    f64::midpoint(sorted[last / 2], sorted[last.div_ceil(2)])
}

/// The median of the rounds' ratios of some numbers to others, with the least and the largest.
pub(crate) fn ratio(numbers: &[f64], to: &[f64]) -> String {
    let ratios: Vec<f64> = numbers.iter().zip(to).map(|(a, b)| a / b).collect();
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = ratios.iter().copied().fold(0.0, f64::max);
    let [middle, least, largest] =
        [median(&ratios), least, largest].map(|ratio| format!("{ratio:.2}"));
    format!("{middle} ({least}–{largest})")
}

/// A number with three digits that count.
pub(crate) fn three_digits(value: f64) -> String {
    let before = value.abs().max(1e-3).log10().floor() as i32;
    let behind = usize::try_from(2 - before).unwrap_or(0);
    format!("{value:.behind$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() -> Result<()> {
        let document = "Mine.\n<!-- speed: a -->\nold\n<!-- end -->\n<!-- speed: b --><!-- end -->";
        let once = placed(document, "a", "new\n")?;
        assert_eq!(once, document.replace("old", "new"));
        assert!(placed(&once, "b", "x")?.ends_with("<!-- speed: b -->\nx\n<!-- end -->"));
        for document in [
            "",
            "<!-- speed: a -->",
            "<!-- speed: a --><!-- speed: b --><!-- end -->",
        ] {
            assert!(placed(document, "a", "x").is_err(), "{document}");
        }
        Ok(())
    }

    #[test]
    fn a_ratio_is_that_of_rounds_with_its_spread() {
        assert_eq!(
            ratio(&[2.0, 4.0, 3.0], &[1.0, 1.0, 1.0]),
            "3.00 (2.00–4.00)"
        );
        assert_eq!(
            ratio(&[1.5, 4.0, 1.75], &[1.0, 2.0, 1.0]),
            "1.75 (1.50–2.00)"
        );
    }

    #[test]
    fn numbers_have_three_digits() {
        let said = [0.5, 1.234, 12.34, 123.4, 1234.0].map(three_digits);
        assert_eq!(said, ["0.500", "1.23", "12.3", "123", "1234"]);
        assert_eq!((median(&[3.0, 1.0, 2.0]), median(&[1.0, 2.0])), (2.0, 1.5));
    }
}
