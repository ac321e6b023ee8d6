//! What is printed: results on standard output, which a reader may close, remarks and errors on standard error; in
//! which colours, and how much. Files must not control the terminal.

mod columns;
mod print;

pub(super) use print::{
    AGAINST, FOR, Printing, STRONG, Styled, fail, is_standard, one_line, progress, remark, show,
    take, tell,
};
