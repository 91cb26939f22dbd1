//! Where a number lies among the constants that tests of order compare with.

use super::bits::small;
use super::test::Exact;
use crate::value::Number;

/// Where a number may lie: between two constants that tests of order compare with, or on one. Place `2 * i` is before constant `i` and behind the one before
/// it, place `2 * i + 1` on it.
#[derive(Debug, Default)]
pub(super) struct Cuts {
    constants: Box<[Exact]>,
    /// The same, where each is exact as it is.
    floats: Option<Floats>,
}

impl Cuts {
    pub(super) fn new(constants: Vec<Exact>) -> Cuts {
        let floats = constants.iter().map(|constant| as_float(constant.number())).collect::<Option<Box<[f64]>>>();
        Cuts { constants: constants.into(), floats: floats.map(Floats::new) }
    }

    /// How many places there are.
    pub(super) fn places(&self) -> usize {
        2 * self.constants.len() + 1
    }

    /// The place of a number.
    #[inline]
    pub(super) fn place(&self, number: Number) -> usize {
        if let (Some(floats), Some(float)) = (&self.floats, as_float(number)) {
            return floats.place(float);
        }
        let at = self.constants.partition_point(|constant| constant.number().order(number).is_lt());
        2 * at + usize::from(self.constants.get(at).is_some_and(|constant| constant.number().order(number).is_eq()))
    }
}

/// So many cells for each number: most have one, or none.
const CELLS: usize = 4;

/// Sorted numbers, and where to begin looking among them: their range is cut into cells of one width, of which each is known to have few.
#[derive(Debug)]
struct Floats {
    sorted: Box<[f64]>,
    low: f64,
    /// Cells for each unit.
    scale: f64,
    /// For each cell, how many numbers lie in those before it; and behind the last one, how many there are.
    before: Box<[u32]>,
}

impl Floats {
    fn new(sorted: Box<[f64]>) -> Floats {
        let (low, high) = (sorted.first().copied().unwrap_or(0.0), sorted.last().copied().unwrap_or(0.0));
        let cells = sorted.len() * CELLS;
        let mut floats = Floats { sorted, low, scale: 0.0, before: Box::from([0]) };
        floats.scale = width(cells) / (high - low);
        let cell_of: Vec<usize> = floats.sorted.iter().map(|number| floats.cell(*number).min(cells)).collect();
        floats.before = (0..=cells + 1).map(|cell| small(cell_of.partition_point(|of| *of < cell))).collect();
        floats
    }

    /// The cell of a number: never that of a smaller one, or one before it, whatever rounding does.
    #[inline]
    fn cell(&self, number: f64) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what lies below the first cell, or beyond the last one, stays there")]
        let cell = ((number - self.low) * self.scale) as usize;
        cell
    }

    #[inline]
    fn place(&self, number: f64) -> usize {
        let cell = self.cell(number).min(self.before.len().saturating_sub(2));
        let border = |cell: usize| self.before.get(cell).map_or(0, |before| *before as usize);
        let (from, to) = (border(cell), border(cell + 1));
        let at = from
            + if to > from + 1 {
                self.sorted.get(from..to).map_or(0, |some| some.partition_point(|constant| *constant < number))
            } else {
                // The only one, or the first of a cell behind.
                usize::from(self.sorted.get(from).is_some_and(|constant| *constant < number))
            };
        2 * at + usize::from(self.sorted.get(at).is_some_and(|constant| *constant <= number))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number of cells is small")]
fn width(cells: usize) -> f64 {
    cells as f64
}

/// A number as a Float of the very same value.
fn as_float(number: Number) -> Option<f64> {
    const EXACT: u64 = 1 << 53;
    match number {
        Number::Integer(value) if value.unsigned_abs() > EXACT => None,
        Number::Integer(_) | Number::Float(_) => Some(number.to_f64()),
    }
}

#[cfg(test)]
mod tests {
    use arbtest::arbtest;

    use super::*;
    use crate::value::Float;

    /// Small numbers and neighbours of them, large ones, and numbers that no Float is.
    fn number(u: &mut arbtest::arbitrary::Unstructured<'_>) -> arbtest::arbitrary::Result<Number> {
        Ok(match u.int_in_range(0..=5)? {
            0 => Number::Integer(u.int_in_range(-20..=20)?),
            1 => Number::Integer((1 << 53) + u.int_in_range(-3..=3)?),
            2 => Float::new(f64::from(u.int_in_range(-40..=40)?) / 4.0).map_or(Number::Integer(0), Number::Float),
            3 => Float::new(f64::from_bits(1.0f64.to_bits() + u.int_in_range(0..=4)?)).map_or(Number::Integer(1), Number::Float),
            4 => Float::new(f64::from_bits(u.arbitrary()?)).map_or(Number::Integer(2), Number::Float),
            _ => Number::Integer(u.arbitrary()?),
        })
    }

    #[test]
    fn a_place_is_what_comparing_with_each_constant_says() {
        arbtest(|u| {
            let (exact, mut constants) = (u.arbitrary()?, Vec::new());
            for _ in 0..u.int_in_range(0..=12)? {
                let number = number(u)?;
                if exact || as_float(number).is_some() {
                    constants.push(Exact::new(number));
                }
            }
            constants.sort_unstable();
            constants.dedup();
            let cuts = Cuts::new(constants.clone());
            for number in [number(u)?, number(u)?].into_iter().chain(constants.iter().map(|constant| constant.number())) {
                let before = constants.iter().filter(|constant| constant.number().order(number).is_lt()).count();
                let is_one = constants.iter().any(|constant| constant.number().order(number).is_eq());
                assert_eq!(cuts.place(number), 2 * before + usize::from(is_one), "{number:?} among {constants:?}");
            }
            Ok(())
        });
    }
}
