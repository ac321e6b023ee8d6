//! What the crate cannot know by itself: the commit that it is built from, and how wide the letters of its figures are.

mod advances;
mod commit;

fn main() -> std::io::Result<()> {
    // On its own, this keeps other files from running the script again.
    println!("cargo::rerun-if-changed=pkg-config/build");
    // The page shows no version, and is not rebuilt for a commit.
    if std::env::var_os("CARGO_FEATURE_CLI").is_some() {
        commit::tell();
    }
    advances::write()
}
