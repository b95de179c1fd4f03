//! Memory of outputs and batches, used again when nobody reads it any more.
use super::plan::Row;
use crate::model::ModelError;
use crate::{DType, Region, Shape, TensorError, TensorRef};

/// Tensors that are kept.
const KEPT: usize = 16;

/// Tensors that were given away, in one region.
#[derive(Debug)]
pub(super) struct Spare {
    pub(super) region: Region,
    kept: Vec<TensorRef>,
    next: usize,
}

impl Spare {
    pub(super) fn new(region: Region) -> Self {
        Self { region, kept: Vec::new(), next: 0 }
    }

    /// Notes a tensor whose memory may be used again when all others that read it are gone.
    pub(super) fn keep(&mut self, tensor: TensorRef) {
        if self.kept.len() < KEPT {
            self.kept.push(tensor);
        } else {
            self.next = (self.next + 1) % KEPT;
            self.kept[self.next] = tensor;
        }
    }

    /// A tensor of so many rows that nobody else reads.
    pub(super) fn room(&mut self, row: &Row, rows: usize) -> Result<TensorRef, ModelError> {
        let shape = row.of(rows);
        if let Some(at) = self.kept.iter_mut().position(|kept| is_free(kept, row.dtype, shape)) {
            let mut tensor = self.kept.swap_remove(at);
            if tensor.use_memory_as(shape) {
                return Ok(tensor);
            }
        }
        // Room for the sizes in between too.
        let mut all = self.region.zeros_of(row.dtype, row.of(rows.next_power_of_two()))?;
        all.use_memory_as(shape);
        Ok(all)
    }

    /// One tensor of parts that lie beside each other along the rows' axis. Counted as a copy.
    pub(super) fn gather<'a>(
        &mut self,
        row: &Row,
        rows: usize,
        parts: impl Iterator<Item = &'a TensorRef>,
    ) -> Result<TensorRef, ModelError> {
        let mut all = self.room(row, rows)?;
        let (shape, axis) = (all.shape(), row.axis);
        // In bytes: what lies behind one index of the axis, and how far its neighbours are.
        let behind: usize = shape.sizes()[axis + 1..].iter().product::<usize>() * row.dtype.bytes();
        let stride = shape.sizes()[axis] * behind;
        all.write_foreign(|to| {
            let mut first = 0;
            for part in parts {
                let run = part.shape().sizes()[axis] * behind;
                if run > 0 {
                    for (outer, piece) in part.as_bytes()?.chunks_exact(run).enumerate() {
                        let at = outer * stride + first;
                        to[at..at + run].copy_from_slice(piece);
                    }
                }
                first += run;
            }
            Ok::<(), TensorError>(())
        })??;
        all.note_copy_out();
        Ok(all)
    }
}

/// Whether a tensor's memory is free and of a fitting size: not so large that one row would keep that of many.
fn is_free(kept: &mut TensorRef, dtype: DType, shape: Shape) -> bool {
    let (room, wanted) = (kept.capacity(), shape.elements());
    kept.dtype() == dtype && wanted <= room && room <= wanted * 2 && kept.other_readers() == 0
}
