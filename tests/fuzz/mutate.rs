//! Changes of a file such as damage, carelessness and malice make.

use std::ops::Range;

/// Numbers at the edges of what fields hold.
const NUMBERS: [u64; 10] = [
    0,
    1,
    0x7f,
    0xffff,
    1 << 20,
    1 << 24,
    (1 << 31) - 1,
    (1 << 32) - 1,
    1 << 40,
    u64::MAX,
];

/// What takes a number's place in a text, between blanks.
const VALUES: &str = "0 -1 1 2 0.5 1000 2896 9999 16777216 1000000000000000 18446744073709551615 \
    1e15 -1e39 1e308 1e999 null \"\" [] {}";

/// Texts that are read otherwise than they look.
const ODDITIES: [&str; 14] = [
    "\u{feff}",
    "\u{0}",
    "\u{ad}",
    "\u{200b}",
    "\u{202e}",
    "e\u{301}",
    "👩‍👩‍👧",
    "İ",
    "ß",
    "\u{fffd}",
    "\u{2028}",
    "\r\n",
    "\"",
    "__label__",
];

/// Numbers that a seed gives (SplitMix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number less than `end`; 0 if there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.next().checked_rem(end as u64).unwrap_or(0) as usize
    }

    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// Where something of up to `most` bytes stands.
    fn range(&mut self, bytes: &[u8], most: usize) -> Range<usize> {
        let start = self.below(bytes.len());
        let length = self.below(most.min(bytes.len() - start) + 1);
        start..start + length
    }
}

/// `bytes` with one change, or with up to four: a few are read, and so reach what lies behind.
pub(crate) fn mutate(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut mutant = bytes.to_vec();
    for _ in 0..=*random.pick(&[0, 0, 0, 1, 3]) {
        change(&mut mutant, bytes, random);
    }
    mutant
}

fn change(mutant: &mut Vec<u8>, whole: &[u8], random: &mut Random) {
    let place = random.range(mutant, 64);
    match random.below(16) {
        0..4 => number(mutant, place.start, random),
        4..8 => flip(mutant, place.start, random),
        8 | 9 => {
            let oddity = random.pick(&ODDITIES);
            mutant.splice(place.start..place.start, oddity.bytes());
        }
        10 | 11 => {
            let few = place.start..mutant.len().min(place.start + 8);
            let number = random.pick(&NUMBERS).to_le_bytes();
            let length = few.len();
            mutant.splice(few, number[..length].iter().copied());
        }
        12 => mutant.truncate(place.start),
        13 => drop(mutant.drain(place)),
        14 => {
            let chunk = mutant[place.clone()].repeat(1 + random.below(200));
            mutant.splice(place.end..place.end, chunk);
        }
        _ => {
            let other = random.range(whole, 256);
            mutant.splice(place, whole[other].iter().copied());
        }
    }
}

fn flip(mutant: &mut [u8], at: usize, random: &mut Random) {
    if let Some(byte) = mutant.get_mut(at) {
        *byte ^= 1 << random.below(8);
    }
}

/// Puts another value in the place of the first number behind `from`.
fn number(mutant: &mut Vec<u8>, from: usize, random: &mut Random) {
    let digits = |byte: &u8| byte.is_ascii_digit();
    let Some(start) = mutant[from..].iter().position(digits) else {
        return;
    };
    let start = from + start;
    let length = mutant[start..]
        .iter()
        .take_while(|byte| digits(byte))
        .count();
    let values: Vec<&str> = VALUES.split(' ').collect();
    mutant.splice(start..start + length, random.pick(&values).bytes());
}
