//! Executable memory, and its one owner.

use std::sync::Arc;

use memmap2::{Mmap, MmapMut};

use super::Unavailable;

/// Functions start at multiples of so many bytes: a cache line has few of them.
pub(super) const ALIGNMENT: usize = 16;

/// The machine code of a module. The memory is given back when the last [`super::Native`] of it is gone.
#[derive(Debug)]
pub(super) struct Code {
    memory: Mmap,
}

impl Code {
    /// Puts machine code, which must not depend on where it lies, into executable memory.
    pub(super) fn new(machine_code: &[u8]) -> Result<Arc<Code>, Unavailable> {
        let refused = |error: std::io::Error| Unavailable::Memory(error.to_string());
        let mut memory = MmapMut::map_anon(machine_code.len().max(1)).map_err(refused)?;
        if let Some(place) = memory.get_mut(..machine_code.len()) {
            place.copy_from_slice(machine_code);
        }
        let memory = memory.make_exec().map_err(refused)?;
        // SAFETY: the range is the mapping that was just written, and it is mapped as long as `memory` is.
        unsafe { wasmtime_internal_jit_icache_coherence::clear_cache(memory.as_ptr().cast(), memory.len()) }
            .and_then(|()| wasmtime_internal_jit_icache_coherence::pipeline_flush_mt())
            .map_err(|error| Unavailable::Memory(error.to_string()))?;
        Ok(Arc::new(Code { memory }))
    }

    /// Where a function starts. `None` beyond the code.
    pub(super) fn at(&self, offset: usize) -> Option<*const u8> {
        self.memory.get(offset..).filter(|rest| !rest.is_empty()).map(<[u8]>::as_ptr)
    }

    /// Bytes of memory, whole pages.
    pub(super) fn len(&self) -> usize {
        self.memory.len()
    }
}

/// Whether executable memory is given at all.
pub(super) fn probe() -> Result<(), Unavailable> {
    Code::new(&[0; ALIGNMENT]).map(drop)
}
