//! How much of the heap something takes: what is kept for longer than a request is bounded by that.

/// What an allocator takes beside each block, as far as the common ones go.
const OF_A_BLOCK: usize = 16;

/// A block of so many bytes; there is none of none.
pub(crate) fn block(bytes: usize) -> usize {
    if bytes == 0 { 0 } else { bytes.saturating_add(OF_A_BLOCK) }
}
