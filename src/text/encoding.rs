//! Which encoding a file is written in, and its text as UTF-8.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How many bytes it takes to distinguish UTF-16 without a mark from what is not text.
const SAMPLE: usize = 4096;

/// A file as UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// Its bytes without a byte order mark. They are UTF-8 except for broken lines of an otherwise UTF-8 file, and
    /// for what is not text.
    pub bytes: Cow<'a, [u8]>,
    /// Name of the encoding that it is written in, such as `UTF-8` or `windows-1252`.
    pub encoding: &'static str,
    /// Whether that was guessed from how often its bytes occur, and so may be wrong.
    pub guessed: bool,
}

/// An encoding that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a known encoding; use utf-8, utf-16le, windows-1252 or another of encoding.spec.whatwg.org"
)]
pub struct UnknownEncoding(pub String);

/// Reads `bytes` in the encoding named `label`, as the web names them; for `None`, in the one that a byte
/// order mark names, otherwise in UTF-8, otherwise in the one that they look like.
///
/// # Errors
/// If there is no such encoding.
pub fn decode<'a>(bytes: &'a [u8], label: Option<&str>) -> Result<Decoded<'a>, UnknownEncoding> {
    let (encoding, guessed) = match label {
        Some(label) => {
            let encoding = Encoding::for_label(label.as_bytes());
            (
                encoding.ok_or_else(|| UnknownEncoding(label.to_owned()))?,
                false,
            )
        }
        None => recognise(bytes),
    };
    let bytes = match encoding == UTF_8 {
        // What is broken in it is reported line by line.
        true => bytes
            .strip_prefix("\u{feff}".as_bytes())
            .unwrap_or(bytes)
            .into(),
        false => match encoding.decode_with_bom_removal(bytes).0 {
            Cow::Borrowed(text) => text.as_bytes().into(),
            Cow::Owned(text) => text.into_bytes().into(),
        },
    };
    Ok(Decoded {
        bytes,
        encoding: encoding.name(),
        guessed,
    })
}

/// The encoding of a file that begins with `bytes`, and whether it is guessed.
pub fn recognise(bytes: &[u8]) -> (&'static Encoding, bool) {
    if let Some((marked, _)) = Encoding::for_bom(bytes) {
        return (marked, false);
    }
    if bytes.contains(&0) {
        let unmarked = unmarked_utf16(bytes);
        return (unmarked.unwrap_or(UTF_8), unmarked.is_some());
    }
    if std::str::from_utf8(bytes).is_ok() || is_mostly_utf8(bytes) || bytes.iter().any(is_control) {
        return (UTF_8, false);
    }
    if has_signs_alone(bytes) {
        return (WINDOWS_1252, true);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    (detector.guess(None, Utf8Detection::Deny), true)
}

/// UTF-16 without a mark: with Latin letters, every second byte is 0.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let pairs = bytes[..bytes.len().min(SAMPLE)].chunks_exact(2);
    let all = pairs.len();
    let zeros = |at: usize| pairs.clone().filter(|pair| pair[at] == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    let most = |zeros: usize, others: usize| 2 * zeros > all && others == 0;
    if most(second, first) {
        return Some(UTF_16LE);
    }
    most(first, second).then_some(UTF_16BE)
}

/// Whether some lines are UTF-8 beyond ASCII: then those that are not are broken, and the file is not in
/// another encoding.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|&byte| byte == b'\n');
    lines.any(|line| !line.is_ascii() && std::str::from_utf8(line).is_ok())
}

/// Whether nothing beyond ASCII is a letter in Western Europe's encoding, but only a pound sign or a dash: then
/// there is no language from which to recognise another encoding.
fn has_signs_alone(bytes: &[u8]) -> bool {
    let mut occurs = [false; 256];
    bytes
        .iter()
        .for_each(|&byte| occurs[usize::from(byte)] = true);
    let is_letter = |byte: u8| {
        let bytes = [byte];
        let character = WINDOWS_1252.decode_without_bom_handling(&bytes).0;
        character.chars().all(char::is_alphabetic)
    };
    (0x80..=0xff).all(|byte| !occurs[usize::from(byte)] || !is_letter(byte))
}

/// Whether no text contains such a byte.
fn is_control(byte: &u8) -> bool {
    byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | b'\x0b' | b'\x0c' | b'\x1b')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "label,text\nkind,Der Kaffee war süß.\nharsh,Zwölf Gäste müssten draußen frühstücken.\n";

    fn decoded(bytes: &[u8]) -> (String, &'static str, bool) {
        let decoded = decode(bytes, None).unwrap();
        let text = String::from_utf8(decoded.bytes.into_owned()).unwrap();
        (text, decoded.encoding, decoded.guessed)
    }

    fn utf16(unit: impl Fn(u16) -> [u8; 2], mark: &str) -> Vec<u8> {
        let text = format!("{mark}{TEXT}");
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn a_text_is_read_in_whatever_it_is_written() {
        let windows: Vec<u8> = TEXT
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect();
        let marked = format!("\u{feff}{TEXT}");
        for (bytes, encoding, guessed) in [
            (TEXT.as_bytes().to_vec(), "UTF-8", false),
            (marked.into_bytes(), "UTF-8", false),
            (utf16(u16::to_le_bytes, "\u{feff}"), "UTF-16LE", false),
            (utf16(u16::to_be_bytes, "\u{feff}"), "UTF-16BE", false),
            (utf16(u16::to_le_bytes, ""), "UTF-16LE", true),
            (utf16(u16::to_be_bytes, ""), "UTF-16BE", true),
            (windows, "windows-1252", true),
        ] {
            assert_eq!(decoded(&bytes), (TEXT.to_owned(), encoding, guessed));
        }
    }

    #[test]
    fn a_language_is_told_by_its_letters_alone() {
        let said = |bytes: &[u8]| decode(bytes, None).unwrap().encoding;
        assert_eq!(
            said(b"spam,Claim your \xa3100 prize now \x96 reply YES\n"),
            "windows-1252"
        );
        let (russian, _, _) = encoding_rs::WINDOWS_1251
            .encode("скучный фильм, плохой сценарий\nхороший фильм, отличная игра\n");
        assert_eq!(said(&russian), "windows-1251");
        let (polish, _, _) = encoding_rs::WINDOWS_1250
            .encode("świetny film, wzruszająca historia\nsłaby film, żadnej treści, źle zagrany\n");
        assert_eq!(said(&polish), "windows-1250");
        let (japanese, _, _) =
            encoding_rs::SHIFT_JIS.encode("とても面白い映画でした。\n退屈で長い映画でした。\n");
        assert_eq!(said(&japanese), "Shift_JIS");
    }

    #[test]
    fn an_encoding_that_is_said_is_taken() {
        let said =
            |label| decode(b"caf\x8e", Some(label)).map(|decoded| decoded.bytes.into_owned());
        assert_eq!(said("macintosh"), Ok("café".into()));
        assert_eq!(said("latin1"), Ok("cafŽ".into()));
        assert_eq!(said("utf8"), Ok(b"caf\x8e".into()));
        assert_eq!(said("utf7"), Err(UnknownEncoding("utf7".into())));
    }

    #[test]
    fn what_is_broken_in_utf8_or_no_text_is_left_as_it_is() {
        for bytes in [
            &b"na\xc3\xafve\nna\xefve\n"[..],
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            b"\x01\x02\xff",
        ] {
            let left = decode(bytes, None).unwrap();
            assert_eq!(
                (&*left.bytes, left.encoding, left.guessed),
                (bytes, "UTF-8", false)
            );
        }
    }
}
