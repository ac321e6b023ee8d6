//! Makes the files of a data set from what is published, always in the same way.

use anyhow::{Context, Result, ensure};

use super::archive::Member;

/// Reviews as a table: see [`crate::Form::Reviews`]. Tabs and line ends in a text become blanks.
pub(super) fn reviews(folder: Vec<Member>) -> Result<Vec<u8>> {
    let mut rows = Vec::new();
    for (path, text) in &folder {
        let labelled = [("neg/", '0'), ("pos/", '1')]
            .into_iter()
            .find_map(|(class, label)| {
                Some((label, path.strip_prefix(class)?.strip_suffix(".txt")?))
            });
        // Besides the two classes there are lists, and texts without a class.
        if let Some((label, name)) = labelled {
            let number = name.split('_').next().unwrap_or_default();
            let number: u32 = number
                .parse()
                .with_context(|| format!("{path} does not begin with a number"))?;
            rows.push((label, number, name, text));
        }
    }
    rows.sort_unstable();
    let mut table = Vec::new();
    for (label, _, name, text) in rows {
        table.extend_from_slice(format!("{label}\t{name}\t").as_bytes());
        let blanks = text.iter().map(|byte| match byte {
            b'\t' | b'\r' | b'\n' => b' ',
            other => *other,
        });
        table.extend(blanks);
        table.push(b'\n');
    }
    Ok(table)
}

/// Which lines of a text are taken, in rising order, counted from 0.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    /// Parses a list: a number of first lines, and then for each line its distance from the one before.
    /// What follows a `#` is a comment.
    pub(super) fn parse(list: &str) -> Result<Self> {
        let code = list
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default());
        let mut numbers = code.flat_map(str::split_whitespace).map(|word| {
            word.parse::<usize>()
                .with_context(|| format!("{word} is not a number"))
        });
        let first = numbers.next().context("it is empty")??;
        let mut lines: Vec<usize> = (0..first).collect();
        let mut next = first;
        for gap in numbers {
            let gap = gap?;
            ensure!(gap > 0, "a line is taken twice");
            next += gap - 1;
            lines.push(next);
            next += 1;
        }
        Ok(Self(lines))
    }

    /// The words and the numbers of these lines of `text`.
    fn of<'a>(&self, text: &'a str) -> Result<Vec<(&'a str, &'a str)>> {
        let mut lines = text.lines();
        let mut next = 0;
        let taken = self.0.iter().map(|&at| {
            let line = lines.nth(at - next);
            next = at + 1;
            line.and_then(|line| line.split_once(' '))
                .with_context(|| format!("line {next} is not a word and its numbers"))
        });
        taken.collect()
    }
}

/// The numbers of some lines: see [`crate::Form::Vectors`].
pub(super) fn vectors(text: &[u8], lines: &Lines) -> Result<Vec<u8>> {
    let text = std::str::from_utf8(text)?;
    let mut bytes = Vec::new();
    for (word, numbers) in lines.of(text)? {
        for number in numbers.split(' ') {
            let number: f32 = number
                .parse()
                .with_context(|| format!("{number} after {word} is not a number"))?;
            bytes.extend(number.to_le_bytes());
        }
    }
    Ok(bytes)
}

/// The words of some lines: see [`crate::Form::VectorWords`].
pub(super) fn words(text: &[u8], lines: &Lines) -> Result<Vec<u8>> {
    let taken = lines.of(std::str::from_utf8(text)?)?;
    let words = taken.into_iter().flat_map(|(word, _)| [word, "\n"]);
    Ok(words.collect::<String>().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(path: &str, text: &str) -> Member {
        (path.to_owned(), text.as_bytes().to_vec())
    }

    #[test]
    fn reviews_are_sorted_by_class_and_number_and_keep_to_a_line_each() {
        let folder = vec![
            member("pos/10_9.txt", "Good.\r\nVery\tgood."),
            member("pos/2_7.txt", "Fine<br />so."),
            member("unsup/1_0.txt", "Neither."),
            member("neg/0_1.txt", "Bad \u{85} bad."),
            member("urls_pos.txt", "no text"),
        ];
        let table = "0\t0_1\tBad \u{85} bad.\n1\t2_7\tFine<br />so.\n1\t10_9\tGood.  Very good.\n";
        assert_eq!(reviews(folder).unwrap(), table.as_bytes());
        let error = reviews(vec![member("neg/x_1.txt", "")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "neg/x_1.txt does not begin with a number"
        );
    }

    #[test]
    fn some_lines_of_a_text_make_vectors_and_their_words() {
        let text =
            "the 0.5 -1\n, 1e-3 0.1\nno 1 2\nof 3 4\ntwo words? 5 6\nend 0 7.25\n".as_bytes();
        let lines = Lines::parse("2 # so many first ones\n2 2\n").unwrap();
        assert_eq!(words(text, &lines).unwrap(), b"the\n,\nof\nend\n");
        let expected = [0.5f32, -1.0, 0.001, 0.1, 3.0, 4.0, 0.0, 7.25];
        let expected: Vec<u8> = expected.into_iter().flat_map(f32::to_le_bytes).collect();
        assert_eq!(vectors(text, &lines).unwrap(), expected);

        let refused = |list: &str| {
            let made = Lines::parse(list).and_then(|lines| vectors(text, &lines));
            made.unwrap_err().to_string()
        };
        assert_eq!(refused("0 5"), "words? after two is not a number");
        assert_eq!(refused("7"), "line 7 is not a word and its numbers");
        assert_eq!(refused("1 0"), "a line is taken twice");
        assert_eq!(refused("# none"), "it is empty");
        assert_eq!(refused("1 x"), "x is not a number");
    }
}
