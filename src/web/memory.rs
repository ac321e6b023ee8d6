//! Makes running out of memory say so, where Rust itself would only trap as "unreachable".

#![expect(
    unsafe_code,
    reason = "only unsafe code can be asked for memory in the system's place"
)]

use std::alloc::{GlobalAlloc, Layout, System};

#[global_allocator]
static ALLOCATOR: Telling = Telling;

/// The system's allocator, which throws if there is no memory.
struct Telling;

// SAFETY: every call is passed on to the system's allocator unchanged; one that fails does not return.
unsafe impl GlobalAlloc for Telling {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        there(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        there(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        there(unsafe { System.realloc(memory, layout, size) })
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        unsafe { System.dealloc(memory, layout) }
    }
}

/// Passes on memory that exists; `www/src/death.js` recognises what is thrown otherwise by its words.
fn there(memory: *mut u8) -> *mut u8 {
    if memory.is_null() {
        wasm_bindgen::throw_str("out of memory"); // This takes none.
    }
    memory
}
