//! Bytes before they are text.

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// `bytes` without a byte order mark.
pub(super) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
}

/// How many of the bytes are `wanted`.
pub(super) fn count(bytes: &[u8], wanted: u8) -> usize {
    bytes.iter().filter(|&&byte| byte == wanted).count()
}
