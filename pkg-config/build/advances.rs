//! How wide the letters of the figures' typeface are: all that the page needs of a font that has two megabytes.

use std::path::Path;

use ab_glyph::{Font, FontRef};

/// Writes a module with the advances of each face.
pub(crate) fn write() -> std::io::Result<()> {
    let faces = [
        ("REGULAR", dejavu::sans::regular()),
        ("BOLD", dejavu::sans::bold()),
        ("ITALIC", dejavu::sans::oblique()),
    ];
    let folder = std::env::var("OUT_DIR").expect("Cargo says where a build script writes");
    let tables: String = faces.map(|(name, bytes)| table(name, bytes)).concat();
    std::fs::write(Path::new(&folder).join("advances.rs"), tables)
}

/// A face as Rust: its runs of characters that follow each other, and their advances.
fn table(name: &str, bytes: &[u8]) -> String {
    let font = FontRef::try_from_slice(bytes).expect("the bundled fonts are valid");
    let advance = |id| font.h_advance_unscaled(id) as u16;
    let mut glyphs: Vec<_> = font.codepoint_ids().collect();
    glyphs.sort_by_key(|(_, letter)| *letter);
    let advances: Vec<u16> = glyphs.iter().map(|(id, _)| advance(*id)).collect();
    let follows = |a: &(_, char), b: &(_, char)| a.1 as u32 + 1 == b.1 as u32;
    let mut begin = 0;
    let runs = glyphs.chunk_by(follows).map(|run| {
        let found = (run[0].1 as u32, begin as u16);
        begin += run.len();
        found
    });
    let runs: Vec<(u32, u16)> = runs.collect();
    let em = font.units_per_em().unwrap_or(1.0);
    let missing = font.h_advance_unscaled(font.glyph_id('\u{10ffff}'));
    format!(
        "static {name}: Advances = Advances {{ em: {em:?}, missing: {missing:?}, runs: &{runs:?}, advances: &{advances:?} }};\n"
    )
}
